"""What use cases may ask of storage about captures whose instance is made after their receipt.

Adapters: `sources`, `conversions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.model import AuditEvent, CaptureContext, Conversion, ReviewFlag, SourceFile

from .ports import NewInstance, StoredCapture


class SourceStore(Protocol):
    """Originals that wait until an instance is made of them; never served, removed then.

    Each has its own key and file, so that removing one can never take another's bytes.
    """

    def keep(self, source: SourceFile) -> str:
        """Make the finished file durable as `keep` of the objects does; return its key."""

    def path(self, key: str) -> str:
        """The file's path. Raises ObjectDamaged when it is missing or not what was sent."""

    def remove(self, key: str) -> None:
        """Remove the file; does nothing when it is gone already."""

    def left(self, older_than_seconds: float) -> Sequence[str]:
        """The keys of the files that are at least that old."""


@dataclass(frozen=True, slots=True)
class PendingCapture:
    """A capture whose instance is made later: its receipt, and all that making it needs."""

    capture: StoredCapture
    context: CaptureContext
    source_key: str
    """Of the original in the `SourceStore`."""
    audit: AuditEvent
    flags: tuple[ReviewFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to convert one capture, until it is lost to another worker."""

    capture_id: str
    token: int
    """Grows with every lease: a write with an older one is refused (fencing)."""
    context: CaptureContext
    source_key: str
    by: str
    flags: tuple[ReviewFlag, ...] = ()


class Conversions(Protocol):
    """Captures with a receipt that wait for their instance, each done by one worker at a time."""

    def accept(self, new: PendingCapture) -> bool:
        """Add capture, care event, job and audit row in one transaction.

        Returns False when the same capture or SOP Instance is there already.
        """

    def lease(self, seconds: float, most_attempts: int) -> Lease | None:
        """Take the oldest job that is due for `seconds`; None when there is none.

        A job that was taken `most_attempts` times and not finished is parked instead.
        """

    def renew(self, lease: Lease, seconds: float, percent: int) -> bool:
        """Keep the lease for `seconds` from now and say how far it is; False when it is lost."""

    def finish(self, lease: Lease, made: Sequence[NewInstance]) -> bool:
        """Add the instances and end the job in one transaction.

        Returns False when the lease is lost: nothing is written then.
        """

    def give_back(self, lease: Lease, after_seconds: float = 0) -> None:
        """Let another worker try, as if this one had not."""

    def fail(self, lease: Lease, problem: str, after_seconds: float, most_attempts: int) -> None:
        """Let it be tried again later, or park it after so many attempts."""

    def retry(self, capture_id: str) -> bool:
        """Begin anew with a parked job; False when there is none."""

    def of_capture(self, capture_id: str) -> Conversion | None:
        """The conversion of a capture, or None."""

    def of_study(self, study_instance_uid: str) -> Sequence[Conversion]:
        """The conversions of a study, oldest first."""

    def unfinished(self) -> Sequence[Conversion]:
        """All that are not done, oldest first."""

    def pending(self, capture_id: str) -> tuple[CaptureContext, str] | None:
        """Context and source key of a conversion that is not done, or None."""

    def source_keys(self) -> frozenset[str]:
        """The sources of all that are not done."""
