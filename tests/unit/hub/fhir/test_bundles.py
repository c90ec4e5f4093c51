"""FHIR bundles: what a nurse would expect on the worklist after loading one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.errors import InvalidRequest
from hub.fhir.bundles import BundleContent, read_bundle
from hub.model import Code, EncounterClass, Laterality

TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
SCT = "http://snomed.info/sct"


def identifier(kind: str, value: str, system: str = "") -> dict[str, Any]:
    typed = {"type": {"coding": [{"system": TYPES, "code": kind}]}, "value": value}
    return {**typed, "system": system} if system else typed


def patient(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [identifier("SS", "999-00-1111"), identifier("MR", "4711", "urn:oid:1.2.3")],
        "name": [
            {"use": "maiden", "family": "Rowe"},
            {
                "use": "official",
                "family": "Conn",
                "given": ["Liz", "Ann Marie"],
                "prefix": ["Dr."],
                "suffix": ["PhD"],
            },
        ],
        "gender": "female",
        "birthDate": "1986-11",
    }
    return {**facts, **changes}


def encounter(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "resourceType": "Encounter",
        "id": "e1",
        "identifier": [identifier("VN", "V/1001", "http://hospital.example/visits")],
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-11-20T08:30:00+01:00", "end": "2026-11-25T12:00:00+01:00"},
        "serviceType": {"coding": [{"system": SCT, "code": "309923008"}], "text": "Skin"},
    }
    return {**facts, **changes}


def request(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "identifier": [identifier("PLAC", "P-1"), identifier("ACSN", "A-1", "urn:oid:1.2.4")],
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "code": {
            "coding": [
                {"system": "http://local.example/codes", "code": "XHAND"},
                {"system": SCT, "code": "241646009", "display": "Photography of hand"},
            ]
        },
        "bodySite": [
            {"coding": [{"system": SCT, "code": "85562004", "display": "Hand"}]},
            {"coding": [{"system": SCT, "code": "7771000", "display": "Left"}]},
        ],
        "authoredOn": "2026-11-19",
        "reasonCode": [{"text": "Eczema, getting worse"}],
    }
    return {**facts, **changes}


def read(*resources: dict[str, Any], **bundle: Any) -> BundleContent:
    entries = [
        {"fullUrl": f"http://ehr.example/{n}", "resource": r} for n, r in enumerate(resources)
    ]
    text = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries, **bundle})
    zone = ZoneInfo("Europe/Berlin")
    return read_bundle(text.encode(), name="b.json", default_issuer="HOSP", zone=zone)


class TestPatient:
    def test_the_medical_record_number_and_its_authority_are_the_identity(self) -> None:
        (found,) = read(patient()).records.patients

        assert (found.patient_id, found.issuer) == ("4711", "1.2.3")

    def test_the_official_name_becomes_a_person_name_in_all_its_parts(self) -> None:
        (found,) = read(patient()).records.patients

        assert found.name == "Conn^Liz^Ann Marie^Dr.^PhD"

    def test_delimiters_in_a_name_cannot_move_its_parts(self) -> None:
        (found,) = read(patient(name=[{"family": "O^Neil=X", "given": ["A\\B"]}])).records.patients

        assert found.name == "O Neil X^A B"

    def test_a_birth_date_keeps_the_precision_it_has(self) -> None:
        (found,) = read(patient()).records.patients

        assert found.birth_date == "1986-11"

    @pytest.mark.parametrize(
        ("gender", "sex"), [("male", "M"), ("female", "F"), ("other", "O"), ("unknown", "U")]
    )
    def test_gender_becomes_sex(self, gender: str, sex: str) -> None:
        assert read(patient(gender=gender)).records.patients[0].sex == sex

    def test_an_identifier_without_system_is_of_the_default_authority(self) -> None:
        (found,) = read(patient(identifier=[{"value": "12"}])).records.patients

        assert (found.patient_id, found.issuer) == ("12", "HOSP")

    def test_a_current_number_wins_over_an_old_one(self) -> None:
        old = {**identifier("MR", "OLD"), "use": "old"}

        (found,) = read(patient(identifier=[old, identifier("MR", "NEW")])).records.patients

        assert found.patient_id == "NEW"

    def test_a_social_security_number_never_identifies_a_patient(self) -> None:
        with pytest.raises(InvalidRequest, match=r"b\.json: .*no medical record number"):
            read(patient(identifier=[identifier("SS", "999-00-1111")]))


class TestEncounter:
    def test_an_ongoing_encounter_is_open_whatever_end_is_planned(self) -> None:
        (found,) = read(patient(), encounter()).records.encounters

        assert found.started == datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
        assert found.ended is None

    def test_a_finished_encounter_keeps_its_end(self) -> None:
        (found,) = read(patient(), encounter(status="finished")).records.encounters

        assert found.ended == datetime(2026, 11, 25, 11, 0, tzinfo=UTC)

    def test_a_finished_encounter_without_end_is_not_open(self) -> None:
        period = {"start": "2026-11-20T08:30:00+01:00"}

        (found,) = read(patient(), encounter(status="finished", period=period)).records.encounters

        assert found.ended == found.started

    def test_a_start_without_time_begins_the_day_at_the_site(self) -> None:
        (found,) = read(patient(), encounter(period={"start": "2026-11"})).records.encounters

        assert found.started == datetime(2026, 11, 1, tzinfo=ZoneInfo("Europe/Berlin"))

    def test_the_visit_number_and_its_issuer_identify_it(self) -> None:
        (found,) = read(patient(), encounter()).records.encounters

        assert (found.encounter_id, found.issuer) == ("V/1001", "http://hospital.example/visits")
        assert found.patient.patient_id == "4711"

    def test_a_server_id_is_unique_on_that_server_only(self) -> None:
        entries = [
            {"fullUrl": "http://ehr.example/Patient/p1", "resource": patient()},
            {
                "fullUrl": "http://ehr.example/Encounter/77",
                "resource": encounter(identifier=[], id="77"),
            },
        ]
        del entries[1]["resource"]["identifier"]

        (found,) = read(entry=entries).records.encounters

        assert (found.encounter_id, found.issuer) == ("77", "http://ehr.example/Encounter")

    @pytest.mark.parametrize(
        ("code", "class_"),
        [
            ("IMP", EncounterClass.INPATIENT),
            ("EMER", EncounterClass.EMERGENCY),
            ("AMB", EncounterClass.OUTPATIENT),
            ("OBSENC", EncounterClass.OTHER),
        ],
    )
    def test_its_class_decides_the_care_event(self, code: str, class_: EncounterClass) -> None:
        found = read(patient(), encounter(**{"class": {"code": code}})).records.encounters

        assert found[0].class_ is class_

    def test_a_coded_service_is_a_known_department(self) -> None:
        (found,) = read(patient(), encounter()).records.encounters

        assert found.department.code is not None
        assert found.department.code.value == "309923008"

    def test_an_unknown_department_keeps_the_name_of_its_organization(self) -> None:
        organization = {"resourceType": "Organization", "id": "o1", "name": "Ward 9 Overflow"}
        there = encounter(serviceProvider={"reference": "Organization/o1"})
        del there["serviceType"]

        (found,) = read(patient(), there, organization).records.encounters

        assert (found.department.name, found.department.code) == ("Ward 9 Overflow", None)

    def test_one_whose_patient_is_not_in_the_bundle_is_left_out_and_counted(self) -> None:
        content = read(encounter())

        assert content.records.encounters == ()
        assert content.without_patient == 1


class TestOrder:
    def test_an_order_of_an_encounter_stands_beside_it(self) -> None:
        (found,) = read(patient(), encounter(), request()).records.encounters

        (order,) = found.orders
        assert (order.accession_number, order.accession_issuer) == ("A-1", "1.2.4")
        assert order.placer_order_number == "P-1"
        assert order.procedure == Code("SCT", "241646009", "Photography of hand")
        assert order.anatomic_region == Code("SCT", "85562004", "Hand")
        assert order.laterality is Laterality.LEFT
        assert order.reason == "Eczema, getting worse"

    def test_an_order_of_no_encounter_is_the_patients(self) -> None:
        loose = request()
        del loose["encounter"]

        records = read(patient(), encounter(), loose).records

        assert records.encounters[0].orders == ()
        assert records.orders[0][0].patient_id == "4711"

    def test_an_order_never_joins_the_encounter_of_another_patient(self) -> None:
        other = patient(id="p2", identifier=[identifier("MR", "OTHER")])
        theirs = request(subject={"reference": "Patient/p2"})

        records = read(patient(), other, encounter(), theirs).records

        assert records.encounters[0].orders == ()
        assert [p.patient_id for p, _ in records.orders] == ["OTHER"]


class TestBundle:
    def test_practitioners_are_taken_with_their_number(self) -> None:
        doctor = {
            "resourceType": "Practitioner",
            "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "150"}],
            "name": [{"family": "Franecki", "given": ["Erlinda"], "prefix": ["Dr."]}],
        }

        assert read(doctor).records.practitioners == (
            ("150", "http://hl7.org/fhir/sid/us-npi", "Franecki^Erlinda^^Dr."),
        )

    def test_other_resources_are_counted_and_not_read(self) -> None:
        odd = {"resourceType": "FutureThing", "whatever": 1}

        assert read(odd, odd, {"resourceType": "Claim"}).ignored == {"Claim": 1, "FutureThing": 2}

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", '{"resourceType": "Patient"}', '{"resourceType": "Bundle", "entry": 3}',
         '{"resourceType": "Bundle", "entry": [{"resource": 7}]}', "\xff", "[" * 100_000],
        ids=["empty", "cut", "list", "no bundle", "entries", "resource", "not utf-8", "deep"],
    )  # fmt: skip
    def test_what_is_no_bundle_is_refused_by_the_name_of_its_file(self, text: str) -> None:
        with pytest.raises(InvalidRequest, match=r"^b\.json: "):
            read_bundle(
                text.encode("latin-1"), name="b.json", default_issuer="", zone=ZoneInfo("UTC")
            )

    def test_an_invalid_resource_refuses_the_whole_bundle_without_naming_the_patient(self) -> None:
        with pytest.raises(InvalidRequest) as refused:
            read(patient(), patient(birthDate="Conn, born in May"))

        assert refused.value.message == "b.json: Entry 2 is not a valid FHIR R4 Patient."
