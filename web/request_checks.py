"""What is refused before anybody is asked who they are: other hosts, other sites, odd bodies.

Order matters: Host first, because everything after may build a URL from it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect

from capture_api.current import current_hub
from hub.errors import ForeignRequest, NotSignedIn, UnknownHost, UnsupportedEncoding

from .login import bears_token

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 64 * 1024
"""Of a page's form, in bytes; it is read into memory as a whole."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class HeaderFirstCSRFProtect(CSRFProtect):
    """Looks for the token in X-CSRFToken first, so that a large upload is not read for it."""

    def _get_csrf_token(self) -> str | None:
        for name in current_app.config["WTF_CSRF_HEADERS"]:
            if request.headers.get(name):
                return request.headers[name]
        if request.mimetype == FORM:
            return request.form.get(current_app.config["WTF_CSRF_FIELD_NAME"])
        return None


csrf = HeaderFirstCSRFProtect()


def init_app(app: Flask) -> None:
    """Run the checks before each request, in this order."""
    csrf.init_app(app)
    for check in (check_host, check_encoding, limit_forms, check_origin, check_token):
        app.before_request(check)


def check_host() -> None:
    """Refuse a Host that is not ours: it would end up in links and caches."""
    if (urlsplit(f"//{request.host}").hostname or "") not in current_app.config["HUB_HOSTS"]:
        raise UnknownHost


def check_encoding() -> None:
    """Refuse compressed bodies, whose size cannot be known before they are opened."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedEncoding


def limit_forms() -> None:
    """Bound forms far below uploads: anybody may send one to the sign-in page."""
    if request.mimetype == FORM:
        request.max_content_length = LARGEST_FORM


def check_origin() -> None:
    """Refuse unsafe requests that a page of another site made.

    Browsers send `Origin: null` from our own forms because of Referrer-Policy
    no-referrer (Fetch, "append a request Origin header"); Sec-Fetch-Site, which no
    page can set, tells those from sandboxed frames of others.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("cross-site", "same-site"):
        raise ForeignRequest
    if origin == "null" and site != "same-origin":
        raise ForeignRequest
    if origin not in (None, "null") and urlsplit(origin).netloc not in _our_origins():
        raise ForeignRequest


def _our_origins() -> tuple[str, str]:
    """Return the Host as asked, and the public one: a proxy may have asked under another."""
    return request.host, urlsplit(current_hub().settings.public_url).netloc


def check_token() -> None:
    """Ask cookie sessions and public forms for the CSRF token; bearer tokens are proof enough."""
    if request.method in SAFE_METHODS or request.endpoint is None or bears_token(request):
        return
    view = current_app.view_functions[request.endpoint]
    if not current_user.is_authenticated and getattr(view, "access_rule", "") != "public":
        raise NotSignedIn
    try:
        csrf.protect()
    except CSRFError as exc:
        raise ForeignRequest from exc
