"""A page of search results as the template shows it: tiers, chips, facets and their links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hub.model import Study
from search.facets import HEADINGS, FacetValue
from search.service import SearchItem, SearchPage

from . import chips, words
from .chips import Chip
from .present import Site, StudyCard, card

_TIERS = {
    "match": ("", ""),
    "sideNotRecorded": (
        "Side not recorded",
        "The body site fits, but nobody recorded whether it is left or right. Look before relying.",
    ),
    "lessSpecific": ("Less specific", "Recorded for a larger part of the body only."),
}
_MOST_CHOICES = 8


@dataclass(frozen=True)
class Choice:
    """One value of a facet; its link adds it, or takes it away."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One column to narrow the results by."""

    field: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Tier:
    """Results of one rank; all but the first carry a heading that warns."""

    heading: str
    explanation: str
    cards: tuple[StudyCard, ...]


@dataclass(frozen=True)
class Found:
    """All that the results page shows."""

    words: str
    heading: str
    tiers: tuple[Tier, ...] = ()
    chips: tuple[Chip, ...] = ()
    facets: tuple[Facet, ...] = ()
    messages: tuple[str, ...] = ()
    degraded: bool = False
    filtered: bool = False
    table: bool = False
    grid_url: str = "/"
    table_url: str = "/?view=table"
    next_url: str = ""


@dataclass(frozen=True)
class Asked:
    """What the URL asks for; every link of the page is this with one thing changed."""

    kept: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cursor: str = ""
    table: bool = False

    def url(self, **changes: Any) -> str:
        """Return the URL of the same list with `changes`, from its first page on."""
        now = {"kept": self.kept, "filters": self.filters, "table": self.table, **changes}
        pairs = [("s", now["kept"])] if now["kept"] else []
        pairs += [(name, value) for name, some in now["filters"].items() for value in some]
        pairs += [("view", "table")] if now["table"] else []
        pairs += [("cursor", now["cursor"])] if now.get("cursor") else []
        return "/?" + urlencode(pairs) if pairs else "/"

    def toggled(self, name: str, value: str) -> str:
        """Return the URL with one filter added, or taken away if it is there."""
        chosen = list(self.filters.get(name, ()))
        chosen = [v for v in chosen if v != value] if value in chosen else [*chosen, value]
        return self.url(filters={**self.filters, name: chosen})


def found(page: SearchPage, studies: Sequence[Study], asked: Asked, text: str, site: Site) -> Found:
    """Put a page of results into words. Studies that are gone since are left out."""
    return Found(
        words=text,
        heading=_heading(page, text, bool(asked.filters)),
        tiers=_tiers(page, studies, site),
        chips=_chips(page, asked, text),
        facets=_facets(page, asked),
        messages=tuple(page.notices),
        degraded=page.degraded,
        filtered=bool(asked.filters),
        table=asked.table,
        grid_url=asked.url(table=False),
        table_url=asked.url(table=True),
        next_url=asked.url(cursor=page.next) if page.next else "",
    )


def _heading(page: SearchPage, text: str, filtered: bool) -> str:
    if text or filtered:
        return words.count(page.total, "study", "studies")
    return "Recent studies"


def _tiers(page: SearchPage, studies: Sequence[Study], site: Site) -> tuple[Tier, ...]:
    by_uid = {study.study_instance_uid: study for study in studies}
    cards: dict[str, list[StudyCard]] = {}
    for item in page.items:
        study = by_uid.get(item.study_instance_uid)
        if study is not None:
            why = _news(page, item)
            cards.setdefault(item.tier, []).append(card(study, site, item.tier, why))
    return tuple(Tier(*_TIERS.get(name, (name, "")), tuple(some)) for name, some in cards.items())


def _news(page: SearchPage, item: SearchItem) -> tuple[str, ...]:
    """Return of an item's reasons what neither chips nor the tier's heading say already.

    "Hand, left" is two chips; that a word stands in the notes is in none.
    """
    said = {chip.label.casefold() for chip in page.chips} | {
        _TIERS.get(item.tier, ("",))[0].casefold()
    }
    return tuple(why for why in item.why if not said.issuperset(why.casefold().split(", ")))


def _chips(page: SearchPage, asked: Asked, text: str) -> tuple[Chip, ...]:
    chosen = (
        Chip(HEADINGS[name], _label(page, name, value), url=asked.toggled(name, value))
        for name, values in asked.filters.items()
        for value in values
    )
    return (*chips.of_words(page.chips, text), *chosen)


def _facets(page: SearchPage, asked: Asked) -> tuple[Facet, ...]:
    columns = ((name, page.facets.get(name, ())) for name in HEADINGS)
    return tuple(_facet(name, values, asked) for name, values in columns if values)


def _facet(name: str, values: Sequence[FacetValue], asked: Asked) -> Facet:
    chosen = asked.filters.get(name, ())
    choices = tuple(
        Choice(v.label, v.count, asked.toggled(name, v.value), v.value in chosen) for v in values
    )
    first = sorted(choices[_MOST_CHOICES:], key=lambda c: not c.chosen)
    kept = sum(choice.chosen for choice in first)
    return Facet(name, HEADINGS[name], choices[:_MOST_CHOICES] + tuple(first[:kept]))


def _label(page: SearchPage, name: str, value: str) -> str:
    listed = (v for v in page.facets.get(name, ()) if v.value == value)
    return next((v.label for v in listed), value)
