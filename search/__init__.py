"""Finds studies: words and DICOM attributes to a query tree, the tree to an engine."""

from __future__ import annotations

from hub.settings import Settings
from search.service import Search


def build_search(settings: Settings) -> Search:
    """Return the search over the index that `HUB_SEARCH_URL` names; embedded by default."""
    if settings.search_url:
        from search.engines.elasticsearch import ElasticsearchSearch

        return Search(ElasticsearchSearch(settings.search_url), settings)
    from search.engines.tantivy import TantivySearch

    return Search(TantivySearch(settings.index_dir), settings)
