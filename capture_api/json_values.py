"""Values of a JSON object, read strictly: InvalidRequest names the field, never its value."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from hub.errors import InvalidRequest

Json = Mapping[str, Any]
E = TypeVar("E", bound=StrEnum)

ONE_LINE = 64
"""Characters of an LO value (PS3.5 table 6.2-1)."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LARGEST_NUMBER = 100_000.0
_YEARS = range(1900, 9000)
"""In another zone, or by another clock, any of these is still a year."""


def object_of(data: Json, key: str) -> Json:
    """Return the object at `key`; an absent one is empty."""
    value = data.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidRequest(f"{key} must be a JSON object.")
    return value


def text_of(data: Json, key: str, limit: int, *, multiline: bool = False) -> str:
    """Return the text at `key`, without space around it; an absent one is empty."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidRequest(f"{key} must be text.")
    value = value.strip()
    one_line = multiline or not any(c in value for c in "\r\n\t\\")
    if len(value) > limit or _CONTROL.search(value) or not one_line:
        raise InvalidRequest(f"{key} is too long or has characters that are not allowed.")
    if any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise InvalidRequest(f"{key} is not valid Unicode text.")
    return value


def uuid_of(data: Json, key: str) -> str:
    """Return the UUID at `key` in its usual form; an absent one is empty."""
    text = text_of(data, key, 45)
    try:
        return str(uuid.UUID(text)) if text else ""
    except ValueError as exc:
        raise InvalidRequest(f"{key} must be a UUID.") from exc


def time_of(data: Json, key: str) -> datetime | None:
    """Return the aware time at `key`, as in RFC 3339."""
    text = text_of(data, key, 40)
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as exc:
        raise InvalidRequest(f"{key} must be a date and time as in RFC 3339.") from exc
    if value.tzinfo is None:
        raise InvalidRequest(f"{key} must have an offset from UTC, such as +01:00 or Z.")
    if value.year not in _YEARS:
        raise InvalidRequest(f"{key} is in a year that cannot be.")
    return value


def choice_of(data: Json, key: str, kind: type[E]) -> E | None:
    """Return the member of `kind` at `key`."""
    text = text_of(data, key, ONE_LINE)
    try:
        return kind(text) if text else None
    except ValueError as exc:
        allowed = ", ".join(kind)
        raise InvalidRequest(f"{key} must be one of {allowed}.") from exc


def number_of(data: Json, key: str) -> float | None:
    """Return the finite number at `key`."""
    value = data.get(key)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) < _LARGEST_NUMBER:
        raise InvalidRequest(f"{key} must be a number.")
    return float(value)


def flag_of(data: Json, key: str) -> bool | None:
    """Return the truth at `key`; None where it is not known."""
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise InvalidRequest(f"{key} must be true, false or null.")
    return value
