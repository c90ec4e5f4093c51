"""The shape of the code: packages, sizes, names, and what may not be in it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from setuptools import find_packages

from capture_api.problems import STATUS
from hub import errors
from hub.errors import HubError

ROOT = Path(__file__).parents[2]
PACKAGES = ("capture_api", "hub", "indexing", "search", "web")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations/versions" not in path.as_posix()
)
ERRORS = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, HubError)]

LONGEST_MODULE = 300
LONGEST_FUNCTION = 50
LONGEST_VIEW = 12
LISTS_OF_DECLARATIONS = {"hub/errors.py", "hub/model.py", "hub/store/tables.py"}
"""Errors, values and tables of the whole hub, in one place each: they hold no decisions."""
READ_THE_ENVIRONMENT = {"hub/child.py", "indexing/__main__.py"}
"""A child process is given PATH; the other is a composition root."""
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


class TestPackaging:
    def test_the_wheel_has_exactly_five_top_level_packages(self):
        found = find_packages(str(ROOT), include=wheel_includes())

        assert {name.split(".")[0] for name in found} == set(PACKAGES)

    def test_no_folder_with_modules_is_left_out_of_the_wheel(self):
        found = {
            name.replace(".", "/") for name in find_packages(str(ROOT), include=wheel_includes())
        }
        folders = {path.parent.relative_to(ROOT).as_posix() for path in SOURCES}

        # Migrations are read as files (package data), not imported.
        assert {f for f in folders - found if "migrations" not in f} == set()


class TestErrors:
    @pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.__name__)
    def test_every_error_has_its_own_status(self, error: type[HubError]):
        assert 400 <= STATUS[error] < 600

    def test_codes_are_kebab_case_and_nobody_shares_one(self):
        codes = [e.code for e in ERRORS]

        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)

    @pytest.mark.parametrize("error", ERRORS, ids=lambda e: e.__name__)
    def test_every_error_says_a_sentence(self, error: type[HubError]):
        assert re.fullmatch(r"[A-Z].+[.]", error.message)
        assert "{" not in error.message


class TestSizes:
    @pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_modules_and_functions_fit_in_the_eye(self, path: Path):
        source = path.read_text()
        if path.relative_to(ROOT).as_posix() not in LISTS_OF_DECLARATIONS:
            assert source.count("\n") <= LONGEST_MODULE

        long = [f.name for f in functions(path) if lines_of_code(f) > LONGEST_FUNCTION]
        assert long == []

    def test_views_parse_call_and_present(self):
        views = [(p, f) for p in SOURCES for f in functions(p) if is_view(f)]
        assert len(views) >= 10

        long = [f"{p.name}:{f.name}" for p, f in views if lines_of_code(f) > LONGEST_VIEW]
        assert long == []


class TestNames:
    def test_modules_are_named_after_what_a_reader_looks_for(self):
        assert {p.stem for p in SOURCES} & NAMES_THAT_SAY_NOTHING == set()

    def test_every_module_says_what_it_is(self):
        silent = [
            str(path.relative_to(ROOT))
            for path in SOURCES
            if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
        ]
        assert silent == []

    def test_exceptions_are_nouns_of_the_fact(self):
        assert [e.__name__ for e in ERRORS if e.__name__.endswith("Error")] == ["HubError"]


class TestWhatIsNotThere:
    @pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
    def test_nothing_is_left_to_do_or_swallowed(self, path: Path):
        source = path.read_text()

        assert not re.search(r"\b(FIXME|XXX|HACK)\b|\bTODO\b(?! ?\(?#\d)", source)
        assert "NotImplementedError" not in source
        assert [n.lineno for n in ast.walk(ast.parse(source)) if swallows(n)] == []

    def test_the_core_does_not_read_the_environment(self):
        reading = {
            path.relative_to(ROOT).as_posix()
            for path in SOURCES
            if path.relative_to(ROOT).parts[0] != "web"
            and re.search(r"\bos\.(environ|getenv)\b", path.read_text())
        }

        assert reading <= READ_THE_ENVIRONMENT


def wheel_includes() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return project["tool"]["setuptools"]["packages"]["find"]["include"]


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def lines_of_code(function: ast.FunctionDef) -> int:
    """Lines of the body, without the docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def is_view(function: ast.FunctionDef) -> bool:
    return any(
        ast.unparse(d).startswith(("bp.get", "bp.post", "bp.put", "bp.route"))
        for d in function.decorator_list
    )


def swallows(node: ast.AST) -> bool:
    return isinstance(node, ast.ExceptHandler) and all(isinstance(s, ast.Pass) for s in node.body)
