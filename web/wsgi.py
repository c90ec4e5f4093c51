"""The Flask application: `create_app(hub, search)` composes it, and nothing else does."""

from __future__ import annotations

import hashlib
import hmac
from importlib import import_module
from urllib.parse import urlsplit

from flask import Flask

from capture_api.auth import public
from hub.bootstrap import Hub
from hub.dicom.uids import site_secret
from hub.settings import Settings
from search.service import Search

from . import errors, headers, login, request_checks
from .templating import add_filters

BLUEPRINTS = (
    "capture_api.captures",
    "capture_api.worklist",
    "capture_api.stow",
    "web.login",
    "web.views.home",
    "web.views.study",
    "web.views.preparing",
    "web.views.patient",
    "web.views.worklist",
    "web.views.images",
    "web.views.report",
    "web.views.appearance",
    "web.views.marker",
    "web.link",
    "web.dicomweb.qido",
    "web.dicomweb.wado",
    "web.dicomweb.rendered",
    "web.fhir.views",
    "web.pwa",
    "web.health",
)
"""Every module with a `bp`. A new page is one new module and one line here."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


def create_app(
    hub: Hub, search: Search, *, testing: bool = False, blueprints: tuple[str, ...] = BLUEPRINTS
) -> Flask:
    """Return the application over a composed hub.

    Hooks run in the order they are named here: a request of another host or site is
    refused before anybody is asked who they are.
    """
    app = Flask("web", static_folder="static", template_folder="templates")
    app.config.from_mapping(_config(hub.settings), TESTING=testing)
    app.secret_key = _secret_key(hub.settings)
    app.extensions["hub"] = hub
    app.extensions["search"] = search
    headers.init_app(app)
    login.init_app(app)
    request_checks.init_app(app)
    errors.init_app(app)
    add_filters(app)
    for name in blueprints:
        app.register_blueprint(import_module(name).bp)
    public(app.view_functions["static"])
    return app


def _config(settings: Settings) -> dict[str, object]:
    secure = not on_plain_loopback(settings)
    return {
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "THEME_COOKIE_NAME": "__Host-theme" if secure else "theme",
        "MAX_CONTENT_LENGTH": settings.max_post_bytes,
        "MAX_FORM_PARTS": 100,
        "HUB_HOSTS": _hosts(settings),
        "WTF_CSRF_CHECK_DEFAULT": False,
        # The token lives exactly as long as the session it is bound to.
        "WTF_CSRF_TIME_LIMIT": None,
        # Pages say Referrer-Policy no-referrer; the Origin check stands in for the Referer.
        "WTF_CSRF_SSL_STRICT": False,
    }


def _secret_key(settings: Settings) -> bytes:
    """Derive the cookie key, so that several processes of one site agree."""
    return hmac.new(site_secret(settings), b"web session cookie", hashlib.sha256).digest()


def _hosts(settings: Settings) -> frozenset[str]:
    further = (name.strip().lower() for name in settings.allowed_hosts.split(","))
    public_host = urlsplit(settings.public_url).hostname or ""
    return frozenset(filter(None, (*LOOPBACK, public_host, *further)))


def on_plain_loopback(settings: Settings) -> bool:
    """Whether the hub is only reached as http on this machine, where cookies cannot be Secure."""
    url = urlsplit(settings.public_url)
    return url.scheme == "http" and url.hostname in LOOPBACK
