from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import hub.reading as reading_module
from factories import make_new_instance, make_patient, make_pending, make_practitioner
from hub.errors import AuditUnavailable, NotFound, ObjectDamaged, StoreUnavailable
from hub.model import Role
from hub.reading import Reading
from hub.store.catalog import SqlCatalog
from hub.store.conversions import SqlConversions
from hub.store.files import FileObjectStore

CONTENT = b"stored object " * 100
CLINICIAN = make_practitioner()
VIEWER = make_practitioner(Role.EHR_VIEWER, named_studies=frozenset({"2.25.1"}))
AUDITOR = make_practitioner(Role.AUDITOR)
OTHER = make_patient(patient_id="777", name="Zimmer^Karl")


class Drawing:
    """A renderer that draws its arguments."""

    def rendered(self, path, instance, **options):
        return f"{Path(path).name} {sorted(options.items())}".encode()

    def thumbnail(self, path, instance, size=256):
        return f"{Path(path).name} {size}".encode()


@pytest.fixture
def catalog(tmp_path):
    catalog = SqlCatalog(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    yield catalog
    catalog.close()


@pytest.fixture
def objects(tmp_path):
    return FileObjectStore(tmp_path / "objects")


@pytest.fixture
def conversions(catalog):
    return SqlConversions(catalog.engine)


@pytest.fixture
def reading(catalog, objects):
    """Two studies of one patient, one of another; each instance has its object."""
    for number, study in ((1, 1), (2, 1), (1, 2), (1, 3)):
        incoming = objects.incoming()
        incoming.write(CONTENT + b"%d %d" % (study, number))
        kept = incoming.finish()
        objects.keep(kept)
        new = make_new_instance(number, study=study)
        stored = replace(new.instance, sha256=kept.sha256, size=kept.size)
        patient = OTHER if study == 3 else new.study.patient
        facts = replace(new.study, patient=patient)
        catalog.add_instance(replace(new, study=facts, instance=stored))
    return Reading(catalog, objects, Drawing(), SqlConversions(catalog.engine))


def audited(catalog, action="read"):
    """(outcome, study, detail) of the rows since the fixture."""
    rows = [r.event for r in catalog.audit_rows() if r.event.action == action]
    return [(e.outcome, e.study_instance_uid, dict(e.detail)) for e in rows]


def damage(objects, instance):
    path = Path(objects.path(instance.sha256))
    path.chmod(0o640)
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)


class TestStudy:
    def test_a_study_is_shown_and_written_down(self, reading, catalog):
        study = reading.study("2.25.1", CLINICIAN)

        assert study == catalog.study("2.25.1")
        assert audited(catalog) == [("success", "2.25.1", {"via": "page"})]
        row = catalog.audit_rows()[-1].event
        assert (row.by, row.role) == (CLINICIAN.id, "clinician")
        assert row.patient_key == study.patient_key

    def test_a_link_opens_the_study_it_named_and_no_other(self, reading, catalog):
        assert reading.study("2.25.1", VIEWER, via="link").study_instance_uid == "2.25.1"
        with pytest.raises(NotFound):
            reading.study("2.25.2", VIEWER, via="link")

        assert audited(catalog) == [
            ("success", "2.25.1", {"via": "link"}),
            ("refused", "2.25.2", {"via": "link"}),
        ]

    def test_what_is_absent_and_what_is_forbidden_are_told_the_same(self, reading):
        with pytest.raises(NotFound) as absent:
            reading.study("2.25.99", CLINICIAN)
        with pytest.raises(NotFound) as forbidden:
            reading.study("2.25.1", AUDITOR)

        assert absent.value.message == forbidden.value.message

    def test_nothing_is_shown_when_it_cannot_be_written_down(self, reading, catalog, monkeypatch):
        def refuse(event):
            raise AuditUnavailable

        instance = catalog.study("2.25.1").instances[0]
        key = catalog.study("2.25.1").patient_key
        monkeypatch.setattr(catalog, "audit", refuse)

        for show in (
            lambda: reading.study("2.25.1", CLINICIAN),
            lambda: reading.studies(["2.25.1"], CLINICIAN, query={}),
            lambda: reading.patient(key, CLINICIAN),
            lambda: reading.instances("2.25.1", None, None, CLINICIAN, via="wado"),
            lambda: reading.rendered(instance, CLINICIAN),
            lambda: reading.thumbnail(instance, CLINICIAN),
        ):
            with pytest.raises(AuditUnavailable):
                show()


class TestStudies:
    def test_results_are_one_row_with_the_question(self, reading, catalog):
        query = {"q": "left hand photo"}
        found = reading.studies(["2.25.3", "2.25.1", "2.25.99"], CLINICIAN, query=query)

        assert [s.study_instance_uid for s in found] == ["2.25.3", "2.25.1"]
        detail = {"q": "left hand photo", "shown": 2}
        assert audited(catalog, "query") == [("success", "", detail)]

    def test_results_are_only_those_the_person_may_see(self, reading):
        everything = ["2.25.1", "2.25.2", "2.25.3"]

        shown = reading.studies(everything, VIEWER, query={})

        assert [s.study_instance_uid for s in shown] == ["2.25.1"]
        assert reading.studies(everything, AUDITOR, query={}) == ()


class TestPatient:
    def test_a_patient_is_shown_with_all_studies(self, reading, catalog):
        key = catalog.patient_key(make_patient())

        patient, studies = reading.patient(key, CLINICIAN)

        assert patient == make_patient()
        assert {s.study_instance_uid for s in studies} == {"2.25.1", "2.25.2"}
        assert audited(catalog) == [("success", "", {"via": "patient"})]
        assert catalog.audit_rows()[-1].event.patient_key == key

    def test_a_patient_without_studies_is_shown_to_those_who_search(self, reading, catalog):
        key = catalog.patient_key(make_patient(patient_id="new"))

        assert reading.patient(key, CLINICIAN)[1] == ()

    def test_a_link_shows_only_the_patient_and_studies_it_named(self, reading, catalog):
        _, studies = reading.patient(catalog.patient_key(make_patient()), VIEWER)
        assert [s.study_instance_uid for s in studies] == ["2.25.1"]

        with pytest.raises(NotFound):
            reading.patient(catalog.patient_key(OTHER), VIEWER)

    @pytest.mark.parametrize("key", ["", "unknown"])
    def test_an_unknown_key_is_not_found(self, reading, key):
        with pytest.raises(NotFound):
            reading.patient(key, CLINICIAN)

    def test_an_auditor_sees_no_patient(self, reading, catalog):
        with pytest.raises(NotFound):
            reading.patient(catalog.patient_key(make_patient()), AUDITOR)


class TestInstances:
    @pytest.mark.parametrize(
        ("series", "sop", "count"),
        [
            (None, None, 2),
            ("2.25.1.1", None, 2),
            ("2.25.1.1", "2.25.1.1.2", 1),
            (None, "2.25.1.1.1", 1),
        ],
    )
    def test_study_series_and_instance_are_retrieved(self, reading, catalog, series, sop, count):
        found = reading.instances("2.25.1", series, sop, CLINICIAN, via="wado")

        assert len(found) == count
        assert audited(catalog) == [("success", "2.25.1", {"via": "wado", "shown": count})]

    @pytest.mark.parametrize(
        ("study", "series", "sop"),
        [
            ("2.25.9", None, None),
            ("2.25.1", "2.25.2.1", None),
            ("2.25.1", "2.25.1.1", "2.25.2.1.1"),
        ],
    )
    def test_what_does_not_belong_together_is_not_found(self, reading, catalog, study, series, sop):
        with pytest.raises(NotFound):
            reading.instances(study, series, sop, CLINICIAN, via="wado")

        assert audited(catalog) == [("refused", study, {"via": "wado"})]

    def test_the_instance_of_a_pictures_address(self, reading):
        assert reading.instance("2.25.1.1.2", CLINICIAN).instance_number == 2
        for uid, by in (("2.25.9", CLINICIAN), ("2.25.2.1.1", VIEWER), ("2.25.1.1.1", AUDITOR)):
            with pytest.raises(NotFound):
                reading.instance(uid, by)


class TestBytes:
    @pytest.fixture
    def instance(self, catalog, reading):
        return catalog.study("2.25.1").instances[0]

    def test_an_object_is_opened_whole(self, reading, instance):
        with reading.open(instance, CLINICIAN) as file:
            assert file.read() == CONTENT + b"1 1"

    def test_pictures_are_drawn_and_written_down(self, reading, catalog, instance):
        assert reading.thumbnail(instance, CLINICIAN, 64) == f"{instance.sha256} 64".encode()
        drawn = reading.rendered(instance, CLINICIAN, frame=2)
        assert drawn == f"{instance.sha256} [('frame', 2)]".encode()

        uid = instance.sop_instance_uid
        assert audited(catalog) == [
            ("success", "2.25.1", {"via": "thumbnail", "sopInstanceUID": uid}),
            ("success", "2.25.1", {"via": "rendered", "sopInstanceUID": uid}),
        ]

    def test_a_damaged_object_is_never_shown(self, reading, objects, instance, caplog):
        damage(objects, instance)

        for show in (reading.open, reading.rendered, reading.thumbnail):
            with pytest.raises(ObjectDamaged):
                show(instance, CLINICIAN)
        assert instance.sha256 in caplog.text

    def test_a_large_object_is_compared_by_its_size(self, reading, objects, instance, monkeypatch):
        monkeypatch.setattr(reading_module, "HASHED_ON_READ", 10)
        damage(objects, instance)
        reading.open(instance, CLINICIAN).close()
        Path(objects.path(instance.sha256)).write_bytes(CONTENT)

        with pytest.raises(ObjectDamaged):
            reading.open(instance, CLINICIAN)

    def test_a_missing_object_is_damage(self, reading, objects, instance):
        Path(objects.path(instance.sha256)).unlink()

        with pytest.raises(ObjectDamaged):
            reading.open(instance, CLINICIAN)
        with pytest.raises(ObjectDamaged):
            reading.thumbnail(instance, CLINICIAN)

    def test_a_store_that_is_not_mounted_is_no_damage(self, reading, instance, tmp_path):
        (tmp_path / "objects").rename(tmp_path / "away")

        with pytest.raises(StoreUnavailable):
            reading.open(instance, CLINICIAN)

    def test_bytes_are_only_for_those_who_may_see_the_study(self, reading, catalog, instance):
        other = catalog.study("2.25.2").instances[0]

        for show in (reading.open, reading.rendered, reading.thumbnail):
            with pytest.raises(NotFound):
                show(other, VIEWER)
            with pytest.raises(NotFound):
                show(instance, AUDITOR)


class TestStudyPage:
    def test_a_video_that_is_prepared_is_told_beside_the_study(self, reading, conversions):
        conversions.accept(make_pending(9, study=1))

        study, pending = reading.study_page("2.25.1", CLINICIAN)

        assert len(study.instances) == 2
        assert [(c.sop_instance_uid, c.state) for c in pending] == [("2.25.1.1.9", "waiting")]

    def test_before_it_has_an_instance_the_study_is_what_its_receipt_decided(
        self, reading, conversions, catalog
    ):
        pending = make_pending(study=9)
        conversions.accept(pending)

        study, _ = reading.study_page("2.25.9", CLINICIAN)
        made = replace(make_new_instance(study=9), capture=None)
        lease = conversions.lease(60, 3)
        conversions.finish(lease, [made])

        assert (study.patient, study.department) == (make_patient(), pending.context.department)
        assert (study.study_date, study.study_time) == (made.study.study_date, "120000")
        assert study.patient_key == catalog.study("2.25.9").patient_key
        row = catalog.audit_rows()[-2].event
        assert (row.action, row.study_instance_uid, row.detail) == (
            "read",
            "2.25.9",
            {"via": "page"},
        )
        assert row.patient_key == study.patient_key

    def test_it_is_shown_to_nobody_else(self, reading, conversions):
        conversions.accept(make_pending(study=9))

        for by in (VIEWER, AUDITOR):
            with pytest.raises(NotFound):
                reading.study_page("2.25.9", by)
            with pytest.raises(NotFound):
                reading.conversions("2.25.9", by)

    def test_without_its_audit_row_it_is_not_shown(
        self, reading, conversions, catalog, monkeypatch
    ):
        conversions.accept(make_pending(study=9))

        def refuse(event):
            raise AuditUnavailable

        monkeypatch.setattr(catalog, "audit", refuse)
        with pytest.raises(AuditUnavailable):
            reading.study_page("2.25.9", CLINICIAN)

    def test_a_study_without_videos_has_nothing_that_is_prepared(self, reading):
        assert reading.study_page("2.25.1", CLINICIAN)[1] == []
        with pytest.raises(NotFound):
            reading.conversions("2.25.1", CLINICIAN)

    def test_nothing_but_the_page_knows_of_it(self, reading, conversions):
        conversions.accept(make_pending(study=9))

        with pytest.raises(NotFound):
            reading.study("2.25.9", CLINICIAN)
        with pytest.raises(NotFound):
            reading.instances("2.25.9", None, None, CLINICIAN, via="wado")
