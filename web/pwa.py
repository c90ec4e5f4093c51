"""The phone's app at `/m/`: the files that `make pwa` builds from `mobile_pwa`.

They hold no PHI and say nothing of anybody, so everybody may have them; what the app
shows it asks of `/api/v1` under the person's own session.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, send_from_directory

from capture_api.auth import public

bp = Blueprint("pwa", __name__, url_prefix="/m")

BUILT = Path(__file__).with_name("pwa")
"""The build's output; not in the repository."""

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""Stated here, because the machine's own table differs from machine to machine."""

_NOT_BUILT = "The phone app is not built on this hub. Run `make pwa`, then load this page again.\n"
_YEAR = 365 * 24 * 3600


@bp.get("/")
@public
def index() -> Response:
    """Answer the app's one page; every screen of it lives behind the `#`."""
    if not (BUILT / "index.html").is_file():
        return Response(_NOT_BUILT, 503, mimetype="text/plain")
    return _sent("index.html", "text/html")


@bp.get("/<path:name>")
@public
def file(name: str) -> Response:
    """Answer one file of the build; a kind that no build makes is not there."""
    kind = _TYPES.get(Path(name).suffix)
    if kind is None:
        abort(404)
    return _sent(name, kind)


def _sent(name: str, kind: str) -> Response:
    """Send a file: kept for good only when its name carries the digest of its content.

    The page, the service worker and the manifest are asked for anew each time, so that
    a phone never runs yesterday's app against today's hub.
    """
    response = send_from_directory(BUILT, name, mimetype=kind)
    response.cache_control.clear()
    if name.startswith("assets/"):
        response.cache_control.public = True
        response.cache_control.max_age = _YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    return response
