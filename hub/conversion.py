"""USE CASE Conversion: videos that have their receipt are coded again, and become instances.

Jobs are leased one at a time; several workers may run. A conversion that was overtaken,
because its worker stood still past its lease, writes nothing. The original stays until the
instance made of it is durable and known.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from traceback import format_tb

import hub.media
from hub.errors import HubError, ObjectDamaged, StoreUnavailable
from hub.making import Making
from hub.model import AuditEvent, CaptureContext, Media
from hub.settings import Settings
from hub.store.conversion_ports import Conversions, Lease, SourceStore
from hub.store.ports import NewInstance, ObjectStore

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
WORKER = "imaging-hub"
"""Who acts, for the audit log; the capture's own row names the person."""
_POLL_SECONDS = 1.0
_TELL_SECONDS = 2.0
_SWEEP_SECONDS = 3600.0

Read = Callable[[CaptureContext, str, Callable[[int], None]], Media]
"""Makes media of the file at a path; told how far it is, which may end it."""


class _Ended(Exception):
    """The work is not to go on: the lease is lost, or this worker stops."""


class Conversion:
    """Does the jobs that `Ingest` leaves; nobody calls it (D4)."""

    def __init__(
        self,
        conversions: Conversions,
        sources: SourceStore,
        objects: ObjectStore,
        settings: Settings,
        read: Read | None = None,
    ) -> None:
        self._conversions = conversions
        self._sources = sources
        self._making = Making(objects, settings)
        self._settings = settings
        self._seconds = max(1.0, settings.conversion_lease_seconds)
        self._read = read or self._coded_again

    def run(self, stop: Event) -> None:
        """Convert until `stop` is set; a catalog or store that is down is waited for."""
        waited = _SWEEP_SECONDS
        while not stop.is_set():
            try:
                if waited >= _SWEEP_SECONDS:
                    self.sweep()
                    waited = 0.0
                if self.step(stop):
                    continue
            except HubError as exc:
                log.warning("conversions wait: %s", exc.code)
            stop.wait(_POLL_SECONDS)
            waited += _POLL_SECONDS

    def step(self, stop: Event) -> bool:
        """Do one job that is due; return whether there was one. Raises StoreUnavailable."""
        lease = self._conversions.lease(self._seconds, MOST_ATTEMPTS)
        if lease is None:
            return False
        try:
            with self._kept_alive(lease, stop) as pulse:
                made = self._made(lease, pulse)
            if self._conversions.finish(lease, made):
                self._sources.remove(lease.source_key)
            else:
                log.warning("the lease of %s was lost", lease.capture_id)
        except _Ended:
            self._conversions.give_back(lease)
        except StoreUnavailable:
            self._conversions.give_back(lease, self._seconds)
            raise
        except Exception as exc:  # whatever it is, others must get their turn
            self._failed(lease, exc)
        return True

    def original(self, source_key: str) -> str:
        """Return the path of an original whose bytes are those that were sent.

        Raises ObjectDamaged.
        """
        return self._sources.path(source_key)

    def has(self, source_key: str) -> bool:
        """Whether an original is there with the bytes that were sent."""
        try:
            self._sources.path(source_key)
        except ObjectDamaged:
            return False
        return True

    def sweep(self) -> int:
        """Remove originals that no job names, an hour after they came; return how many."""
        left = self._sources.left(_SWEEP_SECONDS)
        forgotten = set(left) - self._conversions.source_keys()
        for key in forgotten:
            self._sources.remove(key)
        return len(forgotten)

    def _made(self, lease: Lease, pulse: _Pulse) -> tuple[NewInstance, ...]:
        path = self._sources.path(lease.source_key)
        media = self._read(lease.context, path, pulse)
        detail = {"via": "conversion", "captureId": lease.capture_id, "for": lease.by}
        audit = AuditEvent("create", by=WORKER, detail=detail)
        go_on = partial(pulse, pulse.percent)
        return self._making.made(lease.context, media, audit, lease.flags, go_on)

    def _coded_again(
        self, context: CaptureContext, path: str, progress: Callable[[int], None]
    ) -> Media:
        coder = hub.media.Coder(self._settings.work_dir, progress)
        return hub.media.read(context.kind, path, self._settings, coder)

    def _failed(self, lease: Lease, exc: Exception) -> None:
        problem = exc.code if isinstance(exc, HubError) else "internal-error"
        log.error("%s was not converted: %s", lease.capture_id, problem)
        if not isinstance(exc, HubError):
            # Where and what, but not its words, which may quote a value.
            log.error("%s\n%s", type(exc).__name__, "".join(format_tb(exc.__traceback__)))
        self._conversions.fail(lease, problem, self._seconds, MOST_ATTEMPTS)

    @contextmanager
    def _kept_alive(self, lease: Lease, stop: Event) -> Iterator[_Pulse]:
        """Renew the lease beside the work, however long one step of it takes."""
        pulse, over = _Pulse(stop), Event()

        def renew() -> None:
            while not over.wait(min(_TELL_SECONDS, self._seconds / 4)):
                try:
                    held = self._conversions.renew(lease, self._seconds, pulse.percent)
                except StoreUnavailable:
                    continue  # it may answer again before the lease ends
                if not held:
                    pulse.lost.set()
                    return

        thread = Thread(target=renew, name=f"lease of {lease.capture_id}", daemon=True)
        thread.start()
        try:
            yield pulse
        finally:
            over.set()
            thread.join()


class _Pulse:
    """Is told how far the work is, and ends it where it has no more reason."""

    def __init__(self, stop: Event) -> None:
        self.percent = 0
        self.lost = Event()
        self._stop = stop

    def __call__(self, percent: int) -> None:
        self.percent = percent
        if self.lost.is_set() or self._stop.is_set():
            raise _Ended
