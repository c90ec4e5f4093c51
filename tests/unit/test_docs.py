"""What the documents say about the code is so."""

from __future__ import annotations

import importlib
import importlib.util
import re
from functools import reduce
from pathlib import Path
from types import ModuleType

import pytest

from web.cli import cli
from web.demo import ACCOUNTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("web/**/README.md")])

WALK = re.findall(r"^\| (\d+) \| .*? \| (.*) \|$", README, re.MULTILINE)
PLACES = [(step, place) for step, cell in WALK for place in re.findall(r"`([^`]+:[^`]+)`", cell)]


def _names_in_tests() -> set[str]:
    files = list((ROOT / "tests").rglob("test_*.py"))
    defined = re.compile(r"^\s*(?:def|class) ((?:test_|Test)\w+)", re.MULTILINE)
    return {p.stem for p in files} | {n for p in files for n in defined.findall(p.read_text())}


NAMES_IN_TESTS = _names_in_tests()


class TestTheWalk:
    def test_it_has_sixteen_steps_and_each_names_a_place(self):
        assert [int(step) for step, _ in WALK] == list(range(1, 17))
        assert {int(step) for step, _ in PLACES} == set(range(1, 17))

    @pytest.mark.parametrize(("step", "place"), PLACES, ids=[p for _, p in PLACES])
    def test_every_place_exists(self, step: str, place: str):
        where, name = place.split(":")

        if "/" in where:
            source = (ROOT / where).read_text()
            assert re.search(rf"^export (class|function|const) {name}\b", source, re.MULTILINE)
        else:
            assert callable(reduce(getattr, name.split("."), importlib.import_module(where)))


class TestGeneratedPages:
    @pytest.mark.parametrize("page", ["settings.md", "errors.md"])
    def test_they_are_as_the_code_is_now(self, page: str):
        assert (ROOT / "docs" / page).read_text() == generator().PAGES[page]()

    def test_a_page_that_is_out_of_date_fails_the_check(self, tmp_path, monkeypatch, capsys):
        generate = generator()
        monkeypatch.setattr(generate, "DOCS", tmp_path)
        assert generate.main([]) == 0
        assert generate.main(["--check"]) == 0

        (tmp_path / "errors.md").write_text("old")

        assert generate.main(["--check"]) == 1
        assert "docs/errors.md is out of date" in capsys.readouterr().err


class TestPages:
    @pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_links_to_files_lead_somewhere(self, page: Path):
        links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)#:]+)\)", page.read_text())

        assert [link for link in links if not (page.parent / link).exists()] == []

    @pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_files_that_are_named_exist(self, page: Path):
        named = re.findall(
            r"`((?:hub|web|search|indexing|capture_api|docs|tests)/[\w./-]+)`", page.read_text()
        )
        examples = {"hub/dicom/ophthalmic.py"}

        assert [n for n in named if n not in examples and not (ROOT / n).exists()] == []

    @pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_commands_that_are_named_exist(self, page: Path):
        named = set(re.findall(r"imaging-hub ([a-z]+)(?: |`)", page.read_text()))

        assert named <= set(cli.commands)

    @pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_tests_that_are_named_exist(self, page: Path):
        named = re.findall(
            r"`((?:[\w/]+\.py::)?(?:test_|Test)\w+)(?:\.py)?(?:::\w+)?`", page.read_text()
        )

        missing = [name for name in named if name.split("::")[-1] not in NAMES_IN_TESTS]
        assert missing == []

    def test_the_list_of_decisions_is_complete(self):
        listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (ROOT / "docs/adr/README.md").read_text())

        assert listed == sorted(p.name for p in (ROOT / "docs/adr").glob("0*.md"))

    def test_every_decision_has_its_parts(self):
        for path in (ROOT / "docs/adr").glob("0*.md"):
            text = path.read_text()
            assert f"# {path.name[:4]}. " in text
            for part in ("Status: ", "## Context", "## Decision", "## Consequences"):
                assert part in text, f"{path.name} has no {part}"

    def test_the_readme_lists_the_demo_accounts(self):
        assert re.findall(r"^\| `(demo-[\w-]+)` ", README, re.MULTILINE) == [a[0] for a in ACCOUNTS]
        assert all(user == password for user, password, _, _ in ACCOUNTS)

    def test_the_notice_carries_the_terminology_notices(self):
        notices = (ROOT / "hub/terminology/README.md").read_text().split("## Notices")[1]
        said = " ".join((ROOT / "NOTICE").read_text().split())

        for notice in re.findall(
            r"^\* (.+?\.)(?= |$)", " ".join(notices.split("\n  ")), re.MULTILINE
        ):
            assert notice.split(",")[0] in said


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
