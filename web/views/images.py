"""Pictures for pages: a frame rendered by the hub, or its thumbnail; and stored files."""

from __future__ import annotations

from flask import Blueprint, Response

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.dicom.bulk import encapsulated_pdf
from hub.model import Practitioner
from web.playing import played

bp = Blueprint("images", __name__, url_prefix="/images")


@bp.get("/<sop_instance_uid>/rendered")
@allowed(access.may_read)
def rendered(sop_instance_uid: str, by: Practitioner) -> Response:
    """Answer the first frame as JPEG in full size."""
    reading = current_hub().reading
    return _jpeg(reading.rendered(reading.instance(sop_instance_uid, by), by))


@bp.get("/<sop_instance_uid>/thumbnail")
@allowed(access.may_read)
def thumbnail(sop_instance_uid: str, by: Practitioner) -> Response:
    """Answer a small JPEG."""
    reading = current_hub().reading
    return _jpeg(reading.thumbnail(reading.instance(sop_instance_uid, by), by, size=384))


@bp.get("/<sop_instance_uid>/video")
@allowed(access.may_read)
def video(sop_instance_uid: str, by: Practitioner) -> Response:
    """Answer the video or the range of it that a player asks for."""
    reading = current_hub().reading
    return played(reading.video(reading.instance(sop_instance_uid, by), by))


@bp.get("/<sop_instance_uid>/document")
@allowed(access.may_read)
def document(sop_instance_uid: str, by: Practitioner) -> Response:
    """Answer a PDF to be kept and opened outside of the browser (ADR 0010)."""
    reading = current_hub().reading
    with reading.document(reading.instance(sop_instance_uid, by), by) as file:
        response = Response(encapsulated_pdf(file), mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="document.pdf"'
    return response


def _jpeg(content: bytes) -> Response:
    # The type is fixed because the hub made the bytes; a browser has nothing to guess.
    response = Response(content, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = "inline"
    return response
