"""The answer to STOW-RS: Store Instances Response Module as DICOM JSON (PS3.18 10.5.3).

The module has a number for each failure and no place for words, Error Comment (0000,0902)
being of commands; so the sentences go into Warning headers, as PS3.18 has them elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from hub.model import Instance

_MOST_WARNINGS = 20
"""Headers have an end; what is left over is counted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One part that was not stored; its UIDs are empty when it could not be read so far."""

    reason: int
    sentence: str
    sop_class_uid: str = ""
    sop_instance_uid: str = ""


def store_response(outcomes: Sequence[Instance | Failure], public_url: str) -> Response:
    """Return which instances were stored: 200 all, 202 some, 409 none."""
    stored = [o for o in outcomes if isinstance(o, Instance)]
    failed = [o for o in outcomes if isinstance(o, Failure)]
    studies = f"{public_url.rstrip('/')}/dicom-web/studies"
    uids = {i.study_instance_uid for i in stored}
    sequences = {
        "00081199": [_referenced(i, studies) for i in stored],
        "00081198": [_failed(f) for f in failed if f.sop_instance_uid],
        "0008119A": [_reason(f) for f in failed if not f.sop_instance_uid],
    }
    body = {
        # Retrieve URL is type 2: present, and empty when the objects are of several studies.
        "00081190": _attribute("UR", *(f"{studies}/{uid}" for uid in uids if len(uids) == 1)),
        **{tag: _attribute("SQ", *items) for tag, items in sequences.items() if items},
    }
    status = 200 if not failed else 202 if stored else 409
    response = Response(json.dumps(body), status, mimetype="application/dicom+json")
    response.headers.extend([("Warning", text) for text in _warnings(failed, public_url)])
    return response


def _warnings(failed: Sequence[Failure], public_url: str) -> list[str]:
    """Return a Warning (RFC 7234, 5.5) for each failure, and one that counts the rest."""
    told = [": ".join(filter(None, (f.sop_instance_uid, f.sentence))) for f in failed]
    rest = len(told) - _MOST_WARNINGS
    said = [*told[:_MOST_WARNINGS], *([f"And {rest} more failures."] if rest > 0 else [])]
    return [f'299 {public_url.rstrip("/")}: "{text}"' for text in said]


def _referenced(instance: Instance, studies: str) -> dict[str, Any]:
    url = (
        f"{studies}/{instance.study_instance_uid}/series/{instance.series_instance_uid}"
        f"/instances/{instance.sop_instance_uid}"
    )
    return {
        "00081150": _attribute("UI", instance.sop_class_uid),
        "00081155": _attribute("UI", instance.sop_instance_uid),
        "00081190": _attribute("UR", url),
    }


def _failed(failure: Failure) -> dict[str, Any]:
    return {
        "00081150": _attribute("UI", *filter(None, [failure.sop_class_uid])),
        "00081155": _attribute("UI", failure.sop_instance_uid),
        **_reason(failure),
    }


def _reason(failure: Failure) -> dict[str, Any]:
    return {"00081197": _attribute("US", failure.reason)}


def _attribute(vr: str, *values: object) -> dict[str, Any]:
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}
