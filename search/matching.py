"""Where words, names and numbers are looked for: pieces of query shared by all readers."""

from __future__ import annotations

from collections.abc import Iterable

from hub.text import fold, fold_umlauts, singular, sound, words
from search.dates import Span
from search.query import Node, OneOf, Phrase, Prefix, Range, both, either, equals

TEXTS = ("description", "reason", "notes")
TEXT_LABELS = {"description": "description", "reason": "reason", "notes": "note"}


def spellings(text: str) -> list[list[str]]:
    """Return the words of `text` folded, and with ä ö ü written out where that differs."""
    readings = [words(text), words(fold_umlauts(text))]
    return readings if readings[0] != readings[1] else readings[:1]


def in_text(field: str, text: str) -> Node:
    """Return the query for every word of `text` in one text field, in any order."""
    return either(both(_word_in(field, w) for w in reading) for reading in spellings(text))


def phrase_in(field: str, text: str) -> Node:
    """Return the query for the words of `text` next to each other."""
    return either(Phrase(field, tuple(reading)) for reading in spellings(text) if reading)


def in_name(text: str) -> Node:
    """Return the query for each word of `text` as the start of a part of the name."""
    return either(both(Prefix("name", w) for w in reading) for reading in spellings(text))


def sounds_like(text: str) -> Node:
    """Return the query for names that sound like each word of `text`."""
    keys = [sound(word) for word in words(text)]
    return both(equals("name_sound", key) for key in keys) if keys and all(keys) else either(())


def person_in(text: str) -> Node:
    """Return the query for each word of `text` as the start of a name of staff."""
    return either(both(Prefix("people", w) for w in reading) for reading in spellings(text))


def by_number(text: str) -> Node:
    """Return the query for a patient id, accession or visit number, without case."""
    return equals("ids", number(text))


def by_bare_number(text: str) -> Node:
    """Return the same, leading zeros left out on both sides."""
    return equals("bare_ids", number(text).lstrip("0"))


def by_identity(text: str) -> Node:
    """Return the query for a patient id, with `@ISSUER` or as CX (`123^^^HOSPA&oid&ISO^MR`)."""
    if "^" in text:
        number_, *rest = text.split("^")
        issuer = rest[2] if len(rest) > 2 else ""
    else:
        number_, _, issuer = text.partition("@")
    if not issuer:
        return Prefix("identities", f"{number(number_)}|")
    heads = (issuer, issuer.partition("&")[0])
    return equals("identities", *(f"{number(number_)}|{number(head)}" for head in heads))


def taken_in(span: Span) -> Node:
    """Return the query for studies with an image, or their date, in `span`."""
    return Range("taken", *_numbers(span))


def born_in(span: Span) -> Node:
    """Return the query for a birth date in `span`; 1945 alone is in any span of all 1945."""
    low, high = _numbers(span)
    if low and span.first and not span.is_one_day and span.first.day == 1:
        low -= 1 if span.first.month > 1 else 101
    return Range("birth_date", low, high)


def anywhere(text: str) -> list[tuple[str, Node]]:
    """Return where a free word may be found, with the words that say so."""
    found: list[tuple[str, Node]] = [("name", in_name(text)), ("number", by_number(text))]
    return found + [(TEXT_LABELS[field], in_text(field, text)) for field in TEXTS]


def quoted(text: str) -> list[tuple[str, Node]]:
    """Return where a quoted text may be found: word for word, or as whole parts of a name."""
    whole = both(equals("name", word) for word in words(text))
    found: list[tuple[str, Node]] = [("name", whole), ("number", by_number(text))]
    return found + [(TEXT_LABELS[field], phrase_in(field, text)) for field in TEXTS]


def number(text: str) -> str:
    """Return an identifier as it is indexed: without case."""
    return fold(text.strip())


def any_of(found: Iterable[tuple[str, Node]]) -> Node:
    """Return the query for any of the places."""
    return either(node for _, node in found)


def _word_in(field: str, word: str) -> OneOf:
    return equals(field, word, singular(word))


def _numbers(span: Span) -> tuple[int | None, int | None]:
    first = int(f"{span.first:%Y%m%d}") if span.first else None
    return first, int(f"{span.last:%Y%m%d}") if span.last else None


def fuzzy_name(text: str) -> Node:
    """Return the query of QIDO's fuzzymatching: each word starts a name or sounds like one."""
    parts = words(text.replace("^", " ").replace("*", " ").replace("?", " "))
    return both(either([Prefix("name", w), *_sounding(w)]) for w in parts)


def _sounding(word: str) -> list[Node]:
    return [equals("name_sound", sound(word))] if sound(word) else []
