"""`imaging-hub load`: what it takes, and the one line it says about what it does not."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from hub.bootstrap import build_hub
from hub.settings import Settings
from hub.store.ports import WorklistQuery
from web.commands.load import load

PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": "HOSP", "value": "4711"}],
    "name": [{"family": "Conn"}],
}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e",
    "status": "in-progress",
    "class": {"code": "AMB"},
    "subject": {"reference": "Patient/p"},
    "period": {"start": "2026-11-20T08:00:00Z"},
}


def bundle(folder: Path, name: str, *resources: dict) -> Path:
    entries = [{"resource": r} for r in resources]
    path = folder / name
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}))
    return path


def run(tmp_path: Path, *files: Path) -> Result:
    return CliRunner().invoke(load, [*map(str, files), "--data", str(tmp_path / "data")])


def worklist(tmp_path: Path) -> list[str]:
    catalog = build_hub(Settings(data=tmp_path / "data")).catalog
    return [e.encounter_id for e in catalog.worklist(WorklistQuery()).items]


def test_an_open_encounter_is_on_the_worklist_after_loading(tmp_path: Path) -> None:
    result = run(tmp_path, bundle(tmp_path, "a.json", PATIENT, ENCOUNTER))

    assert result.exit_code == 0
    assert result.stdout.startswith("a.json: ")
    assert worklist(tmp_path) == ["e"]


def test_a_broken_file_stores_nothing_of_itself_and_does_not_stop_the_next(tmp_path: Path) -> None:
    broken = bundle(tmp_path, "broken.json", PATIENT, {**ENCOUNTER, "id": "no", "class": 5})
    good = bundle(tmp_path, "good.json", PATIENT, ENCOUNTER)

    result = run(tmp_path, broken, good)

    assert result.exit_code == 1
    assert result.stderr == (
        "imaging-hub: broken.json: Entry 2 is not a valid FHIR R4 Encounter.\n"
    )
    assert worklist(tmp_path) == ["e"]


def test_hl7_messages_are_refused_with_one_clear_line(tmp_path: Path) -> None:
    message = tmp_path / "adt.hl7"
    message.write_bytes(b"MSH|^~\\&|")

    result = run(tmp_path, message)

    assert result.exit_code == 1
    assert result.stderr == (
        "imaging-hub: adt.hl7: HL7 v2 messages are not taken yet; only FHIR bundles.\n"
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path / "gone.json")

    assert result.exit_code == 1
    assert result.stderr == "imaging-hub: gone.json: the file cannot be read.\n"
