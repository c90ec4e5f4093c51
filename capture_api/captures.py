"""Captures: POST one, or read its receipt again."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from hub import access
from hub.errors import InvalidRequest, NotFound
from hub.model import Conversion, Practitioner, Receipt

from .auth import allowed
from .current import current_hub
from .parsing import capture_from, read_json
from .receiving import Reception

bp = Blueprint("captures", __name__, url_prefix="/api/v1")


@bp.post("/encounters/<path:encounter_id>/captures")
@allowed(access.may_capture)
def post_capture(encounter_id: str, by: Practitioner) -> ResponseReturnValue:
    """Take one capture; 201 with its receipt, 200 with the same one when repeated."""
    hub = current_hub()
    with Reception(hub.objects, hub.settings.max_post_bytes) as reception:
        received = reception.read(request)
        capture = capture_from(
            read_json(received.description), received.file, encounter_id=encounter_id
        )
        _require_identity(capture.capture_id, capture.captured_at)
        receipt, is_new = hub.ingest.capture(capture, by, addressed_to=encounter_id)
    return jsonify(receipt_json(receipt)), 201 if is_new else 200


@bp.get("/captures/<uuid:capture_id>")
@allowed(access.may_capture)
def get_capture(capture_id: uuid.UUID, by: Practitioner) -> ResponseReturnValue:
    """Answer the receipt of a stored capture; the phone asks after a lost reply.

    Of a video that is coded again it also says how far that is.
    """
    hub = current_hub()
    stored = hub.catalog.capture(str(capture_id))
    if stored is None:
        raise NotFound
    conversion = hub.conversions.of_capture(str(capture_id))
    return jsonify(receipt_json(stored.receipt) | conversion_json(conversion))


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return the receipt as in DESIGN section 4."""
    return {
        "captureId": receipt.capture_id,
        "studyInstanceUID": receipt.study_instance_uid,
        "seriesInstanceUID": receipt.series_instance_uid,
        "sopInstanceUID": receipt.sop_instance_uid,
        "sha256": receipt.sha256,
        "size": receipt.size,
        "receivedAt": receipt.received_at.isoformat(),
        "url": f"/studies/{receipt.study_instance_uid}",
    }


def conversion_json(conversion: Conversion | None) -> dict[str, Any]:
    """Return how far a conversion is; nothing where there is none."""
    if conversion is None:
        return {}
    return {"conversion": {"state": conversion.state, "percent": conversion.percent}}


def _require_identity(capture_id: str, captured_at: object) -> None:
    """Refuse a capture that could not be told from its repetition."""
    if not capture_id:
        raise InvalidRequest("captureId is missing.")
    if captured_at is None:
        raise InvalidRequest("capturedAt is missing.")
