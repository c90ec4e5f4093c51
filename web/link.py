"""Image links as an EHR calls them: IHE Invoke Image Display (RAD TF-2, RAD-106).

The URL is never an authorisation: who follows it signs in first, and what it opens is
written to the audit log. For the role ehr_viewer it also bounds what the session may see.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.errors import InvalidRequest, NotFound
from hub.model import Practitioner, Role, Study

from .invocation import PatientInvocation, StudyInvocation, invocation_from
from .login import remember

bp = Blueprint("link", __name__)

_MOST_NAMED = 500


@bp.get("/IHEInvokeImageDisplay")
@allowed(access.may_open_links)
def invoke_image_display(by: Practitioner) -> Response:
    """Lead to the study, or to the patient's page with the studies that were asked for."""
    asked = invocation_from(request.args)
    if isinstance(asked, StudyInvocation):
        return _open_studies(asked, by)
    return _open_patient(asked, by)


def _open_studies(asked: StudyInvocation, by: Practitioner) -> Response:
    catalog = current_hub().catalog
    uids = asked.study_instance_uids or tuple(
        uid for number in asked.accession_numbers for uid in catalog.studies_with_accession(number)
    )
    known = catalog.studies(uids)
    if not known:
        raise NotFound
    by = _named(known, by)
    shown = [current_hub().reading.study(s.study_instance_uid, by, via="iid") for s in known]
    if len(shown) == 1:
        return _to_study(shown[0])
    if len({study.patient_key for study in shown}) > 1:
        raise InvalidRequest(
            "These studies belong to different patients. Please open them one at a time."
        )
    return _to_patient(shown[0].patient_key, shown)


def _open_patient(asked: PatientInvocation, by: Practitioner) -> Response:
    catalog = current_hub().catalog
    keys = catalog.patients_with_id(asked.patient_id, asked.issuer)
    if not keys:
        raise NotFound
    if len(keys) > 1:
        raise InvalidRequest(
            "Two hospitals know different patients by this id. The link must name the authority."
        )
    every = catalog.studies_of_patient(keys[0])
    chosen = asked.narrow(every)
    by = _named(chosen, by)
    query = {"via": "iid", "patientKey": keys[0]}
    shown = current_hub().reading.studies(
        [study.study_instance_uid for study in chosen], by, query=query
    )
    return _to_patient(keys[0], shown if len(shown) < len(every) else ())


def _named(studies: tuple[Study, ...] | list[Study], by: Practitioner) -> Practitioner:
    """Let an ehr_viewer's session see these studies, and only what links have named."""
    if by.role is not Role.EHR_VIEWER:
        return by
    before = current_user.data.get("named_studies", "").split()
    named = dict.fromkeys([*before, *(s.study_instance_uid for s in studies)])
    kept = list(named)[-_MOST_NAMED:]
    remember(named_studies=" ".join(kept))
    return replace(by, named_studies=frozenset(kept))


def _to_study(study: Study) -> Response:
    return redirect(url_for("study.show_study", study_instance_uid=study.study_instance_uid), 303)


def _to_patient(patient_key: str, studies: tuple[Study, ...] | list[Study]) -> Response:
    only = ",".join(study.study_instance_uid for study in studies) or None
    return redirect(url_for("patient.show_patient", patient_key=patient_key, study=only), 303)
