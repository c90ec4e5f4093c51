"""Words outside the dictionary: tried as written, then in the ways people get them wrong."""

from __future__ import annotations

from collections.abc import Callable

from search import matching
from search.clauses import Chip, Clause, Word
from search.query import Node, Prefix, Wildcard, both, either

Count = Callable[[Node], int]
"""How many studies match, within what the person may see."""


def resolved(word: Word, count: Count) -> tuple[Clause, str]:
    """Return the first way of looking for `word` that finds anything, and what to say.

    As written; a number without its leading zeros; names that sound like it.
    """
    first = _as_written(word)
    if word.negated or count(first.node):
        return first, ""
    bare = _without_zeros(word)
    if bare and count(bare.node):
        return bare, f"{word.text} was not found; shown without regard to leading zeros."
    alike = _by_sound(word)
    if alike and count(alike.node):
        return alike, f"\u201c{word.text}\u201d was not found; shown are names that sound like it."
    return first, f"Nothing contains \u201c{word.text}\u201d."


def is_found(word: Word, count: Count) -> bool:
    """Whether `word` occurs in the index as written, or as a number without zeros."""
    bare = _without_zeros(word)
    return bool(count(_as_written(word).node) or (bare and count(bare.node)))


def _as_written(word: Word) -> Clause:
    chip = Chip(word.field, word.text, _word_label(word))
    if word.field == "mrn":
        return Clause((chip,), matching.by_identity(word.text), negated=word.negated)
    if word.field == "name":
        return Clause((chip,), matching.in_name(word.text), negated=word.negated)
    found = matching.anywhere(word.text)
    reasons = tuple((f"\u201c{word.text}\u201d in {where}", node) for where, node in found)
    return Clause((chip,), matching.any_of(found), reasons, word.negated)


def _word_label(word: Word) -> str:
    return {"mrn": "Patient ID ", "name": "Name "}.get(word.field, "") + word.text


def _without_zeros(word: Word) -> Clause | None:
    bare = matching.number(word.text).lstrip("0")
    if word.field == "name" or not any(c.isdigit() for c in bare) or "@" in word.text:
        return None
    node: Node = matching.by_bare_number(word.text)
    if word.field == "mrn":
        # `0*123|` alone would take 09123 too, and the bare number alone an accession.
        ids: list[Node] = [Prefix("identities", f"{bare}|"), Wildcard("identities", f"0*{bare}|*")]
        node = both([node, either(ids)])
    return Clause((Chip(word.field, word.text, f"Number {bare}"),), node)


def _by_sound(word: Word) -> Clause | None:
    if word.field == "mrn":
        return None
    chip = Chip(word.field, word.text, f"Name like {word.text}")
    return Clause((chip,), matching.sounds_like(word.text))
