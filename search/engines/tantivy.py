"""Reads the embedded index. Every call sees what was committed before it began."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from tantivy import FieldType, Occur, Order, Query

from hub.errors import SearchUnavailable
from indexing.current import is_of_this_format, named_in
from indexing.fields import FIELDS
from search.engine import Hit, recency_of, uid_of
from search.query import And, Everything, Node, Not, OneOf, Or, Phrase, Prefix, Range, Wildcard

_FACET_VALUES = 50


class TantivySearch:
    """The reading side of the embedded index in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._index: tantivy.Index | None = None
        self._lock = threading.Lock()

    def count(self, node: Node) -> int:
        """Return how many studies match."""
        with self._reading() as (index, searcher):
            found = searcher.search(_compiled(index.schema, node), limit=1, count=True)
            return int(found.count)  # type: ignore[attr-defined]

    def page(self, node: Node, limit: int, after: str = "", offset: int = 0) -> list[Hit]:
        """Return the matches in the fixed order, those behind sort key `after`."""
        with self._reading() as (index, searcher):
            query = _compiled(index.schema, node)
            if after:
                query, behind = _from(index.schema, searcher, query, after)
                offset += behind
            hits = _ordered(searcher, query, limit, offset)
            return [Hit(key, _stored(searcher.doc(address))) for key, address in hits]

    def facets(self, node: Node, fields: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """Return the values of the matches with their counts, most first, then by value."""
        wanted = {f: {"terms": {"field": f, "size": 10 * _FACET_VALUES}} for f in fields}
        with self._reading() as (index, searcher):
            counted = searcher.aggregate(_compiled(index.schema, node), wanted)
        return {field: _buckets(counted[field]["buckets"]) for field in fields}

    def among(self, node: Node, study_uids: Iterable[str]) -> frozenset[str]:
        """Return those of `study_uids` that match."""
        uids = list(study_uids)
        if not uids:
            return frozenset()
        with self._reading() as (index, searcher):
            named = Query.term_set_query(index.schema, "study_instance_uid", uids)
            query = _all_of([named, _compiled(index.schema, node)])
            return frozenset(uid_of(key) for key, _ in _ordered(searcher, query, len(uids)))

    @contextmanager
    def _reading(self) -> Iterator[tuple[tantivy.Index, tantivy.Searcher]]:
        try:
            index = self._opened()
            yield index, index.searcher()
        except (ValueError, OSError) as exc:
            raise SearchUnavailable from exc

    def _opened(self) -> tantivy.Index:
        """Return the index in force with the newest commit loaded; a rebuild swaps it."""
        with self._lock:
            name = named_in(self._folder)
            if not is_of_this_format(name):
                raise SearchUnavailable("The search index is being built. Please try again soon.")
            if self._index is None or name != self._name:
                self._index = tantivy.Index.open(str(self._folder / name))
                self._name = name
            self._index.reload()
            return self._index


def _stored(document: tantivy.Document) -> dict[str, list[str | int]]:
    return {f.name: document.get_all(f.name) for f in FIELDS if f.stored}


def _buckets(buckets: Iterable[dict[str, object]]) -> list[tuple[str, int]]:
    counted = [(str(b["key"]), int(str(b["doc_count"]))) for b in buckets]
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:_FACET_VALUES]


def _ordered(
    searcher: tantivy.Searcher, query: Query, limit: int, offset: int = 0
) -> list[tuple[str, tantivy.DocAddress]]:
    found = searcher.search(
        query, limit, False, order_by_field="sort_key", offset=offset, order=Order.Asc
    )
    return found.hits


def _from(
    schema: tantivy.Schema, searcher: tantivy.Searcher, query: Query, after: str
) -> tuple[Query, int]:
    """Return the query from the second of `after` on, and how many of that second to skip.

    tantivy has no range over text; the second is a number, and few studies share one.
    """
    second = recency_of(after)
    tied = _all_of([query, _compiled(schema, Range("recency", second, second))])
    ties = searcher.search(tied, 1, True).count  # type: ignore[attr-defined]
    skip = sum(key <= after for key, _ in _ordered(searcher, tied, ties)) if ties else 0
    return _all_of([query, _compiled(schema, Range("recency", None, second))]), skip


def _all_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _compiled(schema: tantivy.Schema, node: Node) -> Query:
    match node:
        case Everything() | And(()):
            return Query.all_query()
        case Or(()):
            return Query.empty_query()
        case And(parts):
            return _conjunction(schema, parts)
        case Or(parts):
            return Query.boolean_query([(Occur.Should, _compiled(schema, p)) for p in parts])
        case Not(part):
            return _conjunction(schema, (Not(part),))
        case _:
            return _leaf(schema, node)


def _conjunction(schema: tantivy.Schema, parts: Iterable[Node]) -> Query:
    clauses: list[tuple[Occur, Query]] = []
    for part in parts:
        if isinstance(part, Not):
            clauses.append((Occur.MustNot, _compiled(schema, part.part)))
        else:
            clauses.append((Occur.Must, _compiled(schema, part)))
    if all(occur == Occur.MustNot for occur, _ in clauses):
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def _leaf(schema: tantivy.Schema, node: Node) -> Query:
    match node:
        case OneOf(field, values):
            return Query.term_set_query(schema, field, sorted(values))
        case Prefix(field, value):
            return Query.regex_query(schema, field, _literal(value) + ".*")
        case Wildcard(field, pattern):
            return Query.regex_query(schema, field, _regex(pattern))
        case Phrase(field, words) if len(words) > 1:
            return Query.phrase_query(schema, field, list(words))
        case Phrase(field, words):
            return Query.term_query(schema, field, words[0])
        case Range(field, low, high):
            return Query.range_query(schema, field, FieldType.Integer, low, high)
        case _:
            raise TypeError(f"no query node: {type(node).__name__}")


def _literal(text: str) -> str:
    """Escape for tantivy's regular expressions, which refuse a needless backslash."""
    return re.sub(r"([\\.+*?()|\[\]{}^$#&~-])", r"\\\1", text)


def _regex(pattern: str) -> str:
    signs = {"*": ".*", "?": "."}
    return "".join(signs.get(c) or _literal(c) for c in pattern)
