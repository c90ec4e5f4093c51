"""Search: a line of words in, Study UIDs with their reasons out (step 15 of the walk).

It returns ids and what the index needs to explain them. Records are loaded through
`hub.reading`, which checks access again and writes the audit row (D7).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.errors import InvalidRequest
from hub.model import Practitioner
from hub.settings import Settings
from search import dictionary, facets
from search.access import authz_filter
from search.clauses import Chip, Reading, Word
from search.engine import Hit, SearchEngine
from search.facets import FacetValue, Filters
from search.grammar import read
from search.plan import Plan, Tier, plan
from search.qido import QidoPage, read_params
from search.query import Node, both
from search.words import Count, is_found

_MOST = 200
_SORT_KEY = re.compile(r"\d{20}\|[0-9.]{1,64}")


@dataclass(frozen=True, slots=True)
class SearchItem:
    """One study found."""

    study_instance_uid: str
    patient_id: str
    issuer: str
    modalities: tuple[str, ...]
    study_date: str
    """YYYY-MM-DD; empty when not known."""
    tier: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of items; `total` and facets count the matches, `tiers` the others."""

    items: tuple[SearchItem, ...]
    total: int
    tiers: Mapping[str, int]
    chips: tuple[Chip, ...] = ()
    facets: Mapping[str, Sequence[FacetValue]] = field(default_factory=dict)
    next: str | None = None
    notices: tuple[str, ...] = ()
    degraded: bool = False


class Search:
    """Finds studies by words, by clicked facets, and by DICOM attributes."""

    def __init__(self, engine: SearchEngine, settings: Settings) -> None:
        self._engine = engine
        self._zone = settings.zone

    def find(
        self,
        words: str,
        by: Practitioner,
        *,
        limit: int = 50,
        cursor: str = "",
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> SearchPage:
        """Return one page of what `words` find among what `by` may see.

        Matches come first, newest first; then studies whose side is not recorded, then
        those recorded less specifically. Raises Forbidden, SearchUnavailable, and
        InvalidRequest for a cursor that is not one.
        """
        allowed = authz_filter(by)
        at = (now or datetime.now(self._zone)).astimezone(self._zone)
        clicked = facets.chosen(filters or {})

        def count(node: Node) -> int:
            return self._engine.count(both([allowed, node]))

        made = plan(read(words, at), count, sure=True)
        total = count(both([made.match, clicked]))
        if not total:
            # Only now is it worth asking for each word whether it occurs at all.
            made = self._second_look(words, at, count)
            total = count(both([made.match, clicked]))
        tiers = [(tier, both([allowed, node, clicked])) for tier, node in made.tiers]
        hits, following = self._page(tiers, max(1, min(limit, _MOST)), cursor)
        others = {str(tier): self._engine.count(node) for tier, node in tiers[1:]}
        return SearchPage(
            items=self._items(hits, made),
            total=total,
            tiers=dict.fromkeys(map(str, list(Tier)[1:]), 0) | others,
            chips=made.chips,
            facets=facets.counted(self._engine, both([allowed, made.match]), filters or {}),
            next=following,
            notices=made.notices,
        )

    def qido(
        self,
        params: Sequence[tuple[str, str]],
        by: Practitioner,
        *,
        limit: int,
        offset: int = 0,
        fuzzy: bool = False,
    ) -> QidoPage:
        """Return the Study UIDs that match DICOM `params`, in the fixed order.

        Raises Forbidden, SearchUnavailable, and InvalidRequest for values that are none.
        """
        asked = read_params(params, fuzzy=fuzzy)
        node = both([authz_filter(by), asked.node])
        hits = self._engine.page(node, limit, offset=offset) if limit else []
        total = self._engine.count(node)
        return QidoPage(tuple(hit.study_instance_uid for hit in hits), total, asked.warnings)

    def _second_look(self, words: str, now: datetime, count: Count) -> Plan:
        """Plan with words that occur nowhere corrected, or looked for in other ways."""
        reading = read(words, now)
        corrected = _corrections(reading, count)
        if not corrected:
            return plan(reading, count)
        made = plan(read(words, now, corrected), count)
        said = (
            f"\u201c{wrong}\u201d was not found; searched \u201c{right}\u201d."
            for wrong, right in corrected.items()
        )
        return replace(made, notices=(*said, *made.notices))

    def _page(
        self, tiers: Sequence[tuple[Tier, Node]], limit: int, cursor: str
    ) -> tuple[list[tuple[Tier, Hit]], str | None]:
        """Return up to `limit` hits from the tier of `cursor` on, and the next cursor."""
        begin, after = _read_cursor(cursor)
        hits: list[tuple[Tier, Hit]] = []
        for tier, node in tiers[begin:]:
            wanted = limit + 1 - len(hits)
            hits += [(tier, hit) for hit in self._engine.page(node, wanted, after)]
            after = ""
            if len(hits) > limit:
                tier, last = hits[limit - 1]
                return hits[:limit], _write_cursor([t for t, _ in tiers].index(tier), last.sort_key)
        return hits, None

    def _items(self, hits: Sequence[tuple[Tier, Hit]], made: Plan) -> tuple[SearchItem, ...]:
        uids = [hit.study_instance_uid for _, hit in hits]
        telling = self._engine.among([node for _, node in made.reasons], uids) if uids else []
        matched = [(label, who) for (label, _), who in zip(made.reasons, telling, strict=False)]
        return tuple(
            _item(
                tier, hit, tuple(label for label, who in matched if hit.study_instance_uid in who)
            )
            for tier, hit in hits
        )


def _item(tier: Tier, hit: Hit, why: tuple[str, ...]) -> SearchItem:
    day = str(_first(hit, "study_date"))
    return SearchItem(
        hit.study_instance_uid,
        str(_first(hit, "patient_id")),
        str(_first(hit, "issuer")),
        tuple(sorted(str(value) for value in hit.stored["modality"])),
        f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else "",
        str(tier),
        why,
    )


def _first(hit: Hit, name: str) -> str | int:
    return next(iter(hit.stored[name]), "")


def _corrections(reading: Reading, count: Count) -> dict[str, str]:
    """Return for words that occur nowhere the one dictionary word a typo away, if any."""
    found: dict[str, str] = {}
    for part in reading.parts:
        if isinstance(part, Word) and part.field == "text" and not part.negated:
            near = dictionary.corrections(part.text.casefold())
            if near and not is_found(part, count):
                found[part.text] = near[0]
    return found


def _write_cursor(tier: int, sort_key: str) -> str:
    return base64.urlsafe_b64encode(f"{tier}:{sort_key}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[int, str]:
    if not cursor:
        return 0, ""
    try:
        tier, _, after = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if tier in ("0", "1", "2") and _SORT_KEY.fullmatch(after):
            return int(tier), after
    except (ValueError, binascii.Error):
        raise InvalidRequest("The cursor is not one of this list.") from None
    raise InvalidRequest("The cursor is not one of this list.")
