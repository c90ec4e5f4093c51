"""Rows of the catalog to model values and back, where more than one table has the columns."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row

from hub.errors import InvalidRequest
from hub.model import Code, Department, Laterality

T = TypeVar("T")

AnyRow = Row[Any]


def new_key() -> str:
    """Return an opaque key for URLs; it tells nothing and cannot be guessed."""
    return secrets.token_hex(10)


def code_columns(prefix: str, code: Code | None) -> dict[str, str]:
    """Return the three columns of a code; empty strings where there is none."""
    code = code or Code("", "")
    return {
        f"{prefix}_scheme": code.scheme,
        f"{prefix}_value": code.value,
        f"{prefix}_meaning": code.meaning,
    }


def code_of(row: AnyRow, prefix: str) -> Code | None:
    """Return the code of a row's three columns, or None."""
    columns = row._mapping
    value = columns[f"{prefix}_value"]
    if not value:
        return None
    return Code(columns[f"{prefix}_scheme"], value, columns[f"{prefix}_meaning"])


def department_of(row: AnyRow) -> Department:
    """Return the department of a row."""
    return Department(row.department_name, code_of(row, "department"))


def laterality_of(row: AnyRow) -> Laterality | None:
    """Return the side of a row, or None."""
    return Laterality(row.laterality) if row.laterality else None


def given(columns: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that say something: what a sender leaves out erases nothing."""
    return {name: value for name, value in columns.items() if value not in ("", None)}


def batches(items: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Yield slices of `items` short enough for the variables of one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def cursor_text(*place: str) -> str:
    """Return an opaque cursor for a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def cursor_place(cursor: str) -> list[str]:
    """Read a cursor. Raises InvalidRequest when the hub did not make it."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error) as exc:
        raise InvalidRequest("The cursor is not one of this list.") from exc
    if not (isinstance(place, list) and all(isinstance(p, str) for p in place)):
        raise InvalidRequest("The cursor is not one of this list.")
    return place
