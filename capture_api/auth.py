"""Who may call an endpoint: every view declares it by one of these decorators.

`@allowed(rule)` adds the signed-in person to the view as `by`, so that a view without
it cannot know anyone; `@public` says that anybody may. `tests/unit/web/test_access.py`
walks the url map and fails for an endpoint with neither.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask_login import current_user

from hub.errors import Forbidden, NotSignedIn
from hub.model import AuditEvent, Practitioner

from .current import current_hub

View = Callable[..., Any]
Rule = Callable[[Practitioner], bool]


def allowed(rule: Rule) -> Callable[[View], View]:
    """Let through only people for whom `rule` (of `hub.access`) holds; pass them as `by`.

    Raises NotSignedIn, Forbidden (which is written to the audit log).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            by = signed_in()
            if not rule(by):
                _audit_refusal(by, view.__name__)
                raise Forbidden
            return view(*args, by=by, **kwargs)

        guarded.access_rule = rule.__name__  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """Mark a view that anybody may call and that shows no PHI."""
    view.access_rule = "public"  # type: ignore[attr-defined]
    return view


def signed_in() -> Practitioner:
    """Return the person of this request's session or bearer token. Raises NotSignedIn."""
    if not current_user.is_authenticated:
        raise NotSignedIn
    return current_user.practitioner


def _audit_refusal(by: Practitioner, endpoint: str) -> None:
    event = AuditEvent(
        "access", by=by.id, role=by.role, outcome="refused", detail={"endpoint": endpoint}
    )
    current_hub().catalog.audit(event)
