"""Copies the catalog into a search index, by the change feed and never by a call (D4)."""

from __future__ import annotations

from hub.settings import Settings
from indexing.engine import IndexEngine


def build_engine(settings: Settings) -> IndexEngine:
    """Return the writing side of the index that `HUB_SEARCH_URL` names; embedded by default."""
    if settings.search_url:
        from indexing.engines.elasticsearch import ElasticsearchIndex

        return ElasticsearchIndex(settings.search_url)
    from indexing.engines.tantivy import TantivyIndex

    return TantivyIndex(settings.index_dir)
