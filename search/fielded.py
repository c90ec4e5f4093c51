"""Reads `field:value`, which says how a value is meant: `mrn:123@HOSPA`, `dob:1945`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from hub.model import Laterality
from hub.terminology import anatomy, departments, modalities
from hub.terminology.anatomy import SIDE_WORDS
from search import dictionary, matching
from search.clauses import SIDE_LABELS, Chip, Clause, Imaging, Part, SitePart, Word, department
from search.dates import read_value
from search.query import Node, equals
from search.sides import SideWord

Parts = list[Part | SideWord]
_TEXTS: dict[str, tuple[str, str]] = {
    "reason": ("reason", "Reason"),
    "note": ("notes", "Note"),
    "desc": ("description", "Description"),
}
_WORDS = {"name": "name", "mrn": "mrn", "text": "text"}


def read_field(
    field: str, value: str, negated: bool, quoted: bool, now: datetime, notices: list[str]
) -> Parts:
    """Return the parts that `field:value` means; what cannot be read becomes a plain word."""
    if not value.strip():
        return []
    if field in _TEXTS:
        return [_text(field, value, negated, quoted)]
    if field in _WORDS:
        return [Word(value, _WORDS[field], negated)]
    found = FIELDS[field](value, negated, now)
    if found is None:
        notices.append(f"\u201c{field}:{value}\u201d could not be read and was searched as words.")
        return [Word(value, negated=negated)]
    return found


def _text(field: str, value: str, negated: bool, quoted: bool) -> Clause:
    name, label = _TEXTS[field]
    node = matching.phrase_in(name, value) if quoted else matching.in_text(name, value)
    return Clause((Chip(field, value, f"{label}: {value}"),), node, negated=negated)


def _body(value: str, negated: bool, now: datetime) -> Parts | None:
    keys = value.split("|")
    if all(anatomy().get(*key.split(":", 1)) for key in keys if ":" in key) and ":" in value:
        return [SitePart(tuple(keys), value, negated=negated)]
    found = dictionary.longest(value.upper().split()) or dictionary.longest(value.split())
    if not found or found.taken < len(value.split()) or not found.meaning.regions:
        return None
    sides = frozenset({found.meaning.side} if found.meaning.side else ())
    return [SitePart(found.meaning.regions, value, sides, negated=negated)]


def _mod(value: str, negated: bool, now: datetime) -> Parts | None:
    found = dictionary.longest(value.upper().split())
    if found and found.meaning.modalities and not modalities().get(value.upper()):
        return [Imaging(found.meaning.modalities, found.meaning.modality_label, value, negated)]
    values = {part.strip().upper() for part in value.split("|")}
    label = " or ".join(dict.fromkeys(modalities().name(v) for v in sorted(values)))
    return [Imaging(modalities().with_former(values), label, value, negated)]


def _side(value: str, negated: bool, now: datetime) -> Parts | None:
    side = SIDE_WORDS.get(value.casefold()) or {"b": Laterality.BOTH}.get(value.casefold())
    if side and negated:
        chip = Chip("side", str(side), SIDE_LABELS[side])
        return [Clause((chip,), equals("side", side), negated=True)]
    return [SideWord(side, SIDE_LABELS[side])] if side else None


def _dept(value: str, negated: bool, now: datetime) -> Parts | None:
    found = departments().resolve(value)
    key = f"{found.code.scheme}:{found.code.value}" if found.code else found.name
    return [department(key, found.name, negated)]


def _date(value: str, negated: bool, now: datetime) -> Parts | None:
    span = read_value(value, now.date())
    if not span:
        return None
    chip = Chip("date", span.value, f"Taken {span.label}")
    return [Clause((chip,), matching.taken_in(span), negated=negated)]


def _dob(value: str, negated: bool, now: datetime) -> Parts | None:
    span = read_value(value, now.date())
    if not span:
        return None
    chip = Chip("dob", value, f"Born {span.label}")
    return [Clause((chip,), matching.born_in(span), negated=negated)]


def _acc(value: str, negated: bool, now: datetime) -> Parts | None:
    return [_number("acc", f"Accession {value}", "accession_number", value, negated)]


def _visit(value: str, negated: bool, now: datetime) -> Parts | None:
    return [_number("visit", f"Encounter {value}", "encounter_id", value, negated)]


def _number(field: str, label: str, name: str, value: str, negated: bool) -> Clause:
    node = equals(name, value, value.upper(), value.lower())
    return Clause((Chip(field, value, label),), node, negated=negated)


def _who(value: str, negated: bool, now: datetime) -> Parts | None:
    node: Node = matching.person_in(value)
    return [Clause((Chip("who", value, f"By or for {value}"),), node, negated=negated)]


def phrase(text: str, negated: bool = False) -> Clause:
    """Return the clause for a quoted text: word for word, or whole parts of a name."""
    found = matching.quoted(text)
    reasons = tuple((f"\u201c{text}\u201d in {where}", node) for where, node in found)
    chip = Chip("phrase", text, f"\u201c{text}\u201d")
    return Clause((chip,), matching.any_of(found), reasons, negated)


def _phrase(value: str, negated: bool, now: datetime) -> Parts | None:
    return [phrase(value, negated)]


FIELDS: dict[str, Callable[[str, bool, datetime], Parts | None]] = {
    "body": _body,
    "side": _side,
    "mod": _mod,
    "dept": _dept,
    "date": _date,
    "dob": _dob,
    "acc": _acc,
    "visit": _visit,
    "who": _who,
    "phrase": _phrase,
    **dict.fromkeys((*_TEXTS, *_WORDS), lambda value, negated, now: None),
}
"""Every field that can be typed. A new one is a function here and a line."""
