"""The query model: a small typed tree that every engine compiles to its own language.

Meaning is decided here and by `indexing.fields`; the engines only translate, and the
tests evaluate the same tree over documents in memory to prove it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everything:
    """Every study."""


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts, everything."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part holds; without parts, nothing."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of the values: whole keywords, single words of a text."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Prefix:
    """A keyword or a word of a text starts with the value."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A keyword matches the pattern: `*` any run, `?` any one character (PS3.4 C.2.2.2.4)."""

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words stand next to each other in a text."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A number lies between, both ends included; None is open."""

    field: str
    low: int | None = None
    high: int | None = None


Node = Everything | And | Or | Not | OneOf | Prefix | Wildcard | Phrase | Range

NOTHING = Or(())


def both(parts: Iterable[Node]) -> Node:
    """Return the parts as one node that needs all of them, as flat as it can be."""
    kept = [part for part in parts if part != Everything()]
    if NOTHING in kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else And(tuple(kept)) if kept else Everything()


def either(parts: Iterable[Node]) -> Node:
    """Return the parts as one node that needs one of them, as flat as it can be."""
    kept = [part for part in dict.fromkeys(parts) if part != NOTHING]
    return kept[0] if len(kept) == 1 else Or(tuple(kept))


def equals(field: str, *values: str) -> OneOf:
    """Return a node that needs one of `values` in `field`."""
    return OneOf(field, frozenset(values))
