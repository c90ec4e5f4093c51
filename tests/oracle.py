"""What a query means, evaluated one document after the other: the engines must agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from indexing.documents import Document
from search.engine import Hit, uid_of
from search.query import And, Everything, Node, Not, OneOf, Or, Phrase, Prefix, Range, Wildcard


class OracleSearch:
    """A search engine without an index, slow and plain to see through."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = sorted(documents, key=lambda d: d["sort_key"][0])

    def count(self, node: Node) -> int:
        return len(self._matches(node))

    def page(self, node: Node, limit: int, after: str = "", offset: int = 0) -> list[Hit]:
        hits = [Hit(d["sort_key"][0], d) for d in self._matches(node) if d["sort_key"][0] > after]
        return hits[offset : offset + limit]

    def facets(self, node: Node, fields: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
        found = self._matches(node)
        counted = {f: Counter(value for d in found for value in set(d[f])) for f in fields}
        return {f: sorted(c.items(), key=lambda p: (-p[1], p[0]))[:50] for f, c in counted.items()}

    def among(self, nodes: Sequence[Node], study_uids: Sequence[str]) -> list[frozenset[str]]:
        return [
            frozenset(uid_of(d["sort_key"][0]) for d in self._matches(node)) & set(study_uids)
            for node in nodes
        ]

    def _matches(self, node: Node) -> list[Document]:
        return [document for document in self._documents if holds(node, document)]


def holds(node: Node, document: Document) -> bool:
    """Whether `node` holds for `document`, by the docstrings of `search.query`."""
    match node:
        case Everything():
            return True
        case And(parts):
            return all(holds(part, document) for part in parts)
        case Or(parts):
            return any(holds(part, document) for part in parts)
        case Not(part):
            return not holds(part, document)
        case OneOf(field, values):
            return any(term in values for term in _terms(field, document))
        case Prefix(field, value):
            return any(term.startswith(value) for term in _terms(field, document))
        case Wildcard(field, pattern):
            signs = {"*": ".*", "?": "."}
            regex = "".join(signs.get(c, re.escape(c)) for c in pattern)
            return any(re.fullmatch(regex, term) for term in _terms(field, document))
        case Phrase(field, words):
            return any(f" {' '.join(words)} " in f" {text} " for text in document[field])
        case Range(field, low, high):
            return any(
                (low is None or n >= low) and (high is None or n <= high) for n in document[field]
            )
    raise TypeError(node)


def _terms(field: str, document: Document) -> list[str]:
    from indexing.fields import BY_NAME, Kind

    if BY_NAME[field].kind is Kind.TEXT:
        return [word for text in document[field] for word in str(text).split()]
    return [str(value) for value in document[field]]
