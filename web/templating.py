"""What templates can call beside their values: clinical dates, icons' address, asset versions."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

from flask import Flask, current_app, request, url_for

from capture_api.current import current_hub

from . import words
from .present import Site

_STATIC = Path(__file__).parent / "static"
THEMES = ("auto", "light", "dark")


def add_filters(app: Flask) -> None:
    """Register filters and globals."""
    app.jinja_env.filters.update(
        clinical_date=words.clinical_date,
        clinical_time=words.clinical_time,
        long_date=words.long_date,
        name_of=words.name_of,
        role=words.role,
    )
    app.jinja_env.tests["moment"] = lambda value: isinstance(value, datetime)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["asset"] = asset
    app.context_processor(
        lambda: {"institution": current_hub().settings.institution, "theme": theme()}
    )


def asset(name: str) -> str:
    """Return the URL of a static file, with its digest, so that an upgrade is seen at once."""
    return url_for("static", filename=name, v=_digest(name))


def theme() -> str:
    """Return the person's choice of light or dark, which the browser keeps."""
    chosen = request.cookies.get(current_app.config["THEME_COOKIE_NAME"], "")
    return chosen if chosen in THEMES else "auto"


def here() -> Site:
    """Return the site's zone and its today."""
    zone = current_hub().settings.zone
    return Site(zone, datetime.now(zone).date())


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
