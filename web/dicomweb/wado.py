"""WADO-RS: studies, series and instances as stored, and their metadata (PS3.18 10.4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from flask import Blueprint, Response

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.dicom.bulk import VIDEO_TRANSFER_SYNTAXES, bulk_value, frames, video_stream
from hub.errors import InvalidRequest, NotAcceptable
from hub.model import Instance, Practitioner
from hub.slices import Piece, chunks_of

from .header_json import metadata_of
from .media_types import DICOM, DICOM_JSON, OCTETS, Offer
from .multipart import Part, file_chunks, multipart_response, opened, single_response
from .resources import (
    INSTANCE,
    SERIES,
    STUDY,
    agreed,
    base,
    dicom_offers,
    frame_offers,
    instances_of,
    stream_offers,
)
from .rows import instance_url

bp = Blueprint("wado", __name__, url_prefix="/dicom-web")

_PIXEL_DATA = "7FE00010"
_MOST_FRAMES = 1000


@bp.get(STUDY)
@bp.get(SERIES)
@bp.get(INSTANCE)
@allowed(access.may_read)
def retrieve(by: Practitioner, **uids: str) -> Response:
    """Return the stored objects; all of them, or none when one cannot be given (406)."""
    instances = instances_of(uids, by, "wado")
    offer = agreed(dicom_offers(instances))
    first, *rest = (_dicom_part(instance, by) for instance in instances)
    return _response([opened(first), *rest], offer, DICOM)


@bp.get(f"{STUDY}/metadata")
@bp.get(f"{SERIES}/metadata")
@bp.get(f"{INSTANCE}/metadata")
@allowed(access.may_read)
def retrieve_metadata(by: Practitioner, **uids: str) -> Response:
    """Return the headers as DICOM JSON, bulk data by URI."""
    agreed((Offer(DICOM_JSON), Offer("application/json")))
    instances = instances_of(uids, by, "wado-metadata")
    body = [metadata_of(instance, base()) for instance in instances]
    return Response(json.dumps(body), mimetype=DICOM_JSON)


@bp.get(f"{INSTANCE}/frames/<numbers>")
@allowed(access.may_read)
def retrieve_frames(numbers: str, by: Practitioner, **uids: str) -> Response:
    """Return frames by number, from 1, encoded as they are stored."""
    wanted = frame_numbers(numbers)
    (instance,) = instances_of(uids, by, "wado-frames")
    return _frames(instance, wanted, by)


@bp.get(f"{INSTANCE}/bulk/<path:path>")
@allowed(access.may_read)
def retrieve_bulk(path: str, by: Practitioner, **uids: str) -> Response:
    """Return one bulk value that the metadata named by URI; pixel data frame by frame."""
    (instance,) = instances_of(uids, by, "wado-bulk")
    if path == _PIXEL_DATA and instance.transfer_syntax_uid in VIDEO_TRANSFER_SYNTAXES:
        return _video(instance, by)
    if path == _PIXEL_DATA:
        return _frames(instance, range(1, instance.number_of_frames + 1), by)
    offer = agreed((Offer(OCTETS, is_multipart=True), Offer(OCTETS)))
    with current_hub().reading.open(instance, by) as file:
        value = bulk_value(file, path.split("/"))
    location = f"{instance_url(instance, base())}/bulk/{path}"
    return _response([_bytes_part(OCTETS, location, value)], offer, OCTETS)


def frame_numbers(text: str) -> list[int]:
    """Read a frame list such as `1,3`. Raises InvalidRequest."""
    numbers = text.split(",")
    if len(numbers) > _MOST_FRAMES or not all(n.isdecimal() and len(n) <= 9 for n in numbers):
        raise InvalidRequest("Frames are numbers from 1, separated by commas.")
    if any(int(n) == 0 for n in numbers):
        raise InvalidRequest("Frames are numbered from 1.")
    return [int(n) for n in numbers]


def _frames(instance: Instance, numbers: list[int] | range, by: Practitioner) -> Response:
    offer = agreed(frame_offers(instance))
    media_type = f"{offer.type}; transfer-syntax={offer.transfer_syntaxes[0]}"
    url = f"{instance_url(instance, base())}/frames"
    with current_hub().reading.open(instance, by) as file:
        parts = [
            _frame_part(media_type, f"{url}/{number}", frame)
            for number, frame in zip(numbers, frames(file, numbers), strict=True)
        ]
    return _response(parts, offer, offer.type)


def _frame_part(media_type: str, location: str, frame: tuple[Piece, ...]) -> Part:
    """A frame is read from its file while it is sent, however many there are."""

    def chunks() -> Iterator[bytes]:
        for piece in frame:
            yield from map(bytes, chunks_of(piece))

    return Part(media_type, location, sum(map(len, frame)), chunks)


def _video(instance: Instance, by: Practitioner) -> Response:
    """Return the whole stream of a video, which is one bulk value (PS3.18 8.7.3.3)."""
    offer = agreed(stream_offers(instance))
    open_file = partial(current_hub().reading.open, instance, by)
    with open_file() as file:
        size = sum(len(piece) for piece in video_stream(file))
    location = f"{instance_url(instance, base())}/bulk/{_PIXEL_DATA}"
    media_type = f"{offer.type}; transfer-syntax={instance.transfer_syntax_uid}"
    part = Part(media_type, location, size, partial(_video_chunks, open_file))
    return _response([part], offer, offer.type)


def _video_chunks(open_file: Callable[[], BinaryIO]) -> Iterator[bytes]:
    with open_file() as file:
        for piece in video_stream(file):
            yield from map(bytes, chunks_of(piece))


def _dicom_part(instance: Instance, by: Practitioner) -> Part:
    media_type = f"{DICOM}; transfer-syntax={instance.transfer_syntax_uid}"
    open_file = partial(current_hub().reading.open, instance, by)
    chunks = partial(file_chunks, open_file)
    return Part(media_type, instance_url(instance, base()), instance.size, chunks)


def _bytes_part(media_type: str, location: str, content: bytes) -> Part:
    return Part(media_type, location, len(content), lambda: iter((content,)))


def _response(parts: list[Part], offer: Offer, type_: str) -> Response:
    """Return the parts as agreed; a single part only where there is one (PS3.18 8.6.1)."""
    if offer.is_multipart:
        return multipart_response(parts, type_)
    if len(parts) != 1:
        raise NotAcceptable
    return single_response(parts[0])
