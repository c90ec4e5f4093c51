"""A patient's page: all studies on one timeline, photos and radiology side by side."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.model import Practitioner, Study
from web.present import banner, timeline
from web.templating import here

bp = Blueprint("patient", __name__)


@bp.get("/patients/<patient_key>")
@allowed(access.may_read)
def show_patient(patient_key: str, by: Practitioner) -> str:
    """Show the timeline; `study` names the studies that a link asked for, else all are shown."""
    patient, studies = current_hub().reading.patient(patient_key, by)
    chosen = _asked_for(studies, request.args.get("study", ""))
    return render_template(
        "patient.html",
        patient=banner(patient, here()),
        days=timeline(chosen, here()),
        number=len(chosen),
        hidden=len(studies) - len(chosen),
    )


def _asked_for(studies: tuple[Study, ...], uids: str) -> tuple[Study, ...]:
    if not uids:
        return studies
    asked = set(uids.split(","))
    return tuple(study for study in studies if study.study_instance_uid in asked)
