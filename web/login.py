"""Signing in and out: a person by a session kept on the server, a machine by a bearer token.

The only module that knows `current_user` beside `capture_api.auth`; everything below gets
a Practitioner called `by`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as WerkzeugResponse

from capture_api.auth import allowed, public
from capture_api.current import current_hub
from capture_api.problems import status_of
from hub import access
from hub.errors import HubError, NotFound, SignInRefused, TooManyAttempts
from hub.model import AuditEvent, Practitioner
from hub.store.ports import Account

bp = Blueprint("login", __name__)
manager = LoginManager()
# Phones change networks in the middle of a ward round; the session id is the proof.
manager.session_protection = None

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_KEPT_PATHS = 3
_LONGEST_PATH = 1000


@dataclass(frozen=True, eq=False)
class Visitor(UserMixin):
    """The signed-in person or machine of this request, as flask-login wants it."""

    practitioner: Practitioner
    session_id: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    def get_id(self) -> str:
        """The server-side session's secret id: what the cookie carries."""
        return self.session_id


def init_app(app: Flask) -> None:
    """Tell flask-login how people and machines are known."""
    manager.init_app(app)
    app.context_processor(lambda: {"visitor": _visitor(), "may": access})


@manager.user_loader
def visitor_of_session(session_id: str) -> Visitor | None:
    """Return who holds this session; nobody when a bearer token speaks instead."""
    if bears_token(request):
        return None
    found = current_hub().accounts.session(session_id)
    return found and Visitor(_practitioner(*found), session_id, found[1])


@manager.request_loader
def visitor_of_token(request: Request) -> Visitor | None:
    """Return the machine or person that this bearer token stands for."""
    if not bears_token(request):
        return None
    token = request.headers["Authorization"].split(" ", 1)[1].strip()
    account = current_hub().accounts.by_token(token)
    return account and Visitor(_practitioner(account, {}))


def bears_token(request: Request) -> bool:
    """Whether the request speaks by a bearer token, which no other site can make a browser send."""
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def _practitioner(account: Account, data: Mapping[str, str]) -> Practitioner:
    return Practitioner(
        id=account.user,
        name=account.name,
        role=account.role,
        issuer=account.practitioner_issuer,
        machine=account.machine,
        named_studies=frozenset(data.get("named_studies", "").split()),
    )


def _visitor() -> Practitioner | None:
    return current_user.practitioner if current_user.is_authenticated else None


@bp.get("/login")
@public
def login_page() -> str:
    """Show the sign-in form."""
    return _form()


@bp.post("/login")
@public
def sign_in() -> WerkzeugResponse:
    """Open a new session; the one before, if any, is worth nothing any more."""
    account = current_hub().accounts.sign_in(
        request.form.get("username", ""), request.form.get("password", "")
    )
    _begin_session(account)
    return redirect(local_path(request.form.get("next", "")), 303)


@bp.errorhandler(SignInRefused)
@bp.errorhandler(TooManyAttempts)
def sign_in_refused(error: HubError) -> tuple[str, int, dict[str, str]]:
    """Show the form again with what went wrong; the name stays, the password does not."""
    # What was typed may be a password in the wrong field: only a known account is named.
    known = current_hub().accounts.get(request.form.get("username", ""))
    _audit("sign-in", by=known.user if known else "", outcome="refused")
    status = status_of(error)
    return _form(error.message), status, {"Retry-After": "300"} if status == 429 else {}


@bp.get("/login/resume/<key>")
@allowed(access.signed_in)
def resume(key: str, by: Practitioner) -> WerkzeugResponse:
    """Go on to what was asked for before signing in."""
    path = session.get("set_aside", {}).get(key)
    if path is None:
        raise NotFound
    return redirect(path, 303)


@bp.post("/logout")
@allowed(access.signed_in)
def sign_out(by: Practitioner) -> WerkzeugResponse:
    """End the session on the server and have the browser forget everything."""
    current_hub().accounts.close_session(current_user.session_id)
    _audit("sign-out", by=by.id, role=by.role)
    session.clear()
    response: WerkzeugResponse = redirect(url_for("login.login_page"), 303)
    if request.accept_mimetypes["application/json"] > request.accept_mimetypes["text/html"]:
        response = Response(status=204)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@bp.get("/api/v1/session")
@allowed(access.signed_in)
def session_facts(by: Practitioner) -> Response:
    """Tell the phone who is signed in, and give it the token its writes need."""
    return jsonify(user=by.id, name=by.name, role=by.role, csrfToken=generate_csrf())


def set_aside(path: str) -> str:
    """Keep `path` in the cookie until after sign-in; return a path to it without PHI.

    What the EHR or a person put into a query string must not wander into `next=`.
    """
    key = secrets.token_urlsafe(9)
    kept = list(session.get("set_aside", {}).items())[1 - _KEPT_PATHS :]
    session["set_aside"] = dict([*kept, (key, path[:_LONGEST_PATH])])
    return url_for("login.resume", key=key)


def local_path(text: str) -> str:
    """Return `text` if it is a path on this server, else the front page."""
    return text if _LOCAL_PATH.fullmatch(text) else "/"


def remember(**facts: str) -> None:
    """Add facts to the server's side of this session; a machine has none and keeps nothing."""
    if current_user.session_id:
        data = {**current_user.data, **facts}
        current_hub().accounts.put_session(current_user.session_id, data)


def _begin_session(account: Account) -> None:
    kept = session.get("set_aside", {})
    if current_user.is_authenticated and current_user.session_id:
        current_hub().accounts.close_session(current_user.session_id)
    session.clear()
    session_id = current_hub().accounts.open_session(account.user)
    session["set_aside"] = kept
    login_user(Visitor(_practitioner(account, {}), session_id))
    _audit("sign-in", by=account.user, role=account.role)


def _form(problem: str = "") -> str:
    return render_template(
        "login.html",
        problem=problem,
        username=request.form.get("username", ""),
        next=local_path(request.values.get("next", "")),
    )


def _audit(action: str, **facts: str) -> None:
    current_hub().catalog.audit(AuditEvent(action, **facts))
