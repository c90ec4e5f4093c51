"""Makers of model values with sensible defaults, and of small drawn photos."""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw

from hub.dicom.uids import UIDs
from hub.model import (
    AnatomicRegion,
    AuditEvent,
    Capture,
    CaptureContext,
    CareEvent,
    Code,
    Department,
    Encounter,
    EncounterClass,
    Instance,
    Kind,
    Laterality,
    Operator,
    Patient,
    Practitioner,
    Receipt,
    RelatedUIDs,
    ReviewFlag,
    Role,
    SealedEncounter,
    Series,
    SourceFile,
    Study,
)
from hub.store.conversion_ports import PendingCapture
from hub.store.ports import NewInstance, StoredCapture

HAND = Code("SCT", "85562004", "Hand")
DERMATOLOGY = Department("Dermatology", Code("SCT", "309923008", "Dermatology"))
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def make_patient(**changes: object) -> Patient:
    facts: dict = {"patient_id": "1297287652", "issuer": "HOSP", "name": "Okafor^Grace^^Mrs"}
    return Patient(**{**facts, "birth_date": "1945-07-14", "sex": "F", **changes})


def make_encounter(**changes: object) -> Encounter:
    facts: dict = {
        "encounter_id": "V-1001",
        "issuer": "HOSP",
        "patient": make_patient(),
        "class_": EncounterClass.OUTPATIENT,
        "department": DERMATOLOGY,
        "started": datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    }
    return Encounter(**{**facts, **changes})


def make_practitioner(role: Role = Role.CLINICIAN, **changes: object) -> Practitioner:
    facts: dict = {"id": f"test-{role}", "name": "Berg^Ida", "role": role}
    return Practitioner(**{**facts, **changes})


def draw_jpeg(width: int = 160, height: int = 120, **save: object) -> bytes:
    """A drawn 'photo': four corner colours (red, green, blue, yellow) on a skin tone."""
    image = Image.new("RGB", (width, height), (205, 160, 130))
    draw = ImageDraw.Draw(image)
    w, h = width // 4, height // 4
    for box, colour in (
        ((0, 0, w, h), "red"),
        ((width - w, 0, width, h), "green"),
        ((0, height - h, w, height), "blue"),
        ((width - w, height - h, width, height), "yellow"),
    ):
        draw.rectangle(box, fill=colour)
    out = io.BytesIO()
    image.save(out, "JPEG", **{"quality": 90, "subsampling": 2, **save})
    return out.getvalue()


def make_source(folder: Path, content: bytes) -> SourceFile:
    path = folder / f"{uuid.uuid4()}.part"
    path.write_bytes(content)
    return SourceFile(str(path), hashlib.sha256(content).hexdigest(), len(content))


def make_capture(source: SourceFile, **changes: object) -> Capture:
    facts: dict = {
        "capture_id": str(uuid.uuid4()),
        "source": source,
        "patient": make_patient(),
        "encounter": SealedEncounter("V-1001", "HOSP", "Dermatology"),
        "anatomic_region": HAND,
        "laterality": Laterality.LEFT,
        "captured_at": NOON,
        "note": "Eczema on the back of the hand",
    }
    return Capture(**{**facts, **changes})


def make_new_instance(number: int = 1, *, study: int = 1, **changes: object) -> NewInstance:
    """The `number`-th instance of the `study`-th study, as a capture brings it."""
    uid, series_uid, sop = f"2.25.{study}", f"2.25.{study}.1", f"2.25.{study}.1.{number}"
    capture_id = str(uuid.uuid5(uuid.NAMESPACE_OID, sop))
    facts: dict = {
        "study": Study(
            uid,
            make_patient(),
            study_date=NOON.date(),
            study_time="120000",
            description="Dermatology photos",
            department=DERMATOLOGY,
            encounter_id="V-1001",
            encounter_issuer="HOSP",
            encounter_based=True,
        ),
        "series": Series(series_uid, uid, "XC", anatomic_region=HAND, laterality=Laterality.LEFT),
        "instance": Instance(
            sop_instance_uid=sop,
            sop_class_uid="1.2.840.10008.5.1.4.1.1.77.1.4",
            series_instance_uid=series_uid,
            study_instance_uid=uid,
            transfer_syntax_uid="1.2.840.10008.1.2.4.50",
            sha256=hashlib.sha256(sop.encode()).hexdigest(),
            size=1000 + number,
            header={"00080018": {"vr": "UI", "Value": [sop]}},
            instance_number=number,
            acquired_at=NOON,
            anatomic_region=HAND,
            laterality=Laterality.LEFT,
            capture_id=capture_id,
        ),
        "audit": AuditEvent("create", by="test-clinician", role="clinician"),
        "capture": StoredCapture(
            Receipt(capture_id, uid, series_uid, sop, "5" * 64, 900, NOON), "6" * 64, "test"
        ),
        "care_event": CareEvent(uid, NOON, f"EIH{study}", "EIH", "Photos", key=f"key-{study}"),
    }
    return NewInstance(**{**facts, **changes})


def make_context(**changes: object) -> CaptureContext:
    uids = UIDs(b"a secret for tests only")
    event = CareEvent(uids.study("1"), NOON, uids.accession("1"), "EIH", "Dermatology photos")
    facts: dict = {
        "patient": make_patient(),
        "encounter_id": "V-1001",
        "encounter_issuer": "HOSP",
        "department": DERMATOLOGY,
        "care_event": event,
        "series_instance_uid": uids.series("1", "XC"),
        "sop_instance_uid": uids.instance("1"),
        "captured_at": NOON,
        "anatomic_region": AnatomicRegion(HAND, paired=True, body_part_examined="HAND"),
        "laterality": Laterality.LEFT,
        "operator": Operator("berg", "Berg^Ida", "HOSP", "clinician"),
        "kind": Kind.PHOTO,
        "source_sha256": "ab" * 32,
        "note": "Eczema on the back of the hand",
        "institution": "Demo Hospital",
        "related": RelatedUIDs(
            frame_of_reference=uids.named("frame of reference", "1"),
            lesion=uids.named("lesion", "1"),
            specimen=uids.named("specimen", "1"),
            note=uids.named("note", "1"),
            note_series=uids.named("notes", "1"),
        ),
    }
    return CaptureContext(**{**facts, **changes})


def make_pending(number: int = 1, *, study: int = 1, **changes: object) -> PendingCapture:
    """The capture of `make_new_instance`, before its instance is made."""
    new = make_new_instance(number, study=study)
    assert new.capture is not None
    receipt = new.capture.receipt
    context = make_context(
        care_event=new.care_event,
        series_instance_uid=receipt.series_instance_uid,
        sop_instance_uid=receipt.sop_instance_uid,
        capture_id=receipt.capture_id,
        kind=Kind.VIDEO,
    )
    facts: dict = {"capture": new.capture, "context": context, "audit": new.audit}
    facts |= {"source_key": f"key-{number}", "flags": (ReviewFlag("clock-disagrees", "90"),)}
    return PendingCapture(**{**facts, **changes})
