"""Failures as people and programs see them: problem+json for programs, a page for people.

A page says what happened, that nothing was lost, and the one next step.
"""

from __future__ import annotations

import traceback
import uuid

from flask import Flask, Response, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as WerkzeugResponse

from capture_api.problems import problem, problem_of, status_of
from hub.errors import BodyTooLarge, HubError, NotFound, NotSignedIn

from .login import set_aside

_PROGRAMS = ("/api/", "/dicom-web", "/fhir", "/images/", "/metrics", "/healthz", "/readyz")

_NEXT_STEPS = {
    403: "If you need this for your work, ask your records department for another role.",
    404: "Search for the patient or the study instead.",
    413: "Send a smaller file, or ask your records department to load it.",
    429: "Wait a few minutes, then try again.",
    503: "Wait a moment, then load the page again.",
}


_OPAQUE_ARGUMENTS = frozenset({"requestType", "studyUID", "s", "image", "study", "view"})


def init_app(app: Flask) -> None:
    """Register one handler per family; the last one catches what nobody foresaw."""
    app.register_error_handler(HubError, on_hub_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_unforeseen)


def on_hub_error(error: HubError) -> WerkzeugResponse:
    """Answer a refusal; a person who is not signed in is led to the sign-in page and back."""
    if asked_by_program():
        return problem_of(error)
    if isinstance(error, NotSignedIn):
        return redirect(url_for("login.login_page", next=_return_to()), 303)
    return page(error.message, status_of(error))


def on_http_error(error: HTTPException) -> WerkzeugResponse:
    """Answer what the framework refuses, in the hub's own words."""
    if isinstance(error, RequestEntityTooLarge):
        return on_hub_error(BodyTooLarge())
    if error.code == 404:
        return on_hub_error(NotFound())
    status = error.code or 500
    if status < 400:
        return error.get_response()
    message = f"{error.name}."
    response = (
        problem(error.name.lower().replace(" ", "-"), message, status)
        if asked_by_program()
        else page(message, status)
    )
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def on_unforeseen(error: Exception) -> WerkzeugResponse:
    """Log once, without the message of the exception, which may quote a patient's data."""
    request_id = str(uuid.uuid4())
    frames = "".join(traceback.format_tb(error.__traceback__))
    current_app.logger.error(
        "request %s at %s failed: %s\n%s",
        request_id,
        request.endpoint,
        type(error).__name__,
        frames,
    )
    if asked_by_program():
        return problem(HubError.code, HubError.message, 500)
    return page(HubError.message, 500, request_id)


def page(message: str, status: int, request_id: str = "") -> Response:
    """Return the error page; it works even where no URL can be built."""
    html = render_template(
        "error.html",
        message=message,
        next_step=_NEXT_STEPS.get(status, ""),
        request_id=request_id,
        status=status,
    )
    response = Response(html, status, mimetype="text/html")
    if status in (429, 503):
        response.headers["Retry-After"] = "300" if status == 429 else "5"
    return response


def asked_by_program() -> bool:
    """Whether the answer goes to a program: by path, or because it prefers JSON to HTML."""
    if request.path.startswith(_PROGRAMS):
        return True
    accept = request.accept_mimetypes
    return accept["application/json"] > accept["text/html"]


def _return_to() -> str | None:
    """Where to go on after sign-in; only what was merely looked at can be looked at again.

    UIDs and opaque ids may stay in the URL; anything else in a query string may be PHI.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    path = request.full_path.removesuffix("?")
    if set(request.args) <= _OPAQUE_ARGUMENTS:
        return path
    return set_aside(path)
