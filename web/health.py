"""Whether the hub lives and is ready, for the machines that watch it; figures for admins."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from capture_api.auth import allowed, public
from capture_api.current import current_hub
from hub import access
from hub.errors import StoreUnavailable
from hub.model import Practitioner

bp = Blueprint("health", __name__)

_answers: Counter[str] = Counter()


@bp.after_app_request
def count(response: Response) -> Response:
    """Count the answers of this process by their class."""
    _answers[f"{response.status_code // 100}xx"] += 1
    return response


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer as long as the process can."""
    return jsonify(status="alive")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer 200 when the catalog answers. A search engine that is down only degrades search."""
    current_hub().catalog.feed_after(0, 1)
    return jsonify(status="ready")


@bp.errorhandler(StoreUnavailable)
def not_ready(error: StoreUnavailable) -> ResponseReturnValue:
    """Say no without details: anybody may ask."""
    return jsonify(status="not ready"), 503, {"Retry-After": "5"}


@bp.get("/metrics")
@allowed(access.may_administer)
def metrics(by: Practitioner) -> Response:
    """Answer counts as Prometheus text; those of answers are this process's own."""
    hub = current_hub()
    lines = [f"hub_audit_rows {hub.catalog.audit_head()[0]}\n"]
    videos = Counter(str(c.state) for c in hub.conversions.unfinished())
    states = ("waiting", "running", "failed")
    lines += [f'hub_conversions{{state="{s}"}} {videos[s]}\n' for s in states]
    lines += [f'hub_answers_total{{status="{k}"}} {n}\n' for k, n in sorted(_answers.items())]
    return Response("".join(lines), mimetype="text/plain")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Ask crawlers to stay out."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
