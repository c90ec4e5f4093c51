"""Body sites as a graph: codes, words, parents, and which of them are paired.

The hierarchy is the hub's own partonomy. It is not SNOMED's: with the codes that
DICOM publishes, no broader or narrower may be inferred from SNOMED CT itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from hub.model import AnatomicRegion, Code, Laterality
from hub.terminology.tables import listed, rows
from hub.text import singular, words

_SNOMED_RT = {"SRT", "SNM3", "99SDM"}
_SKIN = "SCT:39937001"
_FIELD_TERMS = {
    "ABD": "ABDOMEN",
    "CSP": "CSPINE",
    "TSP": "TSPINE",
    "LSP": "LSPINE",
    "UPEXM": "UPPERLIMB",
    "LOEXM": "LOWERLIMB",
}
# Body Part Examined values that modalities send and PS3.16 Annex L does not have.


@dataclass(frozen=True, slots=True)
class SidedWords:
    """Words for a region; `side` when the words fix it too (OS is the left eye)."""

    text: str
    side: Laterality | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """One body site of the graph."""

    code: Code
    body_part_terms: tuple[str, ...] = ()
    """Terms of PS3.16 Annex L for it, the one to write first."""
    paired: bool = False
    sensitive: bool = False
    phrases: tuple[SidedWords, ...] = ()
    parents: tuple[str, ...] = ()
    """Keys `SCHEME:code` of what this is a part of; several, so the graph is no tree."""
    covers: tuple[str, ...] = ()
    """Keys of the parts a composite shows: a CT of chest, abdomen and pelvis is a chest CT."""
    laterality_fixed: Laterality | None = None
    former_codes: tuple[str, ...] = ()
    """Retired SCT codes and SNOMED RT twins of the same concept."""

    @property
    def key(self) -> str:
        """The code as one word, `SCT:85562004`."""
        return f"{self.code.scheme}:{self.code.value}"

    @property
    def body_part_examined(self) -> str:
        """Body Part Examined (0018,0015) to write; empty where Annex L has no term."""
        return self.body_part_terms[0] if self.body_part_terms else ""

    @property
    def synonyms(self) -> tuple[str, ...]:
        """Lay and clinical words for it, beside its name."""
        return tuple(p.text for p in self.phrases)

    def as_anatomic_region(self) -> AnatomicRegion:
        """Return what the model needs of it."""
        return AnatomicRegion(self.code, self.paired, self.body_part_examined, self.sensitive)


class Anatomy:
    """The graph and its look-ups."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._regions = {r.key: r for r in regions}
        self._former = {code: r for r in self._regions.values() for code in r.former_codes}
        self._children: dict[str, list[Region]] = defaultdict(list)
        for region in self._regions.values():
            for parent in region.parents:
                self._children[parent].append(region)
        self._ancestors: dict[str, frozenset[str]] = {}

    def all(self) -> tuple[Region, ...]:
        """Return every region, in the order of the data file."""
        return tuple(self._regions.values())

    def get(self, scheme: str, value: str) -> Region | None:
        """Return the region with this code, also by a retired or SNOMED RT code."""
        scheme = "SRT" if scheme in _SNOMED_RT else scheme
        key = f"{scheme}:{value}"
        return self._regions.get(key) or self._former.get(key)

    def find(self, text: str) -> tuple[Region, ...]:
        """Return the regions that `text` names; several where the word has several meanings."""
        return tuple(dict.fromkeys(r for r, _ in self._by_words.get(_phrase(text), ())))

    def children(self, key: str) -> tuple[Region, ...]:
        """Return the direct parts of a region."""
        return tuple(self._children.get(key, ()))

    def ancestors(self, key: str) -> frozenset[str]:
        """Return the keys of all that the region is a part of, without itself."""
        if key not in self._ancestors:
            found: set[str] = set()
            for parent in self._regions[key].parents if key in self._regions else ():
                found |= {parent} | self.ancestors(parent)
            self._ancestors[key] = frozenset(found)
        return self._ancestors[key]

    def descendants(self, key: str) -> frozenset[str]:
        """Return the keys of all parts of a region, without itself."""
        parts = {child.key for child in self._children.get(key, ())}
        return frozenset(parts.union(*(self.descendants(part) for part in parts)))

    def index_codes(self, region: Region) -> frozenset[str]:
        """Return the keys under which an image of `region` is to be found."""
        own = {region.key, *region.covers}
        return frozenset(own.union(*(self.ancestors(key) for key in own)))

    def has_sides(self, region: Region) -> bool:
        """Whether a side says something about the region: of a face it does, of a nose not.

        The region or a part of it is paired. Areas of the skin count for skin only, or
        the two sides of the bridge would make the nose a paired thing.
        """
        skin = _SKIN in self.index_codes(region)
        parts = {region.key} | self.descendants(region.key)
        return any(self._regions[p].paired and (skin or not self._is_skin(p)) for p in parts)

    def _is_skin(self, key: str) -> bool:
        return key == _SKIN or _SKIN in self.ancestors(key)

    def related(self, a: Region, b: Region) -> bool:
        """Whether one of the two is the other, or shows it."""
        return a.key in self.index_codes(b) or b.key in self.index_codes(a)

    def body_part(self, text: str) -> tuple[Region, Laterality | None] | None:
        """Read a Body Part Examined as archives have it: `C_SPINE`, `HAND LT`, `CHEST PA`.

        Upper case and separators are evened out, then the whole is tried, then the text
        without a side word at its end (PS3.16 Annex L has no sides in its terms), then
        its first word.
        """
        term = " ".join(re.split(r"[\s_\-/.]+", text.upper().strip()))
        head, _, tail = term.rpartition(" ")
        side = SIDE_WORDS.get(tail.lower()) if head else None
        for candidate in (term, head if side else "", term.partition(" ")[0]):
            region = self._by_body_part.get(candidate.replace(" ", ""))
            region = region or next(iter(self.find(candidate)), None)
            if region:
                return region, None if candidate == term else side
        return None

    def phrases(self) -> Iterable[tuple[tuple[str, ...], Region, Laterality | None]]:
        """Yield the words of every name and synonym with the region and the side they fix."""
        for phrase, meanings in self._by_words.items():
            for region, side in meanings:
                yield phrase, region, side

    @cached_property
    def _by_body_part(self) -> dict[str, Region]:
        # The first region with a term has it: THORAX is the chest, then what is inside.
        terms = {term: r for r in reversed(self.all()) for term in r.body_part_terms}
        return terms | {field: terms[term] for field, term in _FIELD_TERMS.items()}

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], list[tuple[Region, Laterality | None]]]:
        found: dict[tuple[str, ...], list[tuple[Region, Laterality | None]]] = defaultdict(list)
        for region in self.all():
            for p in (SidedWords(region.code.meaning), *region.phrases):
                meaning = (region, p.side)
                if meaning not in found[_phrase(p.text)]:
                    found[_phrase(p.text)].append(meaning)
        return found


SIDE_WORDS = {
    **dict.fromkeys(("l", "lt", "left"), Laterality.LEFT),
    **dict.fromkeys(("r", "rt", "right"), Laterality.RIGHT),
    **dict.fromkeys(("bil", "bilateral", "both"), Laterality.BOTH),
}
"""Words for a side, folded."""


@lru_cache(maxsize=1)
def anatomy() -> Anatomy:
    """Return the graph of `data/anatomy.csv`."""
    return Anatomy(_region(row) for row in rows("anatomy"))


def _region(row: dict[str, str]) -> Region:
    former = listed(row["retired_codes"])
    if row["legacy_srt"]:
        former += [f"SRT:{code}" for code in row["legacy_srt"].split()]
    return Region(
        Code(row["scheme"], row["code"], row["meaning"]),
        # ENDOCARDIAC and the like name an approach; HEART is the site.
        body_part_terms=tuple(
            sorted(listed(row["body_part_examined"]), key=lambda term: term.startswith("ENDO"))
        ),
        paired=row["paired"] == "y",
        sensitive=row["sensitive"] == "y",
        phrases=tuple(_sided(text) for text in listed(row["synonyms"])),
        parents=tuple(listed(row["parent_code"])),
        covers=tuple(listed(row["covers"])),
        laterality_fixed=Laterality(row["laterality_fixed"]) if row["laterality_fixed"] else None,
        former_codes=tuple(former),
    )


def _sided(text: str) -> SidedWords:
    words_, _, side = text.partition("@")
    return SidedWords(words_, Laterality(side) if side else None)


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in words(text))
