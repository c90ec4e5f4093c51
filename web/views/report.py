"""The fidelity report of a stored instance, made again from the object itself."""

from __future__ import annotations

from flask import Blueprint, render_template

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.dicom.payload import payload_sha256
from hub.fidelity import report_of, sections
from hub.fidelity_page import INTRODUCTION
from hub.model import Practitioner

bp = Blueprint("report", __name__, url_prefix="/images")


@bp.get("/<sop_instance_uid>/report")
@allowed(access.may_read)
def show_report(sop_instance_uid: str, by: Practitioner) -> str:
    """Show what was kept of the source, what was changed and why."""
    reading = current_hub().reading
    named = reading.instance(sop_instance_uid, by)
    uids = (named.study_instance_uid, named.series_instance_uid, sop_instance_uid)
    (instance,) = reading.instances(*uids, by, via="report")
    with reading.open(instance, by) as file:
        report = report_of(instance, payload_sha256(file))
    return render_template(
        "report.html",
        sections=sections(report),
        introduction=INTRODUCTION,
        study_instance_uid=instance.study_instance_uid,
    )
