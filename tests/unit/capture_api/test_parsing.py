import json
import uuid

import pytest

from capture_api.parsing import capture_from, read_json
from hub.errors import InvalidRequest
from hub.model import Code, Kind, Laterality, SourceFile

SOURCE = SourceFile("photo.jpg", "00" * 32, 3)
CAPTURE_ID = "0b7f4a38-94a5-4a9f-9f0f-6a5d2a5b7d11"


def description(**changes):
    full = {
        "patient": {"patientId": "129", "issuer": "HOSP", "name": "Okafor^Grace"},
        "encounter": {"encounterId": "V-1", "issuer": "HOSP", "department": "309923008"},
        "anatomicRegion": {"code": "85562004"},
        "laterality": "L",
        "note": "two\nlines",
        "capturedAt": "2026-11-20T12:00:00.250+01:00",
        "captureId": CAPTURE_ID,
        "kind": "photo",
    }
    return {**full, **changes}


def test_every_field_arrives():
    capture = capture_from(description(), SOURCE)

    assert capture.capture_id == CAPTURE_ID
    assert capture.anatomic_region == Code("SCT", "85562004")
    assert capture.laterality is Laterality.LEFT
    assert capture.kind is Kind.PHOTO
    assert capture.captured_at.utcoffset().total_seconds() == 3600
    assert capture.note == "two\nlines"


@pytest.mark.parametrize(("said", "heard"), [({}, False), ({"scaleMarker": True}, True)])
def test_a_scale_marker_is_there_only_when_said(said, heard):
    assert capture_from(description(**said), SOURCE).scale_marker is heard


def test_the_path_stands_in_for_an_absent_encounter():
    capture = capture_from(description(encounter=None), SOURCE, encounter_id="key-1")

    assert capture.encounter.encounter_id == "key-1"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"patient": {}}, id="no_patient_id"),
        pytest.param({"patient": {"patientId": "1", "birthDate": "14.07.1945"}}, id="birth_form"),
        pytest.param({"patient": {"patientId": "1", "birthDate": "2026-02-30"}}, id="no_such_day"),
        pytest.param({"patient": {"patientId": "1\\2"}}, id="backslash"),
        pytest.param({"patient": {"patientId": "1", "sex": "W"}}, id="sex"),
        pytest.param({"patient": []}, id="patient_is_a_list"),
        pytest.param({"capturedAt": "2026-11-20T12:00:00"}, id="no_offset"),
        pytest.param({"capturedAt": "yesterday"}, id="no_time"),
        pytest.param({"captureId": "1"}, id="no_uuid"),
        pytest.param({"laterality": "X"}, id="laterality"),
        pytest.param({"kind": "hologram"}, id="kind"),
        pytest.param({"scaleMarker": "yes"}, id="scale_marker"),
        pytest.param({"note": "\x00"}, id="nul"),
        pytest.param({"note": "n" * 10_241}, id="long_note"),
        pytest.param({"note": "\ud800"}, id="lone_surrogate"),
        pytest.param({"clockOffsetMs": "soon"}, id="clock_offset"),
        pytest.param({"clockOffsetMs": float("nan")}, id="clock_offset_is_no_number"),
        pytest.param({"capturedAt": "0001-01-01T00:00:00+14:00"}, id="before_any_year"),
        pytest.param({"capturedAt": "9999-12-31T23:59:59-12:00"}, id="after_any_year"),
        pytest.param({"operator": {"role": "nurse"}}, id="nameless_operator"),
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_its_value(changes):
    with pytest.raises(InvalidRequest) as refusal:
        capture_from(description(**changes), SOURCE)

    assert "Okafor" not in refusal.value.message


@pytest.mark.parametrize("changed", ["patient", "encounter", "anatomicRegion", "note"])
def test_the_seal_changes_with_what_was_sealed(changed):
    other = {
        "patient": {"patientId": "130"},
        "encounter": {"encounterId": "V-2"},
        "anatomicRegion": {"code": "7569003"},
        "note": "other",
    }
    before = capture_from(description(), SOURCE).sealed_sha256
    after = capture_from(description(**{changed: other[changed]}), SOURCE).sealed_sha256

    assert before != after


def test_the_seal_does_not_change_with_what_is_not_sealed():
    before = capture_from(description(), SOURCE).sealed_sha256
    again = description(sessionId=str(uuid.uuid4()), clockOffsetMs=5)

    assert capture_from(again, SOURCE).sealed_sha256 == before


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        pytest.param(b"[" * 100_000, id="deep"),
        json.dumps(1).encode(),
    ],
)
def test_other_json_is_refused(text):
    with pytest.raises(InvalidRequest):
        read_json(text)
