"""What the catalog promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from factories import (
    DERMATOLOGY,
    HAND,
    NOON,
    make_encounter,
    make_new_instance,
    make_patient,
)
from hub.errors import InvalidRequest, NotStorable, StoreUnavailable, StudyOfAnotherPatient
from hub.model import (
    AuditEvent,
    CareEvent,
    Code,
    Department,
    Encounter,
    FlagCode,
    Laterality,
    Order,
    Patient,
    ReviewFlag,
)
from hub.store.catalog import SqlCatalog
from hub.store.engine import writing
from hub.store.ports import Registered, WorklistQuery
from hub.store.tables import patient_alias

pytestmark = pytest.mark.integration

IMPORT = AuditEvent("import", by="test")
OTHER = make_patient(patient_id="777", name="Zimmer^Karl", birth_date="1950-01-02", sex="M")


def register(catalog: SqlCatalog, *encounters: Encounter) -> None:
    catalog.register(Registered(encounters=encounters), IMPORT)


def shown(catalog: SqlCatalog, **query: object) -> list[str]:
    query = {"at": NOON, **query}
    return [e.encounter_id for e in catalog.worklist(WorklistQuery(**query)).items]


class TestAddInstance:
    def test_a_study_is_read_back_as_it_was_given(self, catalog):
        new = make_new_instance()

        assert catalog.add_instance(new) is True

        study = catalog.study("2.25.1")
        (series,) = study.series
        (instance,) = series.instances
        given = replace(new.instance, stored_at=instance.stored_at)
        assert instance == given
        assert replace(series, instances=()) == new.series
        kept = {"version": 1, "patient_key": study.patient_key, "changed_at": study.changed_at}
        assert replace(study, series=()) == replace(new.study, **kept)
        assert catalog.patient(study.patient_key) == new.study.patient
        assert catalog.instance(instance.sop_instance_uid) == instance

    def test_what_is_to_be_looked_at_is_kept_by_instance(self, catalog):
        flags = (ReviewFlag(FlagCode.CLOCK, "5400"), ReviewFlag(FlagCode.SCALE_MARKER))
        catalog.add_instance(make_new_instance(1, flags=(*flags, flags[0])))
        catalog.add_instance(make_new_instance(2))
        catalog.add_instance(make_new_instance(1, study=2, flags=flags[:1]))

        assert catalog.review_flags("2.25.1") == {"2.25.1.1.1": flags}
        assert catalog.review_flags("2.25.3") == {}

    def test_the_same_capture_again_writes_nothing(self, catalog):
        new = make_new_instance()
        catalog.add_instance(new)
        before = (catalog.study("2.25.1"), catalog.feed_after(0), catalog.audit_head())

        assert catalog.add_instance(new) is False

        assert (catalog.study("2.25.1"), catalog.feed_after(0), catalog.audit_head()) == before

    def test_the_receipt_is_the_one_that_was_given(self, catalog):
        new = make_new_instance()
        catalog.add_instance(new)

        assert catalog.capture(new.capture.receipt.capture_id) == new.capture
        assert catalog.capture("never sent") is None

    def test_each_instance_is_a_new_version_and_an_entry_of_the_feed(self, catalog):
        for number in (1, 2, 3):
            catalog.add_instance(make_new_instance(number))

        assert catalog.study("2.25.1").version == 3
        entries = [(e.seq, e.kind, e.sop_instance_uid) for e in catalog.feed_after(0)]
        assert entries == [(n, "instance-stored", f"2.25.1.1.{n}") for n in (1, 2, 3)]

    def test_the_audit_row_names_patient_and_study(self, catalog):
        catalog.add_instance(make_new_instance())

        (row,) = catalog.audit_rows()
        assert row.event.action == "create"
        assert row.event.patient_key == catalog.study("2.25.1").patient_key
        assert row.event.study_instance_uid == "2.25.1"

    def test_a_study_of_another_patient_is_refused_and_nothing_is_written(self, catalog):
        catalog.add_instance(make_new_instance(1))
        before = (catalog.feed_after(0), catalog.audit_head())
        second = make_new_instance(2)

        with pytest.raises(StudyOfAnotherPatient):
            catalog.add_instance(replace(second, study=replace(second.study, patient=OTHER)))

        assert catalog.instance("2.25.1.1.2") is None
        assert (catalog.feed_after(0), catalog.audit_head()) == before
        assert catalog.register(Registered(patients=(OTHER,)), IMPORT)["patients"] == 1

    def test_the_same_id_of_another_authority_is_another_patient(self, catalog):
        catalog.add_instance(make_new_instance(1))
        second = make_new_instance(2)
        elsewhere = replace(second.study, patient=make_patient(issuer="OTHERHOSP"))

        with pytest.raises(StudyOfAnotherPatient):
            catalog.add_instance(replace(second, study=elsewhere))

    def test_a_known_patient_keeps_the_registered_name(self, catalog):
        register(catalog, make_encounter())
        new = make_new_instance()
        misspelt = replace(new.study, patient=make_patient(name="OKAFOR^G"))

        catalog.add_instance(replace(new, study=misspelt))

        assert catalog.study("2.25.1").patient.name == "Okafor^Grace^^Mrs"

    def test_a_series_of_another_study_is_refused(self, catalog):
        catalog.add_instance(make_new_instance(1, study=1))
        other = make_new_instance(1, study=2)
        stolen = replace(other.series, series_instance_uid="2.25.1.1")

        with pytest.raises(NotStorable):
            catalog.add_instance(replace(other, series=stolen))

        assert catalog.study("2.25.2") is None

    def test_a_series_tells_only_what_its_instances_share(self, catalog):
        catalog.add_instance(make_new_instance(1))
        second = make_new_instance(2)
        right = replace(second.series, laterality=Laterality.RIGHT)
        catalog.add_instance(
            replace(
                second,
                series=right,
                instance=replace(second.instance, laterality=Laterality.RIGHT),
            )
        )

        (series,) = catalog.study("2.25.1").series
        assert series.laterality is None
        assert series.anatomic_region == HAND
        assert [i.laterality for i in series.instances] == ["L", "R"]

    def test_two_instances_with_the_same_bytes_are_one_object(self, catalog):
        first, second = make_new_instance(1), make_new_instance(2)
        same = replace(second.instance, sha256=first.instance.sha256, size=first.instance.size)
        catalog.add_instance(first)
        catalog.add_instance(replace(second, instance=same))

        assert list(catalog.all_object_digests()) == [first.instance.sha256]

    def test_instances_come_in_the_order_of_their_numbers(self, catalog):
        for number in (10, 9, 2):
            catalog.add_instance(make_new_instance(number))

        assert [i.instance_number for i in catalog.study("2.25.1").instances] == [2, 9, 10]

    def test_an_object_made_for_a_care_event_decided_otherwise_is_not_kept(self, catalog):
        new = make_new_instance()
        catalog.decide_care_event(replace(new.care_event, started=NOON - timedelta(minutes=3)))

        with pytest.raises(StoreUnavailable):
            catalog.add_instance(new)

        assert catalog.study("2.25.1") is None


class TestCareEvents:
    def test_the_first_decision_stands(self, catalog):
        berlin = timezone(timedelta(hours=1))
        first = CareEvent("2.25.1", datetime(2026, 11, 20, 13, tzinfo=berlin), "A", "E", "d", "k")

        assert catalog.decide_care_event(first) == first
        assert catalog.decide_care_event(replace(first, started=NOON, description="x")) == first

        stored = catalog.care_event("k")
        assert stored == first
        # The offset becomes Timezone Offset From UTC, so it is kept too.
        assert stored.started.utcoffset() == timedelta(hours=1)
        assert catalog.care_event("other") is None


class TestPatients:
    def test_a_key_is_made_once_and_is_opaque(self, catalog):
        key = catalog.patient_key(make_patient())

        assert catalog.patient_key(make_patient(name="Other^Spelling")) == key
        assert catalog.patient_key(OTHER) != key
        assert "1297287652" not in key
        assert catalog.patient(key) == make_patient()
        assert catalog.patient("unknown") is None

    def test_identity_is_the_id_with_its_authority(self, catalog):
        patient = make_patient()

        assert catalog.same_patient(patient, make_patient(name="Anything^Else"))
        assert not catalog.same_patient(patient, make_patient(issuer="OTHER"))
        assert not catalog.same_patient(patient, make_patient(patient_id="2"))

    def test_two_identities_merged_are_one_patient_with_all_studies(self, catalog):
        catalog.add_instance(make_new_instance(1, study=1))
        other = make_new_instance(1, study=2)
        catalog.add_instance(replace(other, study=replace(other.study, patient=OTHER)))
        key = catalog.patient_key(make_patient())

        with writing(catalog.engine) as connection:
            moved = update(patient_alias).where(patient_alias.c.patient_id == "777")
            connection.execute(moved.values(patient_key=key))

        assert catalog.same_patient(make_patient(), OTHER)
        studies = catalog.studies_of_patient(key)
        assert {s.study_instance_uid for s in studies} == {"2.25.1", "2.25.2"}
        # What the study itself says of its patient is not rewritten.
        assert {s.patient.patient_id for s in studies} == {"1297287652", "777"}
        assert {s.patient_key for s in studies} == {key}

    def test_studies_of_a_patient_come_newest_first(self, catalog):
        for study, day in ((1, 3), (2, 20), (3, 11)):
            new = make_new_instance(study=study)
            dated = replace(new.study, study_date=datetime(2026, 11, day, tzinfo=UTC).date())
            catalog.add_instance(replace(new, study=dated))

        studies = catalog.studies_of_patient(catalog.patient_key(make_patient()))

        assert [s.study_instance_uid for s in studies] == ["2.25.2", "2.25.3", "2.25.1"]

    def test_a_new_name_puts_the_patients_studies_into_the_feed(self, catalog):
        catalog.add_instance(make_new_instance())
        register(catalog, make_encounter(patient=make_patient(name="Okafor-Berg^Grace")))

        study = catalog.study("2.25.1")
        assert study.patient.name == "Okafor-Berg^Grace"
        assert study.version == 2
        assert [e.kind for e in catalog.feed_after(1)] == ["study-changed"]

    def test_what_a_message_leaves_out_erases_nothing(self, catalog):
        register(catalog, make_encounter())
        catalog.add_instance(make_new_instance())
        register(catalog, make_encounter(patient=Patient("1297287652", "HOSP"), reason=""))

        (encounter,) = catalog.encounters("V-1001")
        assert encounter.patient == make_patient()
        assert [e.kind for e in catalog.feed_after(0)] == ["instance-stored"]


class TestLookUps:
    """What an image link names: a patient id or an accession number."""

    def test_a_patient_id_gives_the_key_and_makes_nobody(self, catalog):
        register(catalog, make_encounter(), make_encounter(issuer="CLINIC", patient=OTHER))

        assert catalog.patients_with_id("777") == [catalog.patient_key(OTHER)]
        assert catalog.patients_with_id("777", "NOBODY") == []
        assert catalog.patients_with_id("778") == []

    def test_an_id_of_two_authorities_gives_both_until_one_is_named(self, catalog):
        twin = make_patient(issuer="CLINIC", name="Twin^Id")
        register(catalog, make_encounter(), make_encounter(issuer="CLINIC", patient=twin))

        assert len(catalog.patients_with_id(twin.patient_id)) == 2
        assert catalog.patients_with_id(twin.patient_id, "CLINIC") == [catalog.patient_key(twin)]

    def test_an_accession_number_gives_its_studies(self, catalog):
        new = make_new_instance()
        new = replace(new, study=replace(new.study, accession_number="ACC-77"))
        catalog.add_instance(new)

        assert list(catalog.studies_with_accession("ACC-77")) == ["2.25.1"]
        assert list(catalog.studies_with_accession("ACC-7")) == []


class TestEncounters:
    def test_an_encounter_is_found_by_key_and_by_number(self, catalog):
        order = Order(
            accession_number="A1",
            accession_issuer="HOSP",
            placer_order_number="P1",
            procedure=Code("L", "XHAND", "X-ray hand"),
            anatomic_region=HAND,
            laterality=Laterality.LEFT,
            requested_at=NOON,
            reason="Fall",
        )
        given = make_encounter(orders=(order,), ended=NOON, reason="Rash")
        register(catalog, given)

        (found,) = catalog.encounters("V-1001", "HOSP")

        assert replace(found, key="") == given
        assert catalog.encounters(found.key) == [found]
        assert catalog.encounters("V-1001", "ELSEWHERE") == []
        assert found.key not in ("", "V-1001")

    def test_a_number_of_two_authorities_gives_two_encounters(self, catalog):
        register(catalog, make_encounter(), make_encounter(issuer="CLINIC"))

        assert {e.issuer for e in catalog.encounters("V-1001")} == {"HOSP", "CLINIC"}
        assert len(catalog.encounters("V-1001", "CLINIC")) == 1

    def test_told_again_it_is_the_same_encounter(self, catalog):
        register(catalog, make_encounter())
        (before,) = catalog.encounters("V-1001")
        register(catalog, make_encounter(ended=NOON, department=Department("Ward 3")))

        (after,) = catalog.encounters("V-1001")

        assert (after.key, after.ended) == (before.key, NOON)
        assert after.department == Department("Ward 3")

    def test_an_end_that_is_taken_back_opens_it_again(self, catalog):
        register(catalog, make_encounter(ended=NOON))
        register(catalog, make_encounter())

        assert catalog.encounters("V-1001")[0].ended is None

    def test_counts_are_of_distinct_patients(self, catalog):
        records = Registered(
            patients=(make_patient(),),
            encounters=(make_encounter(orders=(Order("A1"),)),),
            orders=((OTHER, Order(placer_order_number="P9")),),
            practitioners=(("7", "HOSP", "Berg^Ida"), ("7", "HOSP", "Berg^Ida^^Dr")),
        )

        counts = catalog.register(records, IMPORT)

        assert counts == {"patients": 2, "encounters": 1, "orders": 2, "practitioners": 2}
        assert [r.event.action for r in catalog.audit_rows()] == ["import"]


class TestOrders:
    def test_orders_of_a_patient_come_newest_first(self, catalog):
        orders = tuple(
            Order(f"A{n}", "HOSP", requested_at=NOON - timedelta(days=n)) for n in (3, 1, 2)
        )
        register(catalog, make_encounter(orders=orders[:2]))
        catalog.register(Registered(orders=((make_patient(), orders[2]),)), IMPORT)

        found = catalog.orders_of(make_patient())

        assert [o.accession_number for o in found] == ["A1", "A2", "A3"]
        assert catalog.orders_of(OTHER) == []

    def test_an_order_told_again_is_updated(self, catalog):
        register(catalog, make_encounter(orders=(Order("", "", "P1"),)))
        register(catalog, make_encounter(orders=(Order("A1", "HOSP", "P1", status="completed"),)))

        (order,) = catalog.orders_of(make_patient())
        assert (order.accession_number, order.status) == ("A1", "completed")

    def test_two_orders_may_share_an_accession_number(self, catalog):
        shared = (Order("A1", "HOSP", "P1"), Order("A1", "HOSP", "P2"))
        register(catalog, make_encounter(orders=shared))
        register(catalog, make_encounter(orders=shared))

        assert {o.placer_order_number for o in catalog.orders_of(make_patient())} == {"P1", "P2"}

    def test_an_order_is_never_moved_to_another_patient(self, catalog):
        register(catalog, make_encounter(orders=(Order("A1", "HOSP", "P1"),)))
        catalog.register(Registered(orders=((OTHER, Order("A1", "HOSP", "P1")),)), IMPORT)

        assert len(catalog.orders_of(make_patient())) == 1
        assert len(catalog.orders_of(OTHER)) == 1


class TestWorklist:
    @pytest.fixture
    def catalog(self, catalog):
        def at(hours: float) -> datetime:
            return NOON + timedelta(hours=hours)

        register(
            catalog,
            make_encounter(encounter_id="now", started=at(-1)),
            make_encounter(encounter_id="soon", started=at(11)),
            make_encounter(encounter_id="tomorrow", started=at(30)),
            make_encounter(encounter_id="ends-later", started=at(-40), ended=at(1)),
            make_encounter(encounter_id="over", started=at(-50), ended=at(-1)),
            make_encounter(encounter_id="start-unknown", started=None),
            make_encounter(
                encounter_id="zi/1",
                started=at(-2),
                patient=OTHER,
                department=Department("Notaufnahme Süd"),
            ),
        )
        return catalog

    def test_open_is_begun_or_about_to_and_not_ended(self, catalog):
        assert shown(catalog) == ["soon", "now", "zi/1", "ends-later", "start-unknown"]

    def test_closed_is_ended(self, catalog):
        assert shown(catalog, status="closed") == ["over"]

    def test_all_is_all(self, catalog):
        assert len(shown(catalog, status="all")) == 7

    def test_another_status_is_refused(self, catalog):
        with pytest.raises(InvalidRequest):
            shown(catalog, status="OPEN; DROP TABLE encounter")

    @pytest.mark.parametrize("q", ["zim", "KARL", "zimmer ka", "Zimmer^Karl", "777", "ZI/1"])
    def test_q_is_the_start_of_name_words_or_a_whole_identifier(self, catalog, q):
        assert shown(catalog, q=q) == ["zi/1"]

    @pytest.mark.parametrize("q", ["immer", "77", "zimmer grace", "%", "_", "zi"])
    def test_q_is_no_part_of_a_word_or_identifier(self, catalog, q):
        assert shown(catalog, q=q) == (["zi/1"] if q == "zi" else [])

    @pytest.mark.parametrize(
        ("name", "q"),
        [
            ("Müller^Jörg", "mueller"),
            ("Müller^Jörg", "MULLER jor"),
            ("Mueller^Jorg", "Müller"),
            ("Łukasz^Żaneta", "luk"),
            ("O'Brien^Sean", "obri"),
            ("O'Brien^Sean", "o'b"),
            ("Smith-Jones^Ann", "jones"),
            ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田"),
        ],
    )
    def test_q_finds_names_however_they_are_written(self, catalog, name, q):
        register(
            catalog,
            make_encounter(
                encounter_id="asked", patient=make_patient(patient_id="5", name=name), started=NOON
            ),
        )

        assert shown(catalog, q=q) == ["asked"]

    @pytest.mark.parametrize("asked", ["309923008", "SCT:309923008", "dermatology"])
    def test_a_department_is_asked_by_code_or_name(self, catalog, asked):
        assert "zi/1" not in shown(catalog, department=asked)
        assert "now" in shown(catalog, department=asked)

    def test_a_department_without_code_is_asked_by_its_own_name(self, catalog):
        assert shown(catalog, department="notaufnahme sud") == ["zi/1"]

    def test_pages_follow_each_other_without_gap_or_repeat(self, catalog):
        whole = shown(catalog, status="all")
        paged, cursor = [], ""
        for _ in range(len(whole)):
            query = WorklistQuery(status="all", at=NOON, limit=2, cursor=cursor)
            page = catalog.worklist(query)
            paged += [e.encounter_id for e in page.items]
            cursor = page.next
            if not cursor:
                break

        assert paged == whole

    @pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24=", "WyJhIiwgImIiXQ==", "WzFd", "é"])
    def test_a_cursor_of_elsewhere_is_refused(self, catalog, cursor):
        with pytest.raises(InvalidRequest):
            shown(catalog, cursor=cursor)

    def test_orders_of_the_encounter_come_with_it(self, catalog):
        register(catalog, make_encounter(encounter_id="now", orders=(Order("A7", "HOSP"),)))

        page = catalog.worklist(WorklistQuery(at=NOON, q="now"))

        assert [o.accession_number for o in page.items[0].orders] == ["A7"]
        assert page.items[0].department == DERMATOLOGY


class TestListsAndCursors:
    def test_studies_come_in_the_order_asked_for(self, catalog):
        for study in (1, 2, 3):
            catalog.add_instance(make_new_instance(study=study))

        found = catalog.studies(["2.25.3", "2.25.9", "2.25.1", "2.25.3"])

        assert [s.study_instance_uid for s in found] == ["2.25.3", "2.25.1"]
        assert [len(s.instances) for s in found] == [1, 1]
        assert list(catalog.all_study_uids()) == ["2.25.1", "2.25.2", "2.25.3"]

    def test_a_consumer_goes_on_where_it_was(self, catalog):
        for number in (1, 2, 3):
            catalog.add_instance(make_new_instance(number))
        assert catalog.cursor("index") == 0

        catalog.move_cursor("index", catalog.feed_after(0, limit=2)[-1].seq)

        assert catalog.cursor("index") == 2
        assert [e.seq for e in catalog.feed_after(2)] == [3]
        assert catalog.cursor("publish") == 0
        catalog.move_cursor("index", 0)
        assert catalog.cursor("index") == 0

    def test_a_catalog_opened_again_has_everything(self, catalog, catalog_url):
        catalog.add_instance(make_new_instance())
        before = catalog.study("2.25.1")

        again = SqlCatalog(catalog_url)

        assert again.study("2.25.1") == before
        again.close()
