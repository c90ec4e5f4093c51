"""The fidelity report as a page: made of the stored object, its digest counted again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from hub.dicom.payload import payload_sha256
from hub.fidelity import report_of
from hub.fidelity_words import INTRODUCTION, Section, sections
from hub.model import Instance, Practitioner, Receipt, Series, Study
from hub.reading import HASHED_ON_READ, Reading

from . import words
from .present import (
    Banner,
    Site,
    banner,
    body_site,
    device,
    image_url,
    minute,
    operator,
)


@dataclass(frozen=True)
class ReportView:
    """One report, whose it is, and the way back."""

    banner: Banner
    title: str
    thumbnail: str
    introduction: str
    facts: tuple[tuple[str, object], ...]
    sections: tuple[Section, ...]
    made_at: datetime
    zone: str
    study_url: str


def report_view(
    reading: Reading, sop_instance_uid: str, by: Practitioner, site: Site, now: datetime
) -> ReportView:
    """Make the report of an instance. Raises NotFound, ObjectDamaged, AuditUnavailable."""
    named = reading.instance(sop_instance_uid, by)
    study = reading.study(named.study_instance_uid, by, via="report")
    series, instance = next(
        (s, i) for s in study.series for i in s.instances if i.sop_instance_uid == sop_instance_uid
    )
    receipt = reading.receipt(instance)
    with reading.open(instance, by) as file:
        report = report_of(
            instance,
            payload_sha256(file),
            source_size=receipt.size if receipt else None,
            flags=reading.flags([instance])[sop_instance_uid],
        )
    uid = study.study_instance_uid
    return ReportView(
        banner=banner(study.patient, site),
        title=", ".join(filter(None, (words.kind(series.modality), body_site(instance, series)))),
        thumbnail=image_url(instance, "thumbnail") if instance.rows else "",
        introduction=INTRODUCTION,
        facts=_facts(study, series, instance, receipt, site),
        sections=sections(report),
        made_at=now,
        zone=str(site.zone),
        study_url=url_for("study.show_study", study_instance_uid=uid, image=sop_instance_uid),
    )


def _facts(
    study: Study, series: Series, instance: Instance, receipt: Receipt | None, site: Site
) -> tuple[tuple[str, object], ...]:
    """Return who, when and with what, and whether the stored file is still the same."""
    counted = instance.size <= HASHED_ON_READ
    facts = (
        ("Taken", minute(instance.acquired_at, site)),
        ("By", operator(instance, series)),
        ("Device", device(series)),
        ("Department", study.department.name),
        ("Study", study.study_instance_uid),
        ("Capture", instance.capture_id),
        ("Received", minute(receipt.received_at, site) if receipt else None),
        ("Safe in the record", minute(instance.stored_at, site)),
        (
            "Unchanged since then",
            "Yes: the digest was counted again for this page"
            if counted
            else "Its size is the same; count the digest with imaging-hub verify",
        ),
    )
    return tuple((label, value) for label, value in facts if value)
