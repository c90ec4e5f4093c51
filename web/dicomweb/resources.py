"""The resources of WADO-RS: their URLs, and the instances they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import request

from capture_api.current import current_hub
from hub.errors import NotFound
from hub.model import Instance, Practitioner

from .media_types import DICOM, OCTETS, Offer, choose

STUDY = "/studies/<study_uid>"
SERIES = f"{STUDY}/series/<series_uid>"
INSTANCE = f"{SERIES}/instances/<sop_uid>"

_UID = re.compile(r"[0-9.]{1,64}")

EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
_FRAME_TYPES = {
    "1.2.840.10008.1.2.5": "image/dicom-rle",
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
}
"""Media type of a frame by transfer syntax (PS3.18 table 8.7.3-5)."""


def base() -> str:
    """Return the URL that our DICOMweb resources begin with."""
    return f"{current_hub().settings.public_url.rstrip('/')}/dicom-web"


def instances_of(uids: dict[str, str], by: Practitioner, via: str) -> tuple[Instance, ...]:
    """Return the instances that a URL names, in order. Raises NotFound, AuditUnavailable."""
    check_uids(*uids.values())
    return current_hub().reading.instances(
        uids["study_uid"], uids.get("series_uid"), uids.get("sop_uid"), by, via=via
    )


def check_uids(*uids: str) -> None:
    """Refuse what cannot be a UID before anything is asked for it. Raises NotFound."""
    if not all(_UID.fullmatch(uid) for uid in uids):
        raise NotFound


def agreed(offers: Sequence[Offer]) -> Offer:
    """Return which offer this request asks for. Raises NotAcceptable."""
    accept = request.headers.get("Accept", "")
    return choose(offers, accept, request.args.get("accept", ""))


def dicom_offers(instances: Iterable[Instance]) -> tuple[Offer, ...]:
    """Return how these objects can be given: as stored, which is never transcoded here.

    Several are given in one syntax that a client names only if all are stored in it.
    """
    syntaxes = {i.transfer_syntax_uid for i in instances}
    common = tuple(syntaxes) if len(syntaxes) == 1 else ()
    return Offer(DICOM, True, common), Offer(DICOM, False, common)


def frame_offers(instance: Instance) -> tuple[Offer, ...]:
    """Return how the frames of an instance can be given: encoded as they are stored."""
    syntax = instance.transfer_syntax_uid
    if syntax in (EXPLICIT_VR_LITTLE_ENDIAN, _IMPLICIT_VR_LITTLE_ENDIAN):
        # Native frames have the same bytes in both; their syntax is named explicit (8.7.3.3).
        return _both(OCTETS, EXPLICIT_VR_LITTLE_ENDIAN)
    return _both(_FRAME_TYPES.get(syntax, OCTETS), syntax)


def stream_offers(instance: Instance) -> tuple[Offer, ...]:
    """Return how the stream of a video can be given: the MP4 that is stored."""
    return _both("video/mp4", instance.transfer_syntax_uid)


def _both(media_type: str, syntax: str) -> tuple[Offer, ...]:
    return Offer(media_type, True, (syntax,)), Offer(media_type, False, (syntax,))
