"""What the hub talks about: frozen values of meaning, without DICOM, SQL or HTTP.

Names are the snake_case of the DICOM keyword. Translations to other forms are
pure functions at the edges (`hub.dicom`, `hub.fhir`, `capture_api.parsing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.slices import Piece


class Laterality(StrEnum):
    """Image Laterality (0020,0062), PS3.3 C.7.6.16.2.8: always the patient's side."""

    LEFT = "L"
    RIGHT = "R"
    BOTH = "B"
    UNPAIRED = "U"


class Kind(StrEnum):
    """What was captured; decides the IOD (`hub.dicom`)."""

    PHOTO = "photo"
    DERMOSCOPY = "dermoscopy"
    GROSS = "gross"
    MICROSCOPY = "microscopy"
    ENDOSCOPY = "endoscopy"
    VIDEO = "video"
    DOCUMENT = "document"


class Role(StrEnum):
    """What a person or machine may do; the rules are in `hub.access`."""

    CLINICIAN = "clinician"
    EHR_VIEWER = "ehr_viewer"
    RECORDS = "records"
    RADIOLOGY = "radiology"
    ADMIN = "admin"
    AUDITOR = "auditor"


class EncounterClass(StrEnum):
    """Patient class, reduced to what decides a care event."""

    INPATIENT = "inpatient"
    EMERGENCY = "emergency"
    OUTPATIENT = "outpatient"
    OTHER = "other"


class FlagCode(StrEnum):
    """What a person should look at again; `hub.review_flags` has the sentence of each."""

    CLOCK = "clock-disagrees"
    CAMERA_CLOCK = "camera-clock-disagrees"
    DEMOGRAPHICS = "demographics-differ"
    DEPARTMENT = "department-unknown"
    SCALE_MARKER = "scale-marker-not-found"
    TIME_ZONE = "time-zone-unknown"
    SCALE_TILTED = "scale-marker-tilted"
    REGION = "region-disagrees"
    SIDE = "side-disagrees"
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    PDF_ENCRYPTED = "pdf-encrypted"
    PDF_SCRIPTS = "pdf-scripts"
    PDF_LAUNCHES = "pdf-launches"
    PDF_EMBEDDED_FILES = "pdf-embedded-files"
    PDF_LINKS = "pdf-links"
    PDF_SENDS = "pdf-sends"
    PDF_UNCHECKED = "pdf-unchecked"


@dataclass(frozen=True, slots=True)
class ReviewFlag:
    """One finding about an instance, for a person to look at; never a reason to refuse it."""

    code: str
    """A FlagCode; another one only where a newer hub has written it."""
    detail: str = ""
    """How much or which, where that is known: seconds, names of fields, a department."""


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept: Code Sequence Macro (PS3.3 table 8.8-1)."""

    scheme: str
    value: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class AnatomicRegion:
    """A body site, resolved by `hub.terminology`."""

    code: Code
    paired: bool = False
    body_part_examined: str = ""
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as one authority knows them. Identity is (patient_id, issuer)."""

    patient_id: str
    issuer: str = ""
    name: str = ""
    """DICOM PN: Family^Given^Middle^Prefix^Suffix."""
    birth_date: str = ""
    """YYYY-MM-DD, YYYY-MM or YYYY; empty when not known."""
    sex: str = ""
    """M, F, O, U; empty when not known."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department: coded when known, the sender's text always."""

    name: str
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A request for imaging of one patient, mostly of one encounter."""

    accession_number: str = ""
    accession_issuer: str = ""
    placer_order_number: str = ""
    procedure: Code | None = None
    anatomic_region: Code | None = None
    laterality: Laterality | None = None
    status: str = "active"
    requested_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """A contact of a patient with a department; `ended` is None while it is open."""

    encounter_id: str
    issuer: str
    patient: Patient
    class_: EncounterClass = EncounterClass.OUTPATIENT
    department: Department = Department("")
    started: datetime | None = None
    ended: datetime | None = None
    orders: tuple[Order, ...] = ()
    key: str = ""
    """Opaque key for URLs; given by the catalog."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Practitioner:
    """The person or machine acting; always an argument called `by`."""

    id: str
    name: str
    """DICOM PN."""
    role: Role
    issuer: str = ""
    machine: bool = False
    named_studies: frozenset[str] = frozenset()
    """Study Instance UIDs opened by a link in this session; bounds role ehr_viewer."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who took the photo (Operators' Name); the signed-in person unless given."""

    id: str
    name: str
    issuer: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """The device as the phone names it; empty strings where not known."""

    id: str = ""
    manufacturer: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Dermoscopy:
    """How a dermoscopic photo was taken (PS3.3 C.8.12.13); None and "" where not known."""

    polarized: bool | None = None
    contact: bool | None = None
    immersion: str = ""
    """Immersion Media (0016,1004), e.g. `ULTRASOUND_GEL`."""
    magnification: float | None = None
    lesion_id: str = ""
    """What follow-up photos of the same lesion share."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """What lies in front of the camera instead of a patient (PS3.3 C.7.6.22)."""

    container_id: str
    """From the label of the jar, cassette or slide."""
    issuer: str = ""
    specimen_id: str = ""
    """The container's when it holds one specimen without a number of its own."""
    type: str = ""
    """In the sender's words."""


@dataclass(frozen=True, slots=True)
class StagePosition:
    """Centre of a microscope field in the slide coordinate system (PS3.3 C.8.12.2), in mm."""

    x: float
    y: float
    z: float | None = None


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """The order the clinician chose, by either number."""

    accession_number: str = ""
    placer_order_number: str = ""


@dataclass(frozen=True, slots=True)
class SealedEncounter:
    """The encounter as the phone sealed it at shutter time."""

    encounter_id: str
    issuer: str = ""
    department: str = ""
    started: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes as they were sent, in the hub's temporary folder, hashed while they came."""

    path: str
    sha256: str
    """Hex digest of the bytes sent."""
    size: int
    """Bytes."""
    content: bytes | None = field(default=None, repr=False, compare=False)
    """All of the file, where it is small and was read as a whole to be hashed."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One photo, video or document with what was sealed into it at shutter time.

    `sealed_sha256` is the digest of the canonical sealed metadata, so that the same
    `capture_id` with another patient, region or note is seen as another capture.
    """

    capture_id: str
    source: SourceFile
    patient: Patient
    encounter: SealedEncounter
    anatomic_region: Code | None
    laterality: Laterality | None
    captured_at: datetime | None
    """Aware. None only for `wrap`, where the file's own EXIF time is used."""
    kind: Kind = Kind.PHOTO
    operator: Operator | None = None
    note: str = ""
    procedure: Code | None = None
    order: OrderChoice | None = None
    device: Device = Device()
    session_id: str = ""
    clock_offset_ms: int = 0
    sealed_sha256: str = ""
    dermoscopy: Dermoscopy = Dermoscopy()
    specimen: Specimen | None = None
    stage: StagePosition | None = None
    scale_marker: bool = False
    """Whether the printed scale marker is said to be in the picture."""


# --- what hub.media makes of the bytes ---------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed on the way from source to object, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What every kind of source becomes: a stream ready to be stored and what is known of it.

    `payload` is a list of slices to be written one after the other, so that a kept
    stream is never copied.
    """

    encoding: str
    """How `payload` is coded; decides the transfer syntax."""
    payload: tuple[Piece, ...]
    manufacturer: str = ""
    model: str = ""
    software: str = ""
    serial: str = ""
    taken_at: datetime | None = None
    """The file's own time; naive when it names no offset."""
    changes: tuple[Change, ...] = ()
    source_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph(Media):
    """Facts and a conformant, upright stream without private metadata.

    `encoding` is `jpeg-baseline`, `jpeg-extended`, `jpeg-ls-lossless` or `native`
    (interleaved 8-bit rows).
    """

    rows: int
    columns: int
    samples_per_pixel: int
    """1 or 3; always 8 bits."""
    lossy: tuple[tuple[float, str], ...] = ()
    """(Lossy Image Compression Ratio, Method) of each lossy step, oldest first."""
    icc_profile: bytes | None = None
    color_space: str = ""
    exposure: Mapping[str, object] = field(default_factory=dict)
    """Keywords of the VL Photographic Acquisition/Equipment modules with their values."""
    quality: Mapping[str, float] = field(default_factory=dict)
    pixel_spacing: float | None = None
    """Millimetres per pixel in both directions, found by the printed marker."""
    scale_off: float = 0.0
    """By what part a length near the marker may differ. Without a spacing: why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Media):
    """A document, stored as it came. `encoding` is `pdf`."""

    mime_type: str
    flags: tuple[FlagCode, ...] = ()
    """What a reader should know before opening it: PDF_SCRIPTS, PDF_ENCRYPTED, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide(Media):
    """A scanner's slide file. `encoding` is `slide`; its tiles come from a converter."""

    icc_profile: bytes
    """Of the tissue's images."""
    default_profile: bytes
    """Of images whose colours nobody knows: the label and the overview."""
    lossy: tuple[tuple[float, str], ...] = ()
    """(Lossy Image Compression Ratio, Method) of the scanner's own coding."""


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """Sound that is multiplexed into a video."""

    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Media):
    """A video as one clean MP4 file, upright, its pictures in the stream's own coding.

    `encoding` is `h264-high-4.1`, `h264-high-4.2`, each also with `-fragmentable`, or
    `hevc-main-5.1`.
    """

    rows: int
    columns: int
    number_of_frames: int
    frame_time_ms: float
    """Nominal: phones do not keep one rate."""
    duration: float
    """Seconds."""
    pixel_aspect_ratio: tuple[int, int] = (1, 1)
    """Horizontal and vertical spacing of the coded pixels."""
    audio: tuple[AudioTrack, ...] = ()
    lossy: tuple[tuple[float, str], ...] = ()
    """(Lossy Image Compression Ratio, Method) of each lossy step, oldest first."""


# --- what is decided before an object is made --------------------------------


@dataclass(frozen=True, slots=True)
class CareEvent:
    """(encounter, department, and for inpatients the day): one Study Instance UID (D9)."""

    study_instance_uid: str
    started: datetime
    """Aware; becomes Study Date and Time."""
    accession_number: str
    accession_issuer: str
    description: str
    key: str = ""
    """The canonical text the UID was derived from; unique in the catalog."""


@dataclass(frozen=True, slots=True)
class RelatedUIDs:
    """UIDs of what an instance shows, beside its study; empty where there is nothing."""

    frame_of_reference: str = ""
    lesion: str = ""
    specimen: str = ""
    note: str = ""
    """SOP Instance UID of the report of the capture's note, in its own series."""
    note_series: str = ""


@dataclass(frozen=True, slots=True)
class CaptureContext:
    """All that `hub.dicom` needs beside the media to write one instance."""

    patient: Patient
    encounter_id: str
    encounter_issuer: str
    department: Department
    care_event: CareEvent
    series_instance_uid: str
    sop_instance_uid: str
    captured_at: datetime
    """Aware, in the offset the instance shall carry."""
    anatomic_region: AnatomicRegion | None
    """None only for documents and specimens."""
    laterality: Laterality | None
    operator: Operator
    kind: Kind
    source_sha256: str
    note: str = ""
    procedure: Code | None = None
    order: Order | None = None
    device: Device = Device()
    reason: str = ""
    institution: str = ""
    capture_id: str = ""
    dermoscopy: Dermoscopy = Dermoscopy()
    specimen: Specimen | None = None
    stage: StagePosition | None = None
    related: RelatedUIDs = RelatedUIDs()
    offset_known: bool = True
    """Whether the offset of `captured_at` is said by anybody; if not, it is site time's."""


# --- what is kept ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Instance:
    """One stored SOP Instance."""

    sop_instance_uid: str
    sop_class_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax_uid: str
    sha256: str
    """Digest of the stored DICOM file; its address in the object store."""
    size: int
    header: Mapping[str, object]
    """DICOM JSON (PS3.18 F.2) of the object without bulk data; bulk as BulkDataURI."""
    instance_number: int | None = None
    rows: int | None = None
    columns: int | None = None
    number_of_frames: int = 1
    acquired_at: datetime | None = None
    anatomic_region: Code | None = None
    body_part_examined: str = ""
    laterality: Laterality | None = None
    note: str = ""
    stored_at: datetime | None = None
    capture_id: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A series with what every instance of it shares."""

    series_instance_uid: str
    study_instance_uid: str
    modality: str
    series_number: int | None = None
    description: str = ""
    anatomic_region: Code | None = None
    body_part_examined: str = ""
    laterality: Laterality | None = None
    station_name: str = ""
    operator_name: str = ""
    manufacturer: str = ""
    model: str = ""
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """A study of one patient: a care event's images, or an order-based radiology study."""

    study_instance_uid: str
    patient: Patient
    study_date: date | None = None
    study_time: str = ""
    """TM, HHMMSS."""
    timezone_offset: str = ""
    """&ZZXX as in Timezone Offset From UTC."""
    accession_number: str = ""
    accession_issuer: str = ""
    study_id: str = ""
    description: str = ""
    referring_physician_name: str = ""
    department: Department = Department("")
    encounter_id: str = ""
    encounter_issuer: str = ""
    reason: str = ""
    procedure: Code | None = None
    encounter_based: bool = False
    version: int = 0
    """Counts every change of this study; the index keeps the newest."""
    patient_key: str = ""
    """Opaque key of the patient for URLs."""
    series: tuple[Series, ...] = ()
    changed_at: datetime | None = None

    @property
    def instances(self) -> tuple[Instance, ...]:
        """All instances of all series, in series order."""
        return tuple(i for s in self.series for i in s.instances)

    @property
    def modalities(self) -> tuple[str, ...]:
        """Modalities in Study (0008,0061), sorted."""
        return tuple(sorted({s.modality for s in self.series}))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a capture: the same for the first and for every repeated sending."""

    capture_id: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sha256: str
    """Digest of the bytes sent, not of the DICOM object."""
    size: int
    received_at: datetime


class ConversionState(StrEnum):
    """How far a video is that has its receipt and is coded again before it is an instance."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """Tried often enough: a person has to look. The original is kept."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A captured video that is coded again after its receipt."""

    capture_id: str
    study_instance_uid: str
    sop_instance_uid: str
    state: ConversionState = ConversionState.WAITING
    percent: int = 0
    attempts: int = 0
    problem: str = ""
    """Code of the last failure."""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One row of the change feed: ordered, never changed, never removed."""

    seq: int
    kind: str
    """`instance-stored`, `study-changed`, ..."""
    study_instance_uid: str
    sop_instance_uid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what to whose data (ATNA, BALP); kept as a hash chain."""

    action: str
    """`create`, `read`, `query`, `sign-in`, `export`, ..."""
    by: str
    """Account id; never a name."""
    role: str = ""
    outcome: str = "success"
    patient_key: str = ""
    study_instance_uid: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    """Facts without PHI beside ids: the query as asked, the transport, the reason."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A written audit event with its place in the chain."""

    seq: int
    at: datetime
    event: AuditEvent
    row_hash: str
