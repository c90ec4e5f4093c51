"""The worklist at the desk: who is here, what was ordered, and a way onto the phone."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.model import Practitioner
from hub.store.ports import WorklistQuery
from hub.terminology import departments
from web.kept_words import keep, words_of
from web.present import worklist_row
from web.templating import here

bp = Blueprint("worklist_page", __name__, url_prefix="/worklist")

STATUSES = (("open", "Open"), ("closed", "Ended"), ("all", "All"))


@bp.get("")
@allowed(access.may_see_worklist)
def show_worklist(by: Practitioner) -> str:
    """Show one page of encounters, newest first."""
    query = _query()
    hub = current_hub()
    page = hub.worklist.page(query, by)
    return render_template(
        "worklist.html",
        rows=[worklist_row(e, here(), can_capture=access.may_capture(by)) for e in page.items],
        query=query,
        next=page.next,
        kept=request.args.get("s", ""),
        departments=departments().all(),
        statuses=STATUSES,
    )


@bp.post("")
@allowed(access.may_see_worklist)
def find_encounters(by: Practitioner) -> Response:
    """Keep the words, which may be a name, and lead to a URL without them."""
    chosen = {name: request.form.get(name, "") for name in ("status", "department")}
    given = {name: value for name, value in chosen.items() if value}
    kept = keep(request.form.get("q", ""))
    return redirect(url_for(".show_worklist", **given, **({"s": kept} if kept else {})), 303)


def _query() -> WorklistQuery:
    args = request.args
    status = args.get("status", "open")
    return WorklistQuery(
        status=status if status in dict(STATUSES) else "open",
        department=args.get("department", ""),
        q=words_of(args.get("s", "")) or "",
        cursor=args.get("cursor", ""),
    )
