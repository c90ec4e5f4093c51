"""The fidelity report of a stored instance, made again from the object itself."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.model import Practitioner
from web.report_view import report_view
from web.templating import here

bp = Blueprint("report", __name__, url_prefix="/images")


@bp.get("/<sop_instance_uid>/report")
@allowed(access.may_read)
def show_report(sop_instance_uid: str, by: Practitioner) -> str:
    """Show what was kept of the source, what was changed and why."""
    hub = current_hub()
    now = datetime.now(hub.settings.zone)
    view = report_view(hub.reading, sop_instance_uid, by, here(), now)
    return render_template("report.html", report=view)
