"""Writes the index in Elasticsearch: an alias over one physical index, versions from outside.

Analysis is done in Python (D6), so that the server needs no plugin: text arrives folded
and is split at spaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.helpers import bulk

from hub.errors import SearchUnavailable
from indexing.current import is_of_this_format, left_over, new_name, server_and_alias
from indexing.documents import Document
from indexing.fields import FIELDS, FORMAT, Field, Kind

_TIMEOUT_SECONDS = 10
_STALE = 409
"""A newer version is indexed already, which is what is wanted."""
_REFUSED = 400


class ElasticsearchIndex:
    """The writing side of the index behind an alias; any number of processes may write."""

    def __init__(self, search_url: str) -> None:
        server, self._alias = server_and_alias(search_url)
        self._client = Elasticsearch(server, request_timeout=_TIMEOUT_SECONDS, max_retries=1)

    def current(self) -> str:
        """Return the name behind the alias when it is of this format."""
        with _said():
            try:
                names = list(self._client.indices.get_alias(name=self._alias))
            except NotFoundError:
                return ""
        name = names[0].removeprefix(f"{self._alias}-") if names else ""
        return name if is_of_this_format(name) else ""

    def write(self, documents: Sequence[Document], gone: Sequence[str]) -> Mapping[str, str]:
        """Replace documents through the alias; visible to searches on return."""
        # Without the alias the server would make an index of that name, and guess its fields.
        through_alias = {"_index": self._alias, "require_alias": True}
        actions = [_action(document) | through_alias for document in documents]
        actions += [{"_op_type": "delete", "_id": uid, **through_alias} for uid in gone]
        return _sent(self._client, actions, refresh=True)

    def build(self) -> ElasticsearchBuild:
        """Begin a new index behind no alias yet."""
        return ElasticsearchBuild(self._client, self._alias)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class ElasticsearchBuild:
    """A new index being filled; it refreshes when it is put in force, not before."""

    def __init__(self, client: Elasticsearch, alias: str) -> None:
        self.name = new_name()
        self._client = client
        self._alias = alias
        self._index = f"{alias}-{self.name}"
        with _said():
            client.indices.create(index=self._index, mappings=_mappings(), settings=_SETTINGS)

    def write(self, documents: Sequence[Document]) -> Mapping[str, str]:
        """Add documents."""
        actions = [_action(document) | {"_index": self._index} for document in documents]
        return _sent(self._client, actions, refresh=False)

    def put_in_force(self) -> None:
        """Refresh, swap the alias in one call, remove the indexes it named before."""
        with _said():
            self._client.indices.refresh(index=self._index)
            done_with = self._done_with()
            self._client.indices.update_aliases(
                actions=[
                    *({"remove_index": {"index": name}} for name in done_with),
                    {"add": {"index": self._index, "alias": self._alias}},
                ]
            )

    def abandon(self) -> None:
        """Remove what was built."""
        with _said():
            self._client.indices.delete(index=self._index, ignore_unavailable=True)

    def _done_with(self) -> list[str]:
        """Return the index before this one, and those that crashed builds left."""
        prefix = f"{self._alias}-"
        found = self._client.indices.get(index=f"{prefix}*", features="aliases")
        former = [name.removeprefix(prefix) for name in found if found[name]["aliases"]]
        names = [name.removeprefix(prefix) for name in found]
        return [prefix + name for name in left_over(names, former, self.name)]


@contextmanager
def _said() -> Iterator[None]:
    """Say in the hub's words that the server is down, busy or refuses."""
    try:
        yield
    except (ApiError, TransportError) as exc:
        raise SearchUnavailable from exc


def _sent(
    client: Elasticsearch, actions: Sequence[dict[str, Any]], *, refresh: bool
) -> Mapping[str, str]:
    """Send one bulk request; return the refused documents. Raises SearchUnavailable."""
    refused: dict[str, str] = {}
    with _said():
        _, errors = bulk(client, actions, refresh=refresh, raise_on_error=False)
    for error in errors if isinstance(errors, list) else []:
        action, result = next(iter(error.items()))
        if result["status"] == _REFUSED:
            refused[result["_id"]] = str(result.get("error", {}).get("type", "refused"))
        elif result["status"] != _STALE and not (action == "delete" and result["status"] == 404):
            raise SearchUnavailable
    return refused


def _action(document: Document) -> dict[str, Any]:
    return {
        "_id": document["study_instance_uid"][0],
        # The same version again is the same document, written again after a crash.
        "version": document["version"][0],
        "version_type": "external_gte",
        "_source": document,
    }


_SETTINGS = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "refresh_interval": "1s",
    "max_result_window": 100_000,
    "max_terms_count": 65_536,
}


def _mappings() -> dict[str, Any]:
    return {
        "dynamic": "strict",
        "_meta": {"format": FORMAT},
        "_source": {"includes": [f.name for f in FIELDS if f.stored or f.sorts]},
        "properties": {field.name: _mapping(field) for field in FIELDS},
    }


def _mapping(field: Field) -> dict[str, Any]:
    if field.kind is Kind.NUMBER:
        return {"type": "long"}
    if field.kind is Kind.TEXT:
        return {"type": "text", "analyzer": "whitespace", "norms": False}
    # A longer value than Lucene's longest term would refuse the whole document.
    return {"type": "keyword", "ignore_above": 8000}
