"""The one accessor of the running hub."""

from __future__ import annotations

from typing import cast

from flask import current_app

from hub.bootstrap import Hub


def current_hub() -> Hub:
    """Return the Hub this Flask application was made with."""
    return cast(Hub, current_app.extensions["hub"])
