"""A study's page: who, the images, what is known about them, what happened."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.model import Practitioner
from web.preparing import preparing
from web.study_view import study_view
from web.templating import here

bp = Blueprint("study", __name__)


@bp.get("/studies/<study_instance_uid>")
@allowed(access.may_read)
def show_study(study_instance_uid: str, by: Practitioner) -> str:
    """Show one study; `image` says which picture comes first, by number or SOP Instance UID."""
    reading = current_hub().reading
    study, conversions = reading.study_page(study_instance_uid, by)
    image = request.args.get("image", "")
    return render_template(
        "study.html",
        study=study_view(study, image, here(), reading.flags(study.instances)),
        preparing=preparing(study_instance_uid, conversions),
    )
