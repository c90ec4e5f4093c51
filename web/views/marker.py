"""The scale marker to print; there is nothing about anybody in it."""

from __future__ import annotations

from flask import Blueprint, Response

from capture_api.auth import public
from web.marker_sheet import marker_sheet

bp = Blueprint("marker", __name__)


@bp.get("/marker.pdf")
@public
def sheet() -> Response:
    """Return the sheet with the marker."""
    return Response(marker_sheet(), mimetype="application/pdf")
