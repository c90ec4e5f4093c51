"""What search may ask of an engine's reading side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from search.query import Node


@dataclass(frozen=True, slots=True)
class Hit:
    """One study found: its place in the fixed order, and the stored fields."""

    sort_key: str
    """Newest study date and time first, then by Study Instance UID; the UID follows `|`."""
    stored: Mapping[str, Sequence[str | int]]

    @property
    def study_instance_uid(self) -> str:
        """The study."""
        return uid_of(self.sort_key)


def uid_of(sort_key: str) -> str:
    """Return the Study Instance UID in a sort key."""
    return sort_key.partition("|")[2]


def recency_of(sort_key: str) -> int:
    """Return the field `recency` of the study with this sort key."""
    day, clock = 99_999_999 - int(sort_key[:8]), 999_999_999_999 - int(sort_key[8:20])
    return day * 1_000_000 + clock // 1_000_000


class SearchEngine(Protocol):
    """The reading side of one index. Errors of the engine are SearchUnavailable."""

    def count(self, node: Node) -> int:
        """Return how many studies match."""

    def page(self, node: Node, limit: int, after: str = "", offset: int = 0) -> list[Hit]:
        """Return the matches in the fixed order, those behind sort key `after`."""

    def facets(self, node: Node, fields: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """Return for each field the values of the matches with their counts, most first."""

    def among(self, nodes: Sequence[Node], study_uids: Sequence[str]) -> list[frozenset[str]]:
        """Return for each of `nodes` those of `study_uids` that match it."""
