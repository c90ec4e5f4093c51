"""Reads the index in Elasticsearch through its alias."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from hub.errors import SearchUnavailable
from indexing.current import server_and_alias
from indexing.fields import FIELDS
from search.engine import Hit
from search.query import And, Everything, Node, Not, OneOf, Or, Phrase, Prefix, Range, Wildcard

_TIMEOUT_SECONDS = 2
"""A page that waits longer is better told that search does not answer."""
_FACET_VALUES = 50
_STORED = [field.name for field in FIELDS if field.stored]


class ElasticsearchSearch:
    """The reading side of the index behind an alias."""

    def __init__(self, search_url: str) -> None:
        server, self._alias = server_and_alias(search_url)
        self._client = Elasticsearch(server, request_timeout=_TIMEOUT_SECONDS, max_retries=1)

    def count(self, node: Node) -> int:
        """Return how many studies match."""
        with _said():
            return int(self._client.count(index=self._alias, query=_compiled(node))["count"])

    def page(self, node: Node, limit: int, after: str = "", offset: int = 0) -> list[Hit]:
        """Return the matches in the fixed order, those behind sort key `after`."""
        with _said():
            found = self._client.search(
                index=self._alias,
                query=_compiled(node),
                size=limit,
                sort=[{"sort_key": "asc"}],
                source_includes=_STORED,
                track_total_hits=False,
                **({"search_after": [after]} if after else {"from_": offset}),
            )
        return [_hit(hit) for hit in found["hits"]["hits"]]

    def facets(self, node: Node, fields: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        """Return the values of the matches with their counts, most first, then by value."""
        order = [{"_count": "desc"}, {"_key": "asc"}]
        terms = {f: {"terms": {"field": f, "size": _FACET_VALUES, "order": order}} for f in fields}
        with _said():
            found = self._client.search(
                index=self._alias, query=_compiled(node), size=0, aggs=terms
            )
        counted = found["aggregations"]
        return {f: [(b["key"], b["doc_count"]) for b in counted[f]["buckets"]] for f in fields}

    def among(self, nodes: Sequence[Node], study_uids: Sequence[str]) -> list[frozenset[str]]:
        """Return for each of `nodes` those of `study_uids` that match it; in one request."""
        named = [
            {"bool": {"filter": [_compiled(node)], "_name": str(i)}} for i, node in enumerate(nodes)
        ]
        query = {"bool": {"filter": [{"ids": {"values": list(study_uids)}}], "should": named}}
        with _said():
            found = self._client.search(
                index=self._alias, query=query, size=len(study_uids), source=False
            )
        hits = found["hits"]["hits"]
        return [
            frozenset(hit["_id"] for hit in hits if str(i) in hit.get("matched_queries", ()))
            for i in range(len(nodes))
        ]


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except (ApiError, TransportError) as exc:
        raise SearchUnavailable from exc


def _hit(hit: dict[str, Any]) -> Hit:
    source = hit["_source"]
    return Hit(hit["sort"][0], {name: source.get(name, []) for name in _STORED})


def _compiled(node: Node) -> dict[str, Any]:
    """Translate to filters: nothing is scored, the order is fixed."""
    match node:
        case Everything() | And(()):
            return {"match_all": {}}
        case Or(()):
            return {"match_none": {}}
        case And(parts):
            return {"bool": {"filter": [_compiled(part) for part in parts]}}
        case Or(parts):
            return {"bool": {"should": [_compiled(p) for p in parts], "minimum_should_match": 1}}
        case Not(part):
            return {"bool": {"must_not": [_compiled(part)]}}
        case _:
            return _leaf(node)


def _leaf(node: Node) -> dict[str, Any]:
    match node:
        case OneOf(field, values):
            return {"terms": {field: sorted(values)}}
        case Prefix(field, value):
            return {"prefix": {field: {"value": value}}}
        case Wildcard(field, pattern):
            return {"wildcard": {field: {"value": pattern.replace("\\", "\\\\")}}}
        case Phrase(field, words):
            return {"match_phrase": {field: " ".join(words)}}
        case Range(field, low, high):
            ends = {"gte": low, "lte": high}
            return {"range": {field: {end: v for end, v in ends.items() if v is not None}}}
        case _:
            raise TypeError(f"no query node: {type(node).__name__}")
