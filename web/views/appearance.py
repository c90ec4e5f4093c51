"""Light or dark: the person's choice, which the browser keeps."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response

from capture_api.auth import allowed
from hub import access
from hub.model import Practitioner
from web.login import local_path
from web.templating import THEMES

bp = Blueprint("appearance", __name__)

_A_YEAR = 365 * 24 * 3600


@bp.post("/appearance")
@allowed(access.signed_in)
def choose(by: Practitioner) -> Response:
    """Keep the choice and go back to where the person was."""
    chosen = request.form.get("theme", "auto")
    response = redirect(local_path(request.form.get("next", "/")), 303)
    response.set_cookie(
        current_app.config["THEME_COOKIE_NAME"],
        chosen if chosen in THEMES else "auto",
        max_age=_A_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response
