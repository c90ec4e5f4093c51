"""Departments (PS3.16 CID 7030) with the names people use for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from hub.model import Code, Department
from hub.terminology.tables import listed, rows
from hub.text import fold


class Departments:
    """All departments, looked up by code, name or alias."""

    def __init__(self, departments: Iterable[tuple[Department, tuple[str, ...]]]) -> None:
        self._entries = tuple(departments)
        self._by_name: dict[str, Department] = {}
        for department, aliases in self._entries:
            for name in (department.name, *aliases, *_codes(department)):
                self._by_name.setdefault(_even(name), department)

    def all(self) -> tuple[Department, ...]:
        """Return every department, in the order of the data file."""
        return tuple(department for department, _ in self._entries)

    def resolve(self, text: str) -> Department:
        """Return the department that `text` names.

        Text that names none is kept as it is, without a code: an unknown department
        is flagged, never refused.
        """
        return self._by_name.get(_even(text)) or Department(text.strip())

    def phrases(self) -> Iterator[tuple[str, Department]]:
        """Yield every name and alias with its department."""
        for department, aliases in self._entries:
            for name in (department.name, *aliases):
                yield name, department


@lru_cache(maxsize=1)
def departments() -> Departments:
    """Return the departments of `data/department.csv`."""
    return Departments(
        (
            Department(row["meaning"], Code(row["scheme"], row["code"], row["meaning"])),
            tuple(listed(row["synonyms"])),
        )
        for row in rows("department")
    )


def _codes(department: Department) -> tuple[str, ...]:
    code = department.code
    return (code.value, f"{code.scheme}:{code.value}") if code else ()


def _even(text: str) -> str:
    return " ".join(fold(text).split())
