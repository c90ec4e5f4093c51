"""The change feed: what indexing, publishing and routing pull, each with a cursor of its own.

Numbers are given while the one writer holds its turn, so they have no gaps and become
visible in order; a consumer that has seen 8 will never be shown a 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from hub.model import FeedEntry

from .tables import change_feed, feed_cursor


def append(
    connection: Connection,
    kind: str,
    study_instance_uid: str,
    at: datetime,
    *,
    sop_instance_uid: str = "",
) -> None:
    """Add an entry in the transaction that made the change."""
    last = connection.execute(select(func.max(change_feed.c.seq))).scalar() or 0
    connection.execute(
        insert(change_feed).values(
            seq=last + 1,
            kind=kind,
            study_instance_uid=study_instance_uid,
            sop_instance_uid=sop_instance_uid,
            at=at,
        )
    )


def after(connection: Connection, seq: int, limit: int) -> Sequence[FeedEntry]:
    """Return entries after `seq`, oldest first."""
    table = change_feed
    query = select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
    return [FeedEntry(*row) for row in connection.execute(query)]


def cursor(connection: Connection, consumer: str) -> int:
    """Return how far a consumer has come; 0 at first."""
    query = select(feed_cursor.c.seq).where(feed_cursor.c.consumer == consumer)
    return connection.execute(query).scalar() or 0


def move_cursor(connection: Connection, consumer: str, seq: int) -> None:
    """Remember how far a consumer has come; also back, which makes it read again."""
    found = update(feed_cursor).where(feed_cursor.c.consumer == consumer).values(seq=seq)
    if connection.execute(found).rowcount == 0:
        connection.execute(insert(feed_cursor).values(consumer=consumer, seq=seq))
