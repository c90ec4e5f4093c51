"""The rules a capture is judged by: pure, each raising the refusal it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hub.errors import (
    CaptureConflict,
    CapturedAtImplausible,
    EncounterAmbiguous,
    EncounterClosed,
    EncounterMismatch,
    LateralityMissing,
    LateralityNotApplicable,
    OperatorMissing,
    RegionMissing,
    SpecimenMissing,
    UnknownEncounter,
    UnknownOrder,
    UnknownRegion,
)
from hub.model import (
    AnatomicRegion,
    Capture,
    Code,
    Department,
    Document,
    Encounter,
    FlagCode,
    Kind,
    Laterality,
    Media,
    Operator,
    Order,
    OrderChoice,
    Patient,
    Photograph,
    Practitioner,
    Receipt,
    ReviewFlag,
    SealedEncounter,
)
from hub.store.ports import StoredCapture
from hub.terminology import anatomy, departments

CLOCKS_AGREE_WITHIN = timedelta(minutes=5)
_FIRST_PLAUSIBLE = datetime(2000, 1, 1, tzinfo=UTC)


def check_same_capture(stored: StoredCapture, capture: Capture) -> Receipt:
    """Return the first receipt when bytes and sealed metadata are the same.

    Raises CaptureConflict otherwise (settled 1).
    """
    same_bytes = stored.receipt.sha256 == capture.source.sha256
    if not same_bytes or stored.sealed_sha256 != capture.sealed_sha256:
        raise CaptureConflict
    return stored.receipt


def choose_encounter(found: Sequence[Encounter], sealed: SealedEncounter) -> Encounter:
    """Return the one encounter the capture was sent to.

    Raises UnknownEncounter, EncounterAmbiguous, EncounterMismatch.
    """
    if not found:
        raise UnknownEncounter
    if len(found) > 1:
        raise EncounterAmbiguous
    encounter = found[0]
    if sealed.encounter_id and sealed.encounter_id not in (encounter.encounter_id, encounter.key):
        raise EncounterMismatch
    if sealed.issuer and sealed.issuer != encounter.issuer:
        raise EncounterMismatch
    return encounter


def corrected_time(capture: Capture) -> datetime | None:
    """Return the shutter time by the server's clock: the device's minus its known offset."""
    if capture.captured_at is None:
        return None
    return capture.captured_at - timedelta(milliseconds=capture.clock_offset_ms)


def check_time(
    captured_at: datetime,
    received_at: datetime,
    patient: Patient,
    tolerance: timedelta,
) -> tuple[ReviewFlag, ...]:
    """Return the flag `clock-disagrees` for a time ahead of receipt, else no flag.

    Raises CapturedAtImplausible for a time too far ahead, before 2000 or before birth.
    """
    born = _birth(patient.birth_date)
    if captured_at > received_at + tolerance or captured_at < _FIRST_PLAUSIBLE:
        raise CapturedAtImplausible
    if born is not None and captured_at.date() < born:
        raise CapturedAtImplausible
    ahead = captured_at - received_at
    return (_apart(FlagCode.CLOCK, ahead),) if ahead > CLOCKS_AGREE_WITHIN else ()


def found_flags(
    capture: Capture, media: Media, captured_at: datetime, department: Department
) -> tuple[ReviewFlag, ...]:
    """Return all that is to be looked at in a capture and its file, without a server."""
    return (
        *camera_flags(media, captured_at),
        *scale_flags(capture, media),
        *department_flags(department),
        *document_flags(media),
    )


def camera_flags(media: Media, captured_at: datetime) -> tuple[ReviewFlag, ...]:
    """Return the flag `camera-clock-disagrees` where a photo's own Exif time is another.

    The time sealed by the phone stands; a time without offset is read in the phone's.
    A video's time says when its file was made, so it is not asked.
    """
    taken = media.taken_at if isinstance(media, Photograph) else None
    if taken is None:
        return ()
    ahead = (taken if taken.tzinfo else taken.replace(tzinfo=captured_at.tzinfo)) - captured_at
    return (_apart(FlagCode.CAMERA_CLOCK, ahead),) if abs(ahead) > CLOCKS_AGREE_WITHIN else ()


def scale_flags(capture: Capture, media: Media) -> tuple[ReviewFlag, ...]:
    """Return why a marker that was said to be in the picture gave no scale.

    `scale-marker-tilted` where it was found but lies too tilted, else `scale-marker-not-found`.
    """
    spacing, off = None, 0.0
    if isinstance(media, Photograph):
        spacing, off = media.pixel_spacing, media.scale_off
    if not capture.scale_marker or spacing is not None:
        return ()
    return (ReviewFlag(FlagCode.SCALE_TILTED if off else FlagCode.SCALE_MARKER),)


def department_flags(department: Department) -> tuple[ReviewFlag, ...]:
    """Return the flag `department-unknown` for text that names none (settled 1)."""
    unknown = bool(department.name) and department.code is None
    return (ReviewFlag(FlagCode.DEPARTMENT, department.name),) if unknown else ()


def document_flags(media: Media) -> tuple[ReviewFlag, ...]:
    """Return what a reader of a document should know before opening it (ADR 0010)."""
    codes = media.flags if isinstance(media, Document) else ()
    return tuple(ReviewFlag(code) for code in codes)


def check_within(encounter: Encounter, captured_at: datetime, grace: timedelta) -> None:
    """Raise EncounterClosed for a photo taken outside the encounter and its grace."""
    too_early = encounter.started is not None and captured_at < encounter.started - grace
    too_late = encounter.ended is not None and captured_at > encounter.ended + grace
    if too_early or too_late:
        raise EncounterClosed


def region_of(capture: Capture) -> tuple[AnatomicRegion | None, Laterality | None]:
    """Return body site and side of a capture; a document or a specimen may have none.

    Raises the refusals of `choose_region`.
    """
    may_lack = capture.kind is Kind.DOCUMENT or capture.specimen is not None
    if may_lack and capture.anatomic_region is None:
        return None, None
    return choose_region(capture.anatomic_region, capture.laterality)


def check_specimen(capture: Capture) -> None:
    """Raise SpecimenMissing for a gross photo, or a place on a slide, without the label."""
    needs_label = capture.kind is Kind.GROSS or capture.stage is not None
    if needs_label and capture.specimen is None:
        raise SpecimenMissing


def choose_region(
    code: Code | None, laterality: Laterality | None
) -> tuple[AnatomicRegion, Laterality | None]:
    """Return the body site and side as the terminology knows them.

    Raises RegionMissing, UnknownRegion, LateralityMissing for a paired site without
    left, right or both, LateralityNotApplicable for a side the code itself contradicts.
    """
    if code is None or not code.value:
        raise RegionMissing
    region = anatomy().get(code.scheme or "SCT", code.value)
    if region is None:
        raise UnknownRegion
    given = None if laterality is Laterality.UNPAIRED else laterality
    if region.laterality_fixed:
        fixed = Laterality(region.laterality_fixed)
        if given not in (None, fixed):
            raise LateralityNotApplicable
        return region.as_anatomic_region(), fixed
    if region.paired and given is None:
        raise LateralityMissing
    return region.as_anatomic_region(), given


def choose_order(choice: OrderChoice | None, orders: Sequence[Order]) -> Order | None:
    """Return the order that was picked, by accession or placer number. Raises UnknownOrder."""
    if choice is None or not (choice.accession_number or choice.placer_order_number):
        return None
    for order in orders:
        accession = choice.accession_number in ("", order.accession_number)
        placer = choice.placer_order_number in ("", order.placer_order_number)
        if accession and placer:
            return order
    raise UnknownOrder


def choose_operator(given: Operator | None, by: Practitioner, issuer: str) -> Operator:
    """Return who took the photo: the person given, else the one signed in.

    `issuer` is the authority of an id that names none. Raises OperatorMissing when a
    machine names nobody (settled 1): it takes no photos itself.
    """
    if given is None and by.machine:
        raise OperatorMissing
    operator = given or Operator(by.id, by.name, by.issuer, by.role)
    return replace(operator, issuer=operator.issuer or issuer)


def sealed_department(text: str, of_encounter: Department) -> Department:
    """Return the department sealed in the capture; the encounter's when none was."""
    return departments().resolve(text) if text else of_encounter


def demographics_flags(sealed: Patient, known: Patient) -> tuple[ReviewFlag, ...]:
    """Return the flag `demographics-differ` where the phone had another name or birth date.

    It says which of the two, not what: the server's is in the object.
    """
    differ = {
        "name": bool(sealed.name) and sealed.name.casefold() != known.name.casefold(),
        "birth date": bool(sealed.birth_date) and sealed.birth_date != known.birth_date,
    }
    which = " and ".join(name for name, is_so in differ.items() if is_so)
    return (ReviewFlag(FlagCode.DEMOGRAPHICS, which),) if which else ()


def _apart(code: FlagCode, by: timedelta) -> ReviewFlag:
    return ReviewFlag(code, str(round(by.total_seconds())))


def _birth(text: str) -> date | None:
    """Return the earliest day a DA-like birth date (YYYY[-MM[-DD]]) can mean."""
    parts = [int(p) for p in text.split("-")] if text else []
    return date(*[*parts, 1, 1][:3]) if parts else None
