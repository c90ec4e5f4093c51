"""Fills a new index from the catalog beside the old one, and swaps it in (D5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from zoneinfo import ZoneInfo

from hub.model import Study
from hub.store.ports import Catalog
from indexing.documents import Document, document
from indexing.engine import IndexEngine

log = logging.getLogger(__name__)

_BATCH = 200
Progress = Callable[[int], None]


def rebuild(
    catalog: Catalog, engine: IndexEngine, zone: ZoneInfo, progress: Progress = lambda _: None
) -> Mapping[str, str]:
    """Index every study anew; return the studies set aside, each with why.

    Search goes on in the old index until the swap. What is stored meanwhile is in the
    feed behind the cursor that the new index starts with, so the worker adds it.
    Raises SearchUnavailable; nothing is changed then.
    """
    build = engine.build()
    set_aside: dict[str, str] = {}
    try:
        catalog.move_cursor(cursor_name(build.name), _end_of_feed(catalog))
        done = 0
        for uids in _batches(catalog.all_study_uids()):
            documents, refused = documents_of(catalog.studies(uids), zone)
            set_aside.update(refused)
            set_aside.update(build.write(documents))
            done += len(uids)
            progress(done)
        build.put_in_force()
    except BaseException:
        build.abandon()
        raise
    return set_aside


def cursor_name(index: str) -> str:
    """Return the name under which the catalog keeps how far this index has come."""
    return f"index:{index}"


def documents_of(studies: Iterable[Study], zone: ZoneInfo) -> tuple[list[Document], dict[str, str]]:
    """Return the documents, and the studies of which none can be made, each with why.

    One study that cannot be read must not keep all later ones out of the index.
    """
    documents: list[Document] = []
    set_aside: dict[str, str] = {}
    for study in studies:
        try:
            documents.append(document(study, zone))
        except Exception as exc:
            # The type and the UID only: a message could carry a name.
            set_aside[study.study_instance_uid] = type(exc).__name__
            log.error("study %s set aside: %s", study.study_instance_uid, type(exc).__name__)
    return documents, set_aside


def _end_of_feed(catalog: Catalog) -> int:
    seq = 0
    while entries := catalog.feed_after(seq, limit=5000):
        seq = entries[-1].seq
    return seq


def _batches(uids: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(uids, _BATCH)):
        yield batch
