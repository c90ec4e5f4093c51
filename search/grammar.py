"""Reads a line of search words: quotes and fields, numbers, dates, the dictionary, the rest.

Nothing is refused. What a word was taken for is shown as a chip that can be removed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hub.terminology.anatomy import SIDE_WORDS
from hub.text import words
from search import dictionary, matching
from search.clauses import Chip, Clause, Imaging, Part, Reading, SitePart, Word, department
from search.dates import Span, read_dates
from search.fielded import FIELDS, phrase, read_field
from search.sides import SideWord, bound

_TOKEN = re.compile(
    r'(?P<no>[-!](?=\S))?(?:(?P<field>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))'
)
_STOP_WORDS = frozenset(("of", "the", "in", "on", "with", "and", "for", "from", "at", "a"))
_TITLES = frozenset(("mr", "mrs", "ms", "dr"))
_AND = frozenset(("and", "&", "+"))
_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"'})


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the line as typed."""

    text: str
    field: str = ""
    quoted: bool = False
    negated: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it has neither quotes nor a field."""
        return not (self.field or self.quoted)


def read(line: str, now: datetime, corrected: Mapping[str, str] | None = None) -> Reading:
    """Read the search words of `line`; `now` is in the site's zone.

    `corrected` replaces words that occur nowhere by words of the dictionary.
    """
    tokens = [_corrected(token, corrected or {}) for token in _tokens(line)]
    parts: list[Part | SideWord] = []
    notices: list[str] = []
    joined = False
    at = 0
    while at < len(tokens):
        if tokens[at].is_plain and tokens[at].text.casefold() in _AND:
            joined, at = bool(parts), at + 1
            continue
        found, taken = _next(tokens, at, now, notices)
        if found and joined and isinstance(found[0], SitePart):
            found = [replace(found[0], joined=True), *found[1:]]
        if found and not isinstance(found[-1], SideWord | Imaging):
            joined = False
        parts += found
        at += taken
    placed, sides, said = bound(parts)
    return Reading(tuple(placed), sides, (*notices, *said))


def _tokens(line: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(line.translate(_QUOTES)):
        field = (match["field"] or "").lower()
        text = match["bare"] if match["quoted"] is None else match["quoted"]
        if field and field not in FIELDS:
            text, field = f"{match['field']}:{text}", ""
        found.append(Token(text, field, match["quoted"] is not None, bool(match["no"])))
    return _nots(found)


def _nots(tokens: list[Token]) -> list[Token]:
    """Return the tokens with "not" made a mark of the next one."""
    out: list[Token] = []
    negate = False
    for token in tokens:
        if token.is_plain and token.text.casefold() == "not":
            negate = True
        else:
            out.append(replace(token, negated=True) if negate else token)
            negate = False
    return out


def _corrected(token: Token, corrected: Mapping[str, str]) -> Token:
    return replace(token, text=corrected.get(token.text, token.text)) if token.is_plain else token


def _next(
    tokens: list[Token], at: int, now: datetime, notices: list[str]
) -> tuple[list[Part | SideWord], int]:
    """Read what stands at `at`; return its parts and how many tokens they took."""
    token = tokens[at]
    if token.field:
        return [*read_field(token.field, token.text, token.negated, token.quoted, now, notices)], 1
    if token.quoted:
        return [phrase(token.text, token.negated)] if words(token.text) else [], 1
    if _is_title(token) and at + 1 < len(tokens) and tokens[at + 1].is_plain:
        return [Word(tokens[at + 1].text, "name", token.negated)], 2
    if "@" in token.text or "^^^" in token.text:
        return [_identity(token)], 1
    ahead = _plain_ahead(tokens, at)
    dates = read_dates(ahead, now.date())
    if dates:
        return [_dated(dates[0], token)], dates[1]
    found = dictionary.longest(ahead)
    if found:
        typed = " ".join(ahead[: found.taken])
        return _meant(found.meaning, typed, token.negated), found.taken
    return _rest(token), 1


def _plain_ahead(tokens: list[Token], at: int) -> list[str]:
    """Return the plain tokens from `at`; a minus begins something new."""
    ahead = [tokens[at].text]
    for token in tokens[at + 1 : at + 6]:
        if not token.is_plain or token.negated:
            break
        ahead.append(token.text)
    return ahead


def _is_title(token: Token) -> bool:
    # In upper case MR is a kind of imaging.
    return token.text.rstrip(".").casefold() in _TITLES and token.text != "MR"


def _rest(token: Token) -> list[Part | SideWord]:
    word = token.text.casefold().strip(",.;")
    if word in SIDE_WORDS:
        return [SideWord(SIDE_WORDS[word], token.text.strip(",.;"))]
    if word in _STOP_WORDS or not words(token.text):
        return []
    return [Word(token.text.strip(",;"), negated=token.negated)]


def _meant(meaning: dictionary.Meaning, typed: str, negated: bool) -> list[Part | SideWord]:
    found: list[Part | SideWord] = []
    if meaning.regions:
        sides = frozenset({meaning.side} if meaning.side else ())
        found.append(SitePart(meaning.regions, typed, sides, negated=negated))
    if meaning.modalities:
        found.append(Imaging(meaning.modalities, meaning.modality_label, typed, negated))
    if meaning.department:
        found.append(department(meaning.department, meaning.department_label, negated))
    return found


def _identity(token: Token) -> Clause:
    chip = Chip("mrn", token.text, f"Patient ID {token.text}")
    return Clause((chip,), matching.by_identity(token.text), negated=token.negated)


def _dated(span: Span, token: Token) -> Clause:
    """Return the clause for a date; a bare full date may be a birth date, or a number too."""
    taken = (f"Taken {span.label}", matching.taken_in(span))
    chips = [Chip("date", span.value, taken[0])]
    reasons = [taken]
    if span.is_one_day and any(c.isdigit() for c in token.text) and len(token.text) >= 8:
        reasons.append((f"Born {span.label}", matching.born_in(span)))
        chips.append(Chip("dob", str(span.first), reasons[-1][0]))
        if token.text.isdigit():
            reasons.append((f"Number {token.text}", matching.by_number(token.text)))
    node = matching.any_of(reasons)
    return Clause(tuple(chips), node, tuple(reasons), token.negated)
