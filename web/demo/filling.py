"""Put the demo into a hub, once.

The UUIDs of captures follow from their encounter and place in it, and times are
counted from the encounter as it was first registered: filling again a week later
finds everything there and neither moves nor adds anything.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hub.bootstrap import Hub
from hub.dicom.radiograph import Radiograph, computed_radiograph
from hub.model import Encounter, Order, Patient, Role
from hub.store.ports import Registered
from hub.terminology import departments

from .accounts import add_accounts, practitioner
from .exams import EXAMS, Exam
from .load import fill_plain
from .people import HOSPITAL, person
from .photos import camera_jpeg
from .radiographs import radiograph
from .sending import sealed, send_dicom, send_photo
from .visits import VISITS, Shot, Visit

Progress = Callable[[int, int], None]
NAMESPACE = uuid.UUID("6f9c8f4e-55c3-5a51-9d2f-1f0c4b6f2d10")


def fill(hub: Hub, *, studies: int | None = None, progress: Progress | None = None) -> None:
    """Add accounts, people, encounters, orders and images that are not there yet.

    `studies` plain further studies are added for load. `progress` is called with
    (images seen, images in all).
    """
    tell = progress or _silent
    now = datetime.now(hub.settings.zone).replace(second=0, microsecond=0)
    add_accounts(hub)
    _register(hub, now)
    shown = sum(len(visit.shots) for visit in VISITS) + len(EXAMS)
    total = shown + (studies or 0)
    for done, _ in enumerate(_images(hub, now), 1):
        tell(done, total)
    if studies:
        fill_plain(hub, studies, lambda done: tell(shown + done, total))


def _silent(done: int, total: int) -> None:
    """Say nothing about progress."""


def _register(hub: Hub, now: datetime) -> None:
    new = tuple(_encounter(v, now) for v in VISITS if _known(hub, v) is None)
    if new:
        records = Registered(encounters=new, orders=tuple(_exam_order(e, now) for e in EXAMS))
        hub.registration.apply(records, "demo", practitioner(Role.ADMIN))


def _encounter(visit: Visit, now: datetime) -> Encounter:
    started = now - timedelta(hours=visit.hours_ago)
    return Encounter(
        encounter_id=visit.encounter_id,
        issuer=HOSPITAL,
        patient=person(visit.patient, now),
        class_=visit.class_,
        department=departments().resolve(visit.department),
        started=started,
        ended=started + timedelta(hours=visit.lasts) if visit.lasts is not None else None,
        orders=tuple(replace(order, requested_at=started) for order in visit.orders),
        reason=visit.reason,
    )


def _exam_order(exam: Exam, now: datetime) -> tuple[Patient, Order]:
    requested_at = now - timedelta(hours=exam.hours_ago + 2)
    order = replace(exam.order, requested_at=requested_at, status="completed")
    return person(exam.patient, now), order


def _known(hub: Hub, visit: Visit) -> Encounter | None:
    return next(iter(hub.catalog.encounters(visit.encounter_id, HOSPITAL)), None)


def _images(hub: Hub, now: datetime) -> Iterator[None]:
    """Store one image at a time."""
    for visit in VISITS:
        encounter = _known(hub, visit)
        for place, shot in enumerate(visit.shots):
            if encounter is not None:
                _photo(hub, encounter, shot, place)
            yield
    for exam in EXAMS:
        _radiograph(hub, exam, now)
        yield


def _photo(hub: Hub, encounter: Encounter, shot: Shot, place: int) -> None:
    capture_id = str(uuid.uuid5(NAMESPACE, f"{encounter.encounter_id}/{place}"))
    if hub.catalog.capture(capture_id) is not None or encounter.started is None:
        return
    taken_at = encounter.started + timedelta(hours=shot.after)
    facts = sealed(
        encounter,
        capture_id,
        taken_at,
        shot.region.value,
        shot.side,
        shot.note,
        shot.operator,
        shot.accession_number,
    )
    send_photo(hub, facts, camera_jpeg(shot.picture, taken_at.astimezone(hub.settings.zone)))


def _radiograph(hub: Hub, exam: Exam, now: datetime) -> None:
    study, series, instance = (
        f"2.25.{uuid.uuid5(NAMESPACE, exam.order.accession_number + level).int}"
        for level in ("/study", "/series", "/instance")
    )
    if hub.catalog.instance(instance) is not None:
        return
    pixels = radiograph(exam.drawing)
    facts = Radiograph(
        patient=person(exam.patient, now),
        order=exam.order,
        study_instance_uid=study,
        series_instance_uid=series,
        sop_instance_uid=instance,
        acquired_at=now - timedelta(hours=exam.hours_ago),
        body_part_examined=exam.body_part_examined,
        view_position=exam.view_position,
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        pixels=pixels.astype("<u2").tobytes(),
        pixel_spacing=exam.pixel_spacing,
        window=exam.window,
    )
    send_dicom(hub, computed_radiograph(facts))
