"""What templates are given: frozen values in words, made from model objects and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby

from flask import url_for

from hub.dicom.bulk import PDF_SOP_CLASS, VIDEO_TRANSFER_SYNTAXES
from hub.model import Encounter, Instance, Order, Patient, Series, Study

from . import slide_levels, words


@dataclass(frozen=True)
class Site:
    """Where and when a page is read: times are shown in the site's zone, ages as of today."""

    zone: tzinfo
    today: date


@dataclass(frozen=True)
class Banner:
    """Who the patient is: name, born, sex, identifier, in this order on every page."""

    name: str
    ideographic_name: str
    birth_date: str
    born: str
    age: str
    sex: str
    patient_id: str
    issuer: str


@dataclass(frozen=True)
class StudyCard:
    """One study in a list or on a timeline."""

    url: str
    patient: Banner
    kinds: str
    site: str
    day: date | None
    time: str
    department: str
    description: str
    amount: str
    thumbnail: str
    tier: str = "match"
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderLine:
    """One order of an encounter."""

    what: str
    number: str


@dataclass(frozen=True)
class WorklistRow:
    """One encounter of the worklist."""

    patient: Banner
    started: datetime | None
    department: str
    class_: str
    encounter_id: str
    orders: tuple[OrderLine, ...]
    phone_url: str


def banner(patient: Patient, site: Site) -> Banner:
    """Say who the patient is."""
    return Banner(
        name=words.name_of(patient.name) or words.NOT_KNOWN,
        ideographic_name=words.ideographic_name(patient.name),
        birth_date=patient.birth_date if patient.birth_date.count("-") == 2 else "",
        born=words.born(patient.birth_date),
        age=words.age(patient.birth_date, site.today),
        sex=words.sex(patient.sex),
        patient_id=patient.patient_id,
        issuer=patient.issuer,
    )


def card(study: Study, site: Site, tier: str = "match", why: Sequence[str] = ()) -> StudyCard:
    """Sum a study up for a list."""
    cover = _cover(study)
    day, time = day_and_time(study, site)
    return StudyCard(
        url=url_for("study.show_study", study_instance_uid=study.study_instance_uid),
        patient=banner(study.patient, site),
        kinds=kinds(study),
        site=sites(study),
        day=day,
        time=time,
        department=study.department.name,
        description=study.description,
        amount=words.count(len(study.instances), "image"),
        thumbnail=image_url(cover, "thumbnail") if cover else "",
        tier=tier,
        why=tuple(why),
    )


def timeline(studies: Iterable[Study], site: Site) -> list[tuple[date | None, list[StudyCard]]]:
    """Group studies by day, newest first; photos and radiology of a day stand side by side."""
    cards = [card(study, site) for study in studies]
    cards.sort(key=lambda c: (c.day or date.min, c.time), reverse=True)
    return [(day, list(group)) for day, group in groupby(cards, key=lambda c: c.day)]


def worklist_row(encounter: Encounter, site: Site, *, can_capture: bool) -> WorklistRow:
    """Sum an encounter up for the worklist."""
    return WorklistRow(
        patient=banner(encounter.patient, site),
        started=minute(encounter.started, site),
        department=encounter.department.name,
        class_=words.encounter_class(encounter.class_),
        encounter_id=encounter.encounter_id,
        orders=tuple(_order(order) for order in encounter.orders),
        phone_url=f"/m/#/encounter/{encounter.key}" if can_capture else "",
    )


def is_video(instance: Instance) -> bool:
    """Whether an instance is a video that browsers play."""
    return instance.transfer_syntax_uid in VIDEO_TRANSFER_SYNTAXES


def is_document(instance: Instance) -> bool:
    """Whether an instance is a PDF."""
    return instance.sop_class_uid == PDF_SOP_CLASS


def _cover(study: Study) -> Instance | None:
    """Return the picture that stands for a study.

    Of photos it is the one taken last, which somebody who has just sent it looks for; of
    radiology the first.
    """
    pictures = [i for series in study.series for i in slide_levels.covers(series.instances)]
    taken = [(i.acquired_at, n) for n, i in enumerate(pictures) if i.acquired_at]
    if study.encounter_based and taken:
        return pictures[max(taken)[1]]
    return pictures[0] if pictures else None


def image_url(instance: Instance, size: str) -> str:
    """Return the URL of a picture, `rendered`, `thumbnail` or `video`, or of a `document`."""
    return url_for(f"images.{size}", sop_instance_uid=instance.sop_instance_uid)


def minute(moment: datetime | None, site: Site) -> datetime | None:
    """Return a moment in site time, to the minute; a naive one is site time already."""
    if moment is None:
        return None
    local = moment.astimezone(site.zone) if moment.tzinfo else moment.replace(tzinfo=site.zone)
    return local.replace(second=0, microsecond=0)


def day_and_time(study: Study, site: Site) -> tuple[date | None, str]:
    """Return Study Date and Time in site time where they say their offset, else as they are."""
    moment = words.moment_of(study.study_date, study.study_time, study.timezone_offset)
    if moment is None:
        return study.study_date, words.time_of_tm(study.study_time)
    local = moment.astimezone(site.zone)
    return local.date(), words.clinical_time(local)


def _order(order: Order) -> OrderLine:
    procedure = order.procedure.meaning if order.procedure else "Order"
    site = words.body_site(order.anatomic_region, order.laterality)
    return OrderLine(
        what=" · ".join(filter(None, (procedure, site))),
        number=order.accession_number or order.placer_order_number,
    )


def kinds(study: Study) -> str:
    """Return the kinds of imaging in a study."""
    return ", ".join(dict.fromkeys(kind(s) for s in study.series))


def kind(series: Series) -> str:
    """Return what people call the images of a series; videos are in series of their own."""
    return words.kind(series.modality, video=any(map(is_video, series.instances)))


def sites(study: Study) -> str:
    """Return every body site of a study, each with its side."""
    every = (body_site(i, s) for s in study.series for i in s.instances)
    return ", ".join(filter(None, dict.fromkeys(every)))


def body_site(instance: Instance, series: Series) -> str:
    """Return side and region of an image: its own where it has them, else its series'."""
    own = instance if instance.anatomic_region or instance.body_part_examined else series
    return words.body_site(
        own.anatomic_region, own.laterality or series.laterality, own.body_part_examined
    )


def operator(instance: Instance, series: Series) -> str:
    """Return who took an image: Operators' Name (0008,1070), of the object itself if need be."""
    element = instance.header.get("00081070")
    values = element.get("Value", ()) if isinstance(element, Mapping) else ()
    own = values[0].get("Alphabetic", "") if values and isinstance(values[0], Mapping) else ""
    return words.name_of(own or series.operator_name)


def device(series: Series) -> str:
    """Return maker and model, the maker once."""
    maker, model = series.manufacturer.strip(), series.model.strip()
    if maker and model.lower().startswith(maker.lower()):
        return model
    return " ".join(filter(None, (maker, model)))
