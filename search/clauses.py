"""What a line of search words consists of, before it becomes one query."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hub.model import Laterality
from hub.terminology import Region, anatomy
from search.query import Node, equals

SIDE_LABELS = {
    Laterality.LEFT: "Left",
    Laterality.RIGHT: "Right",
    Laterality.BOTH: "Both sides",
    Laterality.UNPAIRED: "Unpaired",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """How one part of the line was understood; `field:"value"` typed means the same."""

    field: str
    value: str
    label: str
    alternative: str = ""
    """Another reading of the word, as one would type it: `name:hand`."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part that holds or does not: a department, a date, an identifier, a quoted text."""

    chips: tuple[Chip, ...]
    node: Node
    reasons: tuple[tuple[str, Node], ...] = ()
    """Which part of `node` matched, in words; empty = the chip's label."""
    negated: bool = False


def department(key: str, label: str, negated: bool = False) -> Clause:
    """Return the clause for a department, by its key in the index."""
    return Clause((Chip("dept", key, label),), equals("department", key), negated=negated)


@dataclass(frozen=True, slots=True)
class Imaging:
    """Kinds of imaging, any of them."""

    modalities: frozenset[str]
    label: str
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SitePart:
    """A body site; several regions where the word has several meanings."""

    regions: tuple[str, ...]
    """Keys of `hub.terminology`."""
    typed: str
    sides: frozenset[Laterality] = frozenset()
    joined: bool = False
    """Whether "and" stands between this site and the one before."""
    negated: bool = False

    @property
    def known(self) -> tuple[Region, ...]:
        """The regions themselves."""
        found = (anatomy().get(*key.split(":", 1)) for key in self.regions)
        return tuple(region for region in found if region)

    @property
    def label(self) -> str:
        """Their names."""
        return " or ".join(region.code.meaning for region in self.known) or self.typed

    @property
    def has_sides(self) -> bool:
        """Whether a side says something about it."""
        return any(anatomy().has_sides(region) for region in self.known)

    def on(self, sides: frozenset[Laterality]) -> SitePart:
        """Return the same site on further sides."""
        return replace(self, sides=self.sides | sides)


@dataclass(frozen=True, slots=True)
class Word:
    """A word outside the dictionary: a name, a number, or a word of a text."""

    text: str
    field: str = "text"
    """`text`, `name` or `mrn`."""
    negated: bool = False


Part = Clause | Imaging | SitePart | Word


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of search words as it was understood."""

    parts: tuple[Part, ...] = ()
    sides: frozenset[Laterality] = frozenset()
    """Sides that belong to no body site, so to the whole line."""
    notices: tuple[str, ...] = ()
