"""The fidelity report as a page: made of the stored object, its digest counted again."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from hub.dicom.payload import payload_sha256
from hub.fidelity import Rows, report_of, sections
from hub.fidelity_page import INTRODUCTION
from hub.model import Practitioner
from hub.reading import Reading


@dataclass(frozen=True)
class ReportView:
    """One report, and the way back."""

    introduction: str
    sections: tuple[tuple[str, Rows], ...]
    study_url: str


def report_view(reading: Reading, sop_instance_uid: str, by: Practitioner) -> ReportView:
    """Make the report of an instance. Raises NotFound, ObjectDamaged, AuditUnavailable."""
    named = reading.instance(sop_instance_uid, by)
    uids = (named.study_instance_uid, named.series_instance_uid, sop_instance_uid)
    (instance,) = reading.instances(*uids, by, via="report")
    flags = reading.flags([instance])[sop_instance_uid]
    with reading.open(instance, by) as file:
        report = report_of(instance, payload_sha256(file), flags=flags)
    study, image = instance.study_instance_uid, sop_instance_uid
    return ReportView(
        introduction=INTRODUCTION,
        sections=sections(report),
        study_url=url_for("study.show_study", study_instance_uid=study, image=image),
    )
