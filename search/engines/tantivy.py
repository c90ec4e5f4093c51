"""Reads the embedded index. Every call sees what was committed before it began."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from tantivy import FieldType, Occur, Order, Query

from hub.errors import SearchUnavailable
from indexing.columns import column_of, unpacked
from indexing.current import is_of_this_format, named_in
from indexing.fields import FIELDS
from search.engine import Hit, recency_of, uid_of
from search.query import And, Everything, Node, Not, OneOf, Or, Phrase, Prefix, Range, Wildcard

_FACET_VALUES = 50
_SETS = 60_000
"""More different sets of values than any facet has."""

Found = list[tuple[str, tantivy.DocAddress]]
"""Sort keys with where the study is."""


class TantivySearch:
    """The reading side of the embedded index in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._index: tantivy.Index | None = None
        self._commit = (0, 0)
        self._lock = threading.Lock()

    def count(self, node: Node) -> int:
        """Return how many studies match."""
        with self._reading() as (index, searcher):
            return _count(searcher, _compiled(index.schema, node))

    def page(self, node: Node, limit: int, after: str = "", offset: int = 0) -> list[Hit]:
        """Return the matches in the fixed order, those behind sort key `after`."""
        with self._reading() as (index, searcher):
            query = _compiled(index.schema, node)
            if after:
                found = _behind(index.schema, searcher, query, after, limit)
            elif offset:
                found = _ordered(searcher, query, limit, offset)
            else:
                found = _newest(index.schema, searcher, query, limit)
            return [Hit(key, _stored(searcher.doc(address))) for key, address in found]

    def facets(self, node: Node, fields: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """Return the values of the matches with their counts, most first, then by value."""
        wanted = {f: {"terms": {"field": column_of(f), "size": _SETS}} for f in fields}
        with self._reading() as (index, searcher):
            counted = searcher.aggregate(_compiled(index.schema, node), wanted)
        return {field: _values(counted[field]["buckets"]) for field in fields}

    def among(self, nodes: Sequence[Node], study_uids: Sequence[str]) -> list[frozenset[str]]:
        """Return for each of `nodes` those of `study_uids` that match it."""
        if not study_uids:
            return [frozenset() for _ in nodes]
        with self._reading() as (index, searcher):
            named = Query.term_set_query(index.schema, "study_instance_uid", list(study_uids))
            return [
                frozenset(uid_of(key) for key in _keys(searcher, query, len(study_uids)))
                for query in (_all_of([named, _compiled(index.schema, node)]) for node in nodes)
            ]

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
            meta = (self._folder / name / "meta.json").stat()
            # Every commit replaces the file, so an unchanged one needs no reload.
            if (meta.st_ino, meta.st_mtime_ns) != self._commit:
                self._index.reload()
                self._commit = (meta.st_ino, meta.st_mtime_ns)
            return self._index


def _stored(document: tantivy.Document) -> dict[str, list[str | int]]:
    return {f.name: document.get_all(f.name) for f in FIELDS if f.stored}


def _values(sets: Iterable[dict[str, object]]) -> list[tuple[str, int]]:
    """Return the counts of single values from those of whole sets of values."""
    counts: Counter[str] = Counter()
    for bucket in sets:
        for value in unpacked(str(bucket["key"])):
            counts[value] += int(str(bucket["doc_count"]))
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_FACET_VALUES]


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    """Count by a column that every study has: twice as fast as a search that scores."""
    found = searcher.aggregate(query, {"n": {"value_count": {"field": "recency"}}})
    return int(found["n"]["value"])


def _keys(searcher: tantivy.Searcher, query: Query, limit: int) -> list[str]:
    found = searcher.search(query, limit, False, order_by_field="recency")
    return [searcher.doc(address).get_first("sort_key") for _, address in found.hits]  # type: ignore[misc]


def _ordered(searcher: tantivy.Searcher, query: Query, limit: int, offset: int = 0) -> Found:
    """Return hits by sort key, which orders all but is text and so four times slower."""
    found = searcher.search(
        query, limit, False, order_by_field="sort_key", offset=offset, order=Order.Asc
    )
    return found.hits


def _newest(schema: tantivy.Schema, searcher: tantivy.Searcher, query: Query, limit: int) -> Found:
    """Return the first hits: by second, and within the second by sort key.

    Which of the last second are among them is not decided by the number, so these are
    asked for again.
    """
    hits = searcher.search(query, limit, False, order_by_field="recency").hits
    if not hits:
        return []
    last = hits[-1][0]
    keyed = [
        (searcher.doc(address).get_first("sort_key"), address) for s, address in hits if s != last
    ]
    kept = sorted(keyed, key=lambda pair: str(pair[0]))
    tied = _all_of([query, _compiled(schema, Range("recency", last, last))])
    return [*kept, *_ordered(searcher, tied, limit - len(kept))]  # type: ignore[list-item]


def _behind(
    schema: tantivy.Schema, searcher: tantivy.Searcher, query: Query, after: str, limit: int
) -> Found:
    """Return the hits behind a sort key: the rest of its second, then what is older.

    tantivy has no range over text; the second is a number, and few studies share one.
    """
    second = recency_of(after)
    tied = _all_of([query, _compiled(schema, Range("recency", second, second))])
    ties = _count(searcher, tied)
    rest = [hit for hit in (_ordered(searcher, tied, ties) if ties else []) if hit[0] > after]
    if len(rest) >= limit:
        return rest[:limit]
    older = _all_of([query, _compiled(schema, Range("recency", None, second - 1))])
    return [*rest, *_newest(schema, searcher, older, limit - len(rest))]


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
        case OneOf(field, values) if len(values) == 1:
            return Query.term_query(schema, field, next(iter(values)), index_option="basic")
        case OneOf(field, values):
            return Query.term_set_query(schema, field, sorted(values))
        case Prefix(field, value):
            return Query.regex_query(schema, field, _literal(value) + ".*")
        case Wildcard(field, pattern):
            return Query.regex_query(schema, field, _regex(pattern))
        case Phrase(field, words) if len(words) > 1:
            return Query.phrase_query(schema, field, list(words))
        case Phrase(field, words):
            return Query.term_query(schema, field, words[0], index_option="basic")
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
