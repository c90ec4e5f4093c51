"""How far the videos of a study are, for its page to ask again."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.model import Practitioner

bp = Blueprint("preparing", __name__)


@bp.get("/studies/<study_instance_uid>/conversions")
@allowed(access.may_read)
def how_far(study_instance_uid: str, by: Practitioner) -> ResponseReturnValue:
    """Answer state and percentage of each video that was or is being coded again."""
    found = current_hub().reading.conversions(study_instance_uid, by)
    items = [{"captureId": c.capture_id, "state": c.state, "percent": c.percent} for c in found]
    return jsonify(items=items)
