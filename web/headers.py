"""Security headers of every answer, errors included (OWASP ASVS 5.0, chapter 3.4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request

from capture_api.current import current_hub

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
OBJECT_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For stored objects: nothing in them may run, whatever they turn out to be."""

_SHELL = ("/static/", "/m/")
"""Paths that never carry PHI, so that browsers may keep them."""

_NO_FEATURES = "microphone=(), geolocation=(), payment=(), usb=()"


def init_app(app: Flask) -> None:
    """Add the headers after every request; an error page is a response like any other."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set what the browser must not do with this answer."""
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = f"camera=({_camera()}), {_NO_FEATURES}"
    headers.setdefault("Content-Security-Policy", _policy(response))
    response.vary.update(("Cookie", "Authorization"))
    if not request.path.startswith(_SHELL) or response.status_code >= 400:
        headers["Cache-Control"] = "no-store"
    if urlsplit(current_hub().settings.public_url).scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response


def _camera() -> str:
    return "self" if request.path.startswith("/m/") else ""


def _policy(response: Response) -> str:
    """Return the sandbox for anything that is neither a page nor part of one.

    A worker obeys the policy its own script came with, so scripts get the page's.
    """
    if request.path.startswith(_SHELL) or response.mimetype == "text/html":
        return PAGE_POLICY
    return OBJECT_POLICY
