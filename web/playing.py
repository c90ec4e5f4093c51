"""A stored video as a player asks for it: whole or a range of bytes (RFC 9110, section 14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from hub.dicom.bulk import video_stream
from hub.slices import Piece, between, chunks_of


def played(file: BinaryIO) -> Response:
    """Answer the MP4 in a stored object, or the one range of it that was asked for.

    The file is closed when the answer is sent. Raises NotAcceptable for what is no video.
    """
    try:
        stream = video_stream(file)
        size = sum(len(piece) for piece in stream)
        asked = _range(size)
    except Exception:
        file.close()
        raise
    start, stop = asked or (0, size)
    pieces = between(stream, start, stop)
    response = Response(_sent(pieces, file), status=206 if asked else 200, mimetype="video/mp4")
    response.call_on_close(file.close)
    response.content_length = stop - start
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    if asked:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _range(size: int) -> tuple[int, int] | None:
    """The one range asked for; where it is none or several, the whole is answered."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    found = asked.range_for_length(size)
    if found is None:
        raise RequestedRangeNotSatisfiable(size)
    return found


def _sent(pieces: Iterator[Piece], file: BinaryIO) -> Iterator[bytes | memoryview]:
    with file:
        for piece in pieces:
            yield from chunks_of(piece)
