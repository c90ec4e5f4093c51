"""What use cases may ask of storage. Adapters: `files`, `catalog`; fakes: `tests/fakes.py`.

What they may ask about captures that are converted later is in `conversion_ports`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from hub.model import (
    AuditEvent,
    AuditRow,
    CareEvent,
    Encounter,
    FeedEntry,
    Instance,
    Order,
    Patient,
    Receipt,
    ReviewFlag,
    Role,
    Series,
    SourceFile,
    Study,
)


class Incoming(Protocol):
    """A file being received into the store's temporary folder, hashed while it comes."""

    path: str

    def write(self, chunk: bytes | memoryview) -> int:
        """Append `chunk`; raise StoreUnavailable when the disk refuses."""

    def finish(self) -> SourceFile:
        """Close and return path, SHA-256 and size. Not durable yet."""

    def discard(self) -> None:
        """Close and remove; does nothing when it is gone already."""


class ObjectStore(Protocol):
    """Files addressed by the SHA-256 of their content; no name from outside is used (D3)."""

    def incoming(self) -> Incoming:
        """Open a new temporary file."""

    def keep(self, source: SourceFile) -> None:
        """Make the finished file durable under its digest: fsync, rename, fsync folder (D14).

        Keeping the same content twice is one object. Raises StoreUnavailable.
        """

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading. Raises ObjectDamaged when the object is missing."""

    def path(self, sha256: str) -> str:
        """The file's path, for child processes that read it. Raises ObjectDamaged."""

    def verify(self, sha256: str) -> bool:
        """Read all of it and compare with its digest."""

    def sweep(self, older_than_seconds: float) -> int:
        """Remove temporary files of dead processes or of that age; return how many."""


@dataclass(frozen=True, slots=True)
class StoredCapture:
    """A capture as the catalog keeps it, to answer a repeated one."""

    receipt: Receipt
    sealed_sha256: str
    by: str


@dataclass(frozen=True, slots=True)
class NewInstance:
    """All that one transaction adds for an instance (D4, D14)."""

    study: Study
    """Study-level facts; written when the study is new, compared when it is not."""
    series: Series
    instance: Instance
    audit: AuditEvent
    capture: StoredCapture | None = None
    care_event: CareEvent | None = None
    flags: tuple[ReviewFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class WorklistQuery:
    """Which encounters: `status` is open, closed or all; `q` a name start or an id."""

    status: str = "open"
    department: str = ""
    q: str = ""
    limit: int = 50
    cursor: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """One page of encounters, newest start first; `next` is the cursor or empty."""

    items: tuple[Encounter, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A person or machine that can sign in."""

    user: str
    name: str
    role: Role
    machine: bool = False
    disabled: bool = False
    practitioner_issuer: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """What `Registration.apply` takes: the patient side of an HL7 message or FHIR bundle."""

    patients: tuple[Patient, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    """Each with its patient and orders."""
    orders: tuple[tuple[Patient, Order], ...] = ()
    """Orders without an encounter."""
    practitioners: tuple[tuple[str, str, str], ...] = ()
    """(id, issuer, PN)."""


class Catalog(Protocol):
    """The record of patients, encounters, captures, studies and what happened to them."""

    # captures
    def capture(self, capture_id: str) -> StoredCapture | None:
        """The stored capture, or None."""

    def care_event(self, key: str) -> CareEvent | None:
        """The care event decided earlier under this key, or None."""

    def decide_care_event(self, event: CareEvent) -> CareEvent:
        """Store the care event unless its key is there already; return the stored one."""

    def add_instance(self, new: NewInstance) -> bool:
        """Add object, study, series, instance, capture, feed and audit in one transaction.

        Returns False when the same capture or SOP Instance is there already (a lost race);
        nothing is written then. Raises StudyOfAnotherPatient, StoreUnavailable.
        """

    # encounters and patients
    def encounters(self, encounter_id: str, issuer: str = "") -> Sequence[Encounter]:
        """Encounters by opaque key or visit number, of one issuer when it is given."""

    def patient(self, key: str) -> Patient | None:
        """A patient by opaque key."""

    def patients_with_id(self, patient_id: str, issuer: str = "") -> Sequence[str]:
        """Opaque keys of the patients with this id, of one issuer when it is given."""

    def patient_key(self, patient: Patient) -> str:
        """The opaque key of (patient_id, issuer), made at first use."""

    def same_patient(self, a: Patient, b: Patient) -> bool:
        """Whether two identities are one patient after aliases and merges."""

    def orders_of(self, patient: Patient) -> Sequence[Order]:
        """All orders of a patient, newest first."""

    def worklist(self, query: WorklistQuery) -> WorklistPage:
        """A page of encounters."""

    def register(self, records: Registered, audit: AuditEvent) -> Mapping[str, int]:
        """Upsert patients, encounters, orders; return how many of each."""

    # studies
    def study(self, study_instance_uid: str) -> Study | None:
        """The study with series and instances, or None."""

    def studies(self, study_instance_uids: Iterable[str]) -> Sequence[Study]:
        """Those that exist, in the order asked for."""

    def studies_of_patient(self, patient_key: str) -> Sequence[Study]:
        """All studies of a patient, newest first."""

    def studies_with_accession(self, accession_number: str) -> Sequence[str]:
        """Study Instance UIDs of the studies with this accession number, newest first."""

    def instance(self, sop_instance_uid: str) -> Instance | None:
        """One instance, or None."""

    def review_flags(self, study_instance_uid: str) -> Mapping[str, tuple[ReviewFlag, ...]]:
        """What is to be looked at again in a study, by SOP Instance UID."""

    def all_study_uids(self) -> Iterator[str]:
        """Every Study Instance UID, in a stable order."""

    def all_object_digests(self) -> Iterator[str]:
        """The SHA-256 of every object that the catalog knows of, in a stable order."""

    # feed
    def feed_after(self, seq: int, limit: int = 500) -> Sequence[FeedEntry]:
        """Entries after `seq`, oldest first."""

    def cursor(self, name: str) -> int:
        """How far the consumer `name` has come; 0 at first."""

    def move_cursor(self, name: str, seq: int) -> None:
        """Remember how far `name` has come."""

    # audit
    def audit(self, event: AuditEvent) -> None:
        """Append to the chain, durable before return. Raises AuditUnavailable."""

    def audit_rows(self, after: int = 0, limit: int = 1000) -> Sequence[AuditRow]:
        """Rows of the audit log, oldest first."""

    def close(self) -> None:
        """Give back connections; before a fork nothing may stay open."""

    def verify_audit(self) -> tuple[int, int | None]:
        """(rows read, seq of the first row that does not fit the chain or None)."""

    def audit_head(self) -> tuple[int, str]:
        """(rows written, last hash): to be noted outside the catalog."""


class Accounts(Protocol):
    """People and machines that sign in, their sessions and tokens. Secrets are kept hashed."""

    def add(self, account: Account, password: str | None) -> None:
        """Create or replace the account (argon2id when a password is given)."""

    def get(self, user: str) -> Account | None:
        """The account, or None."""

    def all(self) -> Sequence[Account]:
        """All accounts by user name."""

    def disable(self, user: str) -> None:
        """Stop sign-in, sessions and tokens at once. Raises NotFound."""

    def sign_in(self, user: str, password: str) -> Account:
        """Raises SignInRefused, TooManyAttempts; takes as long for an unknown user."""

    def open_session(self, user: str) -> str:
        """A new session; returns its secret id."""

    def session(self, session_id: str) -> tuple[Account, Mapping[str, str]] | None:
        """The account and data of a living session (idle and absolute limits applied)."""

    def put_session(self, session_id: str, data: Mapping[str, str]) -> None:
        """Replace the session's small data (e.g. studies named by a link)."""

    def close_session(self, session_id: str) -> None:
        """End it; a second call does nothing."""

    def new_token(self, user: str) -> str:
        """A new bearer token for the account; only its digest is kept."""

    def by_token(self, token: str) -> Account | None:
        """The account of a living token, or None."""
