"""Fixtures every test may use: a real hub in a temporary folder, and its web application."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from hub.bootstrap import Hub, build_hub
from hub.model import AuditEvent, Encounter
from hub.settings import Settings
from hub.store.ports import Registered

REPOSITORY = Path(__file__).parent.parent

# CI tries the same cases each time; at the desk new ones are looked for.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI nothing is skipped silently: a skip is a failure that names what is missing."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("HUB_TESTS_MAY_NOT_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", time_zone="Europe/Berlin")


@pytest.fixture
def hub(settings: Settings) -> Hub:
    return build_hub(settings)


@pytest.fixture
def register(hub: Hub) -> Callable[..., Encounter]:
    """Register encounters; return the last one as the hub knows it."""

    def register(*encounters: Encounter) -> Encounter:
        records = Registered(encounters=encounters)
        hub.catalog.register(records, AuditEvent("import", by="test"))
        last = encounters[-1]
        return hub.catalog.encounters(last.encounter_id, last.issuer)[0]

    return register


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """Real photos, bundles and messages; not part of the repository."""
    folder = Path(os.environ.get("HUB_SAMPLE_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"sample data not found; set HUB_SAMPLE_DATA (looked in {folder})")
    return folder
