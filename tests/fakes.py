"""Stand-ins for the ports, in memory; each says what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from hub.model import FeedEntry, Study


class FakeCatalog:
    """The part of the catalog that indexing reads: studies, the feed, cursors."""

    def __init__(self, studies: Iterable[Study] = ()) -> None:
        self._studies: dict[str, Study] = {}
        self._feed: list[FeedEntry] = []
        self.cursors: dict[str, int] = {}
        for study in studies:
            self.put(study)

    def put(self, study: Study) -> None:
        """Store or replace a study, with its row of the feed."""
        self._studies[study.study_instance_uid] = study
        self._append(study.study_instance_uid)

    def remove(self, study_instance_uid: str) -> None:
        """Remove a study, with its row of the feed."""
        del self._studies[study_instance_uid]
        self._append(study_instance_uid)

    def study(self, study_instance_uid: str) -> Study | None:
        return self._studies.get(study_instance_uid)

    def studies(self, study_instance_uids: Iterable[str]) -> Sequence[Study]:
        return [self._studies[uid] for uid in study_instance_uids if uid in self._studies]

    def all_study_uids(self) -> Iterator[str]:
        return iter(sorted(self._studies))

    def feed_after(self, seq: int, limit: int = 500) -> Sequence[FeedEntry]:
        return self._feed[seq : seq + limit]

    def cursor(self, name: str) -> int:
        return self.cursors.get(name, 0)

    def move_cursor(self, name: str, seq: int) -> None:
        self.cursors[name] = seq

    def _append(self, uid: str) -> None:
        at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
        self._feed.append(FeedEntry(len(self._feed) + 1, "study-changed", uid, "", at))
