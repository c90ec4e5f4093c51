"""WADO-RS, rendered: pictures for programs that do not know DICOM (PS3.18 10.4.1.1.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, request

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.errors import InvalidRequest, NotAcceptable, NotFound
from hub.model import Instance, Practitioner
from web.slide_levels import covers

from .media_types import Offer
from .multipart import Part, multipart_response
from .resources import INSTANCE, SERIES, STUDY, agreed, base, instances_of
from .rows import instance_url
from .wado import frame_numbers

bp = Blueprint("rendered", __name__, url_prefix="/dicom-web")

_STILLS = (Offer("image/jpeg"), Offer("image/png"))
_LARGEST_VIEWPORT = 8192
_LARGEST_THUMBNAIL = 512
"""Pixels on the longer side."""


@bp.get(f"{INSTANCE}/rendered")
@allowed(access.may_read)
def retrieve_rendered(by: Practitioner, **uids: str) -> Response:
    """Return the picture of an instance; of its first frame when it has several.

    Of a slide's image it is all of its tiles together, where they are few.
    """
    return _rendered(uids, None, by)


@bp.get(f"{INSTANCE}/frames/<numbers>/rendered")
@allowed(access.may_read)
def retrieve_rendered_frame(numbers: str, by: Practitioner, **uids: str) -> Response:
    """Return the picture of one frame."""
    wanted = frame_numbers(numbers)
    if len(wanted) != 1:
        raise NotAcceptable("Frames are rendered one at a time.")
    return _rendered(uids, wanted[0], by)


@bp.get(f"{STUDY}/rendered")
@bp.get(f"{SERIES}/rendered")
@allowed(access.may_read)
def retrieve_all_rendered(by: Practitioner, **uids: str) -> Response:
    """Return the pictures of all images of a study or series, one part each."""
    offer = agreed([Offer(still.type, is_multipart=True) for still in _STILLS])
    options = {**rendering_options(request.args), "media_type": offer.type}
    images = [i for i in instances_of(uids, by, "wado-rendered") if i.rows]
    pictures = [(i, current_hub().reading.rendered(i, by, **options)) for i in images]
    parts = [
        Part(offer.type, f"{instance_url(i, base())}/rendered", len(p), partial(iter, (p,)))
        for i, p in pictures
    ]
    return multipart_response(parts, offer.type)


@bp.get(f"{STUDY}/thumbnail")
@bp.get(f"{SERIES}/thumbnail")
@bp.get(f"{INSTANCE}/thumbnail")
@allowed(access.may_read)
def retrieve_thumbnail(by: Practitioner, **uids: str) -> Response:
    """Return a small JPEG of the first image."""
    agreed((Offer("image/jpeg"),))
    size = thumbnail_size(request.args)
    image = _first_image(instances_of(uids, by, "wado-thumbnail"))
    return Response(current_hub().reading.thumbnail(image, by, size), mimetype="image/jpeg")


def rendering_options(arguments: Mapping[str, str]) -> dict[str, object]:
    """Read `viewport`, `quality` and `window` (PS3.18 8.3.5). Raises InvalidRequest."""
    options: dict[str, object] = {}
    if "quality" in arguments:
        options["quality"] = _quality(arguments["quality"])
    if "viewport" in arguments:
        options["viewport"] = _viewport(arguments["viewport"])
    if "window" in arguments:
        options["window"] = _window(arguments["window"])
    return options


def thumbnail_size(arguments: Mapping[str, str]) -> int:
    """Return how long the longer side shall be."""
    if "viewport" not in arguments:
        return 256
    return min(max(_viewport(arguments["viewport"])), _LARGEST_THUMBNAIL)


def _rendered(uids: dict[str, str], frame: int | None, by: Practitioner) -> Response:
    offer = agreed(_STILLS)
    options = {**rendering_options(request.args), "frame": frame, "media_type": offer.type}
    image = _first_image(instances_of(uids, by, "wado-rendered"))
    if frame is not None and frame > image.number_of_frames:
        raise NotFound
    return Response(current_hub().reading.rendered(image, by, **options), mimetype=offer.type)


def _first_image(instances: tuple[Instance, ...]) -> Instance:
    image = next(iter(covers(instances)), None) or next((i for i in instances if i.rows), None)
    if image is None:
        raise NotAcceptable("There is no image in it that could be rendered.")
    return image


def _quality(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 100:
        raise InvalidRequest("quality must be a number from 1 to 100.")
    return int(text)


def _viewport(text: str) -> tuple[int, int]:
    """Return width and height; a part of the image (sx,sy,sw,sh) is not cut out here."""
    if not re.fullmatch(r"[0-9]{1,5},[0-9]{1,5}", text):
        raise InvalidRequest("viewport must be a width and a height in pixels.")
    width, height = map(int, text.split(","))
    if not (1 <= width <= _LARGEST_VIEWPORT and 1 <= height <= _LARGEST_VIEWPORT):
        raise InvalidRequest(f"viewport must be from 1 to {_LARGEST_VIEWPORT} pixels.")
    return width, height


def _window(text: str) -> tuple[float, float]:
    """Return center and width of a linear window; all three values are needed."""
    number = r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?"
    match = re.fullmatch(rf"({number}),({number}),(linear|linear-exact)", text)
    if match is None or float(match[2]) < 1:
        raise InvalidRequest("window must be center,width,function with a linear function.")
    return float(match[1]), float(match[2])
