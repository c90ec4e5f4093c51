"""Bundles as a real generator writes them, loaded by the command into a real catalog."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.bootstrap import build_hub
from hub.settings import Settings
from hub.store.ports import WorklistQuery
from web.commands.load import load

pytestmark = pytest.mark.integration


@pytest.fixture
def bundles(sample_data: Path) -> list[Path]:
    return sorted((sample_data / "fhir").glob("*.json"))


def test_every_sample_bundle_is_taken_and_the_worklist_shows_its_encounters(
    bundles: list[Path], tmp_path: Path
) -> None:
    result = CliRunner().invoke(load, [*map(str, bundles), "--data", str(tmp_path)])

    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == len(bundles) == 14
    catalog = build_hub(Settings(data=tmp_path)).catalog
    shown = catalog.worklist(WorklistQuery(status="all", limit=200)).items
    assert len(shown) == 73
    assert {e.patient.issuer for e in shown} == {"http://hospital.smarthealthit.org"}
    assert len({e.patient.patient_id for e in shown}) == 12
    assert all(e.patient.name and e.started and e.department.name for e in shown)


def test_loading_the_same_bundle_again_adds_nothing(bundles: list[Path], tmp_path: Path) -> None:
    twice = [str(bundles[0]), str(bundles[0]), "--data", str(tmp_path)]

    assert CliRunner().invoke(load, twice).exit_code == 0

    catalog = build_hub(Settings(data=tmp_path)).catalog
    assert len(catalog.worklist(WorklistQuery(status="all", limit=200)).items) == 6
