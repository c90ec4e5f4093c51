"""A study's page in words: its images, what is known about each, and what happened to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from flask import url_for

from hub.model import Instance, ReviewFlag, Series, Study
from hub.review_flags import sentences
from indexing.sites import site_flags

from . import present, slide_levels, words
from .present import (
    Banner,
    Site,
    banner,
    body_site,
    day_and_time,
    device,
    image_url,
    is_document,
    is_video,
    kinds,
    minute,
    operator,
    sites,
)

_DOCUMENT_TITLE = "00420010"


@dataclass(frozen=True)
class Picture:
    """One image of a study, with what is known about it in words."""

    number: int
    page_url: str
    url: str
    thumbnail: str
    report_url: str
    label: str
    width: int
    height: int
    facts: tuple[tuple[str, object], ...]
    note: str
    look_at: tuple[str, ...] = ()
    """What a person should look at again, a sentence each."""
    spacing: str = ""
    """Millimetres from row to row and from column to column, where the object says."""
    video: str = ""
    """URL of the video of which this is a still."""


@dataclass(frozen=True)
class DocumentCard:
    """One document of a study."""

    title: str
    url: str
    report_url: str
    facts: tuple[tuple[str, object], ...]
    look_at: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """One line of what happened to a study."""

    at: datetime
    what: str


@dataclass(frozen=True)
class StudyView:
    """A study's page."""

    banner: Banner
    patient_url: str
    title: str
    day: date | None
    time: str
    facts: tuple[tuple[str, object], ...]
    look_at: tuple[str, ...]
    pictures: tuple[Picture, ...]
    shown: Picture | None
    documents: tuple[DocumentCard, ...]
    others: str
    history: tuple[Event, ...]


def study_view(
    study: Study,
    image: str,
    site: Site,
    flags: Mapping[str, Sequence[ReviewFlag]] = MappingProxyType({}),
) -> StudyView:
    """Put a study into words; `image` is the picture to show first, by number or UID.

    `flags` are those of its instances, by SOP Instance UID.
    """
    shown = [(s, i) for s in study.series for i in slide_levels.pictures(s.instances)]
    look_at = {
        i.sop_instance_uid: sentences(flags.get(i.sop_instance_uid, ())) for i in study.instances
    }
    pictures = tuple(
        _picture(study, n, len(shown), (s, i), site, look_at[i.sop_instance_uid])
        for n, (s, i) in enumerate(shown, 1)
    )
    others = sum(not (i.rows and i.columns) for i in study.instances)
    day, time = day_and_time(study, site)
    return StudyView(
        banner=banner(study.patient, site),
        patient_url=url_for("patient.show_patient", patient_key=study.patient_key)
        if study.patient_key
        else "",
        title=" · ".join(filter(None, (kinds(study), sites(study)))) or "Study",
        day=day,
        time=time,
        facts=_study_facts(study),
        look_at=sentences(ReviewFlag(code) for code in site_flags(study)),
        pictures=pictures,
        shown=_asked_for(pictures, [i for _, i in shown], image),
        documents=tuple(
            _document(s, i, site, look_at[i.sop_instance_uid])
            for s in study.series
            for i in s.instances
            if is_document(i)
        ),
        others=words.count(others, "object") if others else "",
        history=_history(study, site),
    )


def _asked_for(
    pictures: Sequence[Picture], instances: Sequence[Instance], image: str
) -> Picture | None:
    """Return the picture asked for; a number out of range is the nearest, else the first."""
    by_uid = [p for p, i in zip(pictures, instances, strict=True) if i.sop_instance_uid == image]
    number = int(image) if image.isdecimal() and len(image) < 9 else 1
    nearest = pictures[max(number, 1) - 1 :][:1] or pictures[-1:]
    return next(iter([*by_uid, *nearest]), None)


def _picture(
    study: Study,
    number: int,
    of: int,
    found: tuple[Series, Instance],
    site: Site,
    look_at: tuple[str, ...],
) -> Picture:
    series, instance = found
    region = body_site(instance, series)
    kind = present.kind(series)
    width, height = slide_levels.size(instance)
    whole = slide_levels.full_size(series.instances, instance)
    facts = (
        ("Taken", minute(instance.acquired_at, site)),
        ("By", operator(instance, series)),
        ("Kind", kind),
        ("Body site", region),
        # Of a photo's series it only repeats the above.
        ("Series", "" if study.encounter_based else series.description),
        ("Device", device(series)),
        ("Size", words.pixels(width, height)),
        ("Whole slide", words.pixels(*whole) if whole else ""),
    )
    return Picture(
        number=number,
        page_url=url_for(
            "study.show_study", study_instance_uid=instance.study_instance_uid, image=number
        ),
        url=image_url(instance, "rendered"),
        thumbnail=image_url(instance, "thumbnail"),
        report_url=_report_url(instance),
        label=f"{kind} {number} of {of}" + (f", {region}" if region else ""),
        width=width,
        height=height,
        facts=tuple((label, value) for label, value in facts if value),
        note=instance.note,
        look_at=look_at,
        spacing=_spacing(instance),
        video=image_url(instance, "video") if is_video(instance) else "",
    )


def _document(
    series: Series, instance: Instance, site: Site, look_at: tuple[str, ...]
) -> DocumentCard:
    facts = (
        ("Taken", minute(instance.acquired_at, site)),
        ("By", operator(instance, series)),
    )
    return DocumentCard(
        title=_first(instance, _DOCUMENT_TITLE) or "Document",
        url=image_url(instance, "document"),
        report_url=_report_url(instance),
        facts=tuple((label, value) for label, value in facts if value),
        look_at=look_at,
    )


def _report_url(instance: Instance) -> str:
    return url_for("report.show_report", sop_instance_uid=instance.sop_instance_uid)


def _first(instance: Instance, tag: str) -> str:
    """Return the first value of an attribute of the object, as text."""
    element = instance.header.get(tag)
    values = element.get("Value", ()) if isinstance(element, Mapping) else ()
    return str(values[0]).strip() if values else ""


def _spacing(instance: Instance) -> str:
    """Return Pixel Spacing (0028,0030) as two numbers, or nothing."""
    values = slide_levels.spacing(instance)
    numbers = [v for v in values if isinstance(v, int | float) and v > 0]
    return f"{numbers[0]:g} {numbers[1]:g}" if len(numbers) == len(values) == 2 else ""


def _study_facts(study: Study) -> tuple[tuple[str, object], ...]:
    facts = (
        ("Department", study.department.name),
        ("Description", study.description),
        ("Procedure", study.procedure.meaning if study.procedure else ""),
        ("Reason", study.reason),
        ("Accession number", study.accession_number),
        ("Encounter number", study.encounter_id),
        ("Referred by", words.name_of(study.referring_physician_name)),
    )
    return tuple((label, value) for label, value in facts if value)


def _history(study: Study, site: Site) -> tuple[Event, ...]:
    """Tell when images were taken and when the hub kept them, equal minutes in one line."""
    moments: Counter[tuple[datetime, str, str]] = Counter()
    for series in study.series:
        kind = present.kind(series)
        for instance in series.instances:
            taker = operator(instance, series)
            if taken := minute(instance.acquired_at, site):
                moments[taken, kind, f"taken by {taker}" if taker else "taken"] += 1
            if stored := minute(instance.stored_at, site):
                moments[stored, kind, "safe in the record"] += 1
    lines = [Event(at, _line(kind, what, n)) for (at, kind, what), n in moments.items()]
    return tuple(sorted(lines, key=lambda event: event.at))


def _line(kind: str, what: str, number: int) -> str:
    return f"{kind}: {what}" if number == 1 else f"{kind} ({number:,} images): {what}"
