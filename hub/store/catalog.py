"""The catalog in SQL: every question and change of `hub.store.ports.Catalog`, in a transaction.

What each of them does is in the module named after it; here is only where a transaction
begins and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from hub.errors import AuditUnavailable, StoreUnavailable
from hub.model import (
    AuditEvent,
    AuditRow,
    CareEvent,
    Encounter,
    FeedEntry,
    Instance,
    Order,
    Patient,
    ReviewFlag,
    Study,
)
from hub.store.ports import NewInstance, Registered, StoredCapture, WorklistPage, WorklistQuery

from . import audit as audit_chain
from . import captures, encounters, feed, instances, patients, register, studies, worklist
from .engine import open_engine, reading, writing
from .upgrade import upgrade


def _now() -> datetime:
    return datetime.now(UTC)


class SqlCatalog:
    """The catalog in SQLite or PostgreSQL. Everything may raise StoreUnavailable.

    Opening it makes or upgrades the tables. `now` is the clock of the rows' times.
    """

    def __init__(self, url: str, *, now: Callable[[], datetime] = _now) -> None:
        self.engine = open_engine(url)
        self._now = now
        try:
            upgrade(self.engine)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    # captures

    def capture(self, capture_id: str) -> StoredCapture | None:
        """Return the stored capture, or None."""
        with reading(self.engine) as connection:
            return captures.load(connection, capture_id)

    def care_event(self, key: str) -> CareEvent | None:
        """Return the care event decided earlier under this key, or None."""
        with reading(self.engine) as connection:
            return captures.load_care_event(connection, key)

    def decide_care_event(self, event: CareEvent) -> CareEvent:
        """Store the care event unless its key is there already; return the stored one."""
        with writing(self.engine) as connection:
            return captures.decide_care_event(connection, event)

    def add_instance(self, new: NewInstance) -> bool:
        """Add an instance with all that goes with it, or nothing; see the port."""
        with writing(self.engine) as connection:
            return instances.add(connection, new, self._now())

    # encounters and patients

    def encounters(self, encounter_id: str, issuer: str = "") -> Sequence[Encounter]:
        """Return encounters by opaque key or visit number."""
        with reading(self.engine) as connection:
            return encounters.by_key_or_number(connection, encounter_id, issuer)

    def patient(self, key: str) -> Patient | None:
        """Return a patient by opaque key, or None."""
        with reading(self.engine) as connection:
            return patients.load(connection, key)

    def patients_with_id(self, patient_id: str, issuer: str = "") -> Sequence[str]:
        """Return the opaque keys of the patients with this id."""
        with reading(self.engine) as connection:
            return patients.keys_of_id(connection, patient_id, issuer)

    def patient_key(self, patient: Patient) -> str:
        """Return the opaque key of (patient_id, issuer), made at first use."""
        with reading(self.engine) as connection:
            key = patients.find_key(connection, patient)
        if key is not None:
            return key
        with writing(self.engine) as connection:
            return patients.ensure(connection, patient)

    def same_patient(self, a: Patient, b: Patient) -> bool:
        """Return whether two identities are one patient after aliases and merges."""
        with reading(self.engine) as connection:
            return patients.same(connection, a, b)

    def orders_of(self, patient: Patient) -> Sequence[Order]:
        """Return all orders of a patient, newest first."""
        with reading(self.engine) as connection:
            return encounters.orders_of(connection, patient)

    def worklist(self, query: WorklistQuery) -> WorklistPage:
        """Return a page of encounters."""
        with reading(self.engine) as connection:
            return worklist.page(connection, query, self._now())

    def register(self, records: Registered, audit: AuditEvent) -> Mapping[str, int]:
        """Upsert patients, encounters, orders; return how many of each."""
        with writing(self.engine) as connection:
            counts = register.register(connection, records, self._now())
            audit_chain.append(connection, audit, self._now())
            return counts

    # studies

    def study(self, study_instance_uid: str) -> Study | None:
        """Return the study with series and instances, or None."""
        return next(iter(self.studies([study_instance_uid])), None)

    def studies(self, study_instance_uids: Iterable[str]) -> Sequence[Study]:
        """Return those that exist, in the order asked for."""
        with reading(self.engine) as connection:
            return studies.load(connection, study_instance_uids)

    def studies_of_patient(self, patient_key: str) -> Sequence[Study]:
        """Return all studies of a patient, newest first."""
        with reading(self.engine) as connection:
            return studies.of_patient(connection, patient_key)

    def studies_with_accession(self, accession_number: str) -> Sequence[str]:
        """Return the UIDs of the studies with this accession number, newest first."""
        with reading(self.engine) as connection:
            return studies.with_accession(connection, accession_number)

    def instance(self, sop_instance_uid: str) -> Instance | None:
        """Return one instance, or None."""
        with reading(self.engine) as connection:
            return studies.load_instance(connection, sop_instance_uid)

    def review_flags(self, study_instance_uid: str) -> Mapping[str, tuple[ReviewFlag, ...]]:
        """Return what is to be looked at again in a study, by SOP Instance UID."""
        with reading(self.engine) as connection:
            return studies.load_flags(connection, study_instance_uid)

    def all_study_uids(self) -> Iterator[str]:
        """Yield every Study Instance UID, in a stable order."""
        return self._all(studies.uids_after)

    def all_object_digests(self) -> Iterator[str]:
        """Yield the SHA-256 of every stored object, in a stable order."""
        return self._all(studies.objects_after)

    def _all(self, page: Callable[[Connection, str], Sequence[str]]) -> Iterator[str]:
        # By pages, so that no transaction stays open while the reader works.
        last = ""
        while True:
            with reading(self.engine) as connection:
                some = page(connection, last)
            yield from some
            if not some:
                return
            last = some[-1]

    # feed

    def feed_after(self, seq: int, limit: int = 500) -> Sequence[FeedEntry]:
        """Return entries after `seq`, oldest first."""
        with reading(self.engine) as connection:
            return feed.after(connection, seq, limit)

    def cursor(self, name: str) -> int:
        """Return how far the consumer `name` has come; 0 at first."""
        with reading(self.engine) as connection:
            return feed.cursor(connection, name)

    def move_cursor(self, name: str, seq: int) -> None:
        """Remember how far `name` has come."""
        with writing(self.engine) as connection:
            feed.move_cursor(connection, name, seq)

    # audit

    def audit(self, event: AuditEvent) -> None:
        """Append to the chain, durable before return. Raises AuditUnavailable."""
        try:
            with writing(self.engine) as connection:
                audit_chain.append(connection, event, self._now())
        except StoreUnavailable as exc:
            raise AuditUnavailable from exc

    def audit_rows(self, after: int = 0, limit: int = 1000) -> Sequence[AuditRow]:
        """Return rows of the audit log, oldest first."""
        with reading(self.engine) as connection:
            return audit_chain.rows(connection, after, limit)

    def verify_audit(self) -> tuple[int, int | None]:
        """Return (rows read, seq of the first row that does not fit the chain or None)."""
        with reading(self.engine) as connection:
            return audit_chain.verify(connection)

    def audit_head(self) -> tuple[int, str]:
        """Return the number of rows and the last hash, to be noted elsewhere."""
        with reading(self.engine) as connection:
            return audit_chain.head(connection)
