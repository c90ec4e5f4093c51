"""The worklist as JSON, and the body sites that a capture can name."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from hub import access
from hub.errors import InvalidRequest
from hub.model import Code, Encounter, Order, Practitioner
from hub.store.ports import WorklistQuery
from hub.terminology import anatomy

from .auth import allowed
from .current import current_hub

bp = Blueprint("worklist", __name__, url_prefix="/api/v1")

_MOST = 200


@bp.get("/worklist")
@allowed(access.may_see_worklist)
def get_worklist(by: Practitioner) -> ResponseReturnValue:
    """Answer one page of encounters with their orders."""
    page = current_hub().worklist.page(query_from(request.args), by)
    return jsonify(items=[item_json(e) for e in page.items], next=page.next or None)


@bp.get("/terminology/regions")
@allowed(access.signed_in)
def get_regions(by: Practitioner) -> ResponseReturnValue:
    """Answer every body site with its words, for the phone's offline list."""
    return jsonify(regions=[region_json(r) for r in anatomy().all()])


def query_from(args: Any) -> WorklistQuery:
    """Read `status`, `department`, `q`, `limit`, `cursor`. Raises InvalidRequest."""
    status = args.get("status", "open")
    if status not in ("open", "closed", "all"):
        raise InvalidRequest("status must be open, closed or all.")
    limit = args.get("limit", "50")
    if not limit.isdecimal() or not int(limit[:9]) > 0:
        raise InvalidRequest("limit must be a number above 0.")
    return WorklistQuery(
        status=status,
        department=args.get("department", ""),
        q=args.get("q", "").strip(),
        limit=min(int(limit[:9]), _MOST),
        cursor=args.get("cursor", ""),
    )


def item_json(encounter: Encounter) -> dict[str, Any]:
    """Return an encounter as a worklist item (DESIGN section 4)."""
    patient = encounter.patient
    department = encounter.department
    return {
        "key": encounter.key,
        "encounterId": encounter.encounter_id,
        "issuer": encounter.issuer,
        "class": encounter.class_,
        "department": department.code.value if department.code else department.name,
        "departmentName": department.name,
        "started": encounter.started.isoformat() if encounter.started else None,
        "ended": encounter.ended.isoformat() if encounter.ended else None,
        "patient": {
            "patientId": patient.patient_id,
            "issuer": patient.issuer,
            "name": patient.name,
            "birthDate": patient.birth_date,
            "sex": patient.sex,
        },
        "orders": [order_json(o) for o in encounter.orders],
    }


def order_json(order: Order) -> dict[str, Any]:
    """Return an order as in settled 1."""
    return {
        "accessionNumber": order.accession_number,
        "placerOrderNumber": order.placer_order_number,
        "procedure": _code_json(order.procedure),
        "anatomicRegion": _code_json(order.anatomic_region),
        "laterality": order.laterality,
        "status": order.status,
        "requestedAt": order.requested_at.isoformat() if order.requested_at else None,
    }


def region_json(region: Any) -> dict[str, Any]:
    """Return a body site for the phone's picker."""
    return {
        "code": region.code.value,
        "scheme": region.code.scheme,
        "label": region.code.meaning,
        "paired": region.paired,
        "sensitive": region.sensitive,
        "words": list(region.synonyms),
    }


def _code_json(code: Code | None) -> dict[str, str] | None:
    if code is None:
        return None
    return {"code": code.value, "scheme": code.scheme, "meaning": code.meaning}
