"""Values of the model as JSON and back, by the types that their fields declare.

For what the catalog keeps for a while and never asks about. A value that was written by an
older hub may lack fields that have a default.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


def as_json(value: object) -> Any:
    """Return a value of the model as JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def from_json(kind: type[T], found: Any) -> T:
    """Return the value of type `kind` that `as_json` wrote."""
    return typing.cast(T, _value(kind, found))


def _value(kind: Any, found: Any) -> Any:
    if isinstance(kind, types.UnionType):
        (kind,) = (k for k in typing.get_args(kind) if k is not types.NoneType)
        return None if found is None else _value(kind, found)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        kinds = typing.get_type_hints(kind)
        return kind(**{name: _value(kinds[name], value) for name, value in found.items()})
    if kind is datetime:
        return datetime.fromisoformat(found)
    return kind(found)
