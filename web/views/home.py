"""Search: one box, pictures or a table, facets; and the same as JSON for programs."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.errors import InvalidRequest, SearchUnavailable
from hub.model import Practitioner
from search.facets import HEADINGS
from search.service import Search
from web.errors import asked_by_program, on_hub_error
from web.kept_words import keep, words_of
from web.search_json import page_json
from web.search_view import Asked, Found, found
from web.templating import here

bp = Blueprint("home", __name__)

PAGE = 48
_MOST = 200
_OTHER_SESSION = "These words were typed in another session. Please type them again."


@bp.get("/")
@allowed(access.may_search)
def home(by: Practitioner) -> ResponseReturnValue:
    """Show what was found, or the newest studies; words never stay in the URL."""
    if "q" in request.args and current_user.session_id:
        return redirect(_asked(keep(request.args["q"])).url(), 303)
    asked = _asked(request.args.get("s", ""))
    text = request.args.get("q") or words_of(asked.kept)
    lost = _OTHER_SESSION if asked.kept and text is None else ""
    return render_template("search.html", found=_found(asked, text or "", by), lost=lost)


@bp.post("/search")
@allowed(access.may_search)
def search_words(by: Practitioner) -> Response:
    """Keep the words and lead to a URL that names them by an opaque id."""
    asked = Asked(keep(request.form.get("q", "")), table=request.form.get("view") == "table")
    return redirect(asked.url(), 303)


@bp.get("/api/v1/search")
@allowed(access.may_search)
def search_json(by: Practitioner) -> ResponseReturnValue:
    """Answer one page of ids with how the words were read (DESIGN section 4)."""
    text = request.args.get("q", "")
    filters = _filters()
    page = _search().find(
        text, by, limit=_limit(), cursor=request.args.get("cursor", ""), filters=filters
    )
    current_hub().reading.studies((), by, query={"q": text, "filters": filters, "via": "api"})
    return jsonify(page_json(page))


@bp.errorhandler(SearchUnavailable)
def search_is_down(error: SearchUnavailable) -> ResponseReturnValue:
    """Keep the page with its box when the engine does not answer."""
    if asked_by_program():
        return on_hub_error(error)
    text = words_of(request.args.get("s", "")) or ""
    shown = Found(text, "Search is down", messages=(error.message,), degraded=True)
    return render_template("search.html", found=shown), 503, {"Retry-After": "5"}


def _found(asked: Asked, text: str, by: Practitioner) -> Found:
    """Find ids, then load their records through the one door that audits (D7)."""
    filters = dict(asked.filters)
    page = _search().find(text, by, limit=PAGE, cursor=asked.cursor, filters=filters)
    uids = [item.study_instance_uid for item in page.items]
    studies = current_hub().reading.studies(uids, by, query={"q": text, "filters": filters})
    return found(page, studies, asked, text, here())


def _search() -> Search:
    return cast(Search, current_app.extensions["search"])


def _asked(kept: str) -> Asked:
    args = request.args
    return Asked(kept, _filters(), args.get("cursor", ""), args.get("view") == "table")


def _filters() -> dict[str, list[str]]:
    return {name: values for name, values in request.args.lists() if name in HEADINGS}


def _limit() -> int:
    text = request.args.get("limit", "50")
    if not text.isdecimal() or not int(text[:9]) > 0:
        raise InvalidRequest("limit must be a number above 0.")
    return min(int(text[:9]), _MOST)
