"""multipart/related answers, streamed part by part (PS3.18 8.6, RFC 2387)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from flask import Response

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One part: what it is, where it is found alone, how long it is, and its bytes."""

    media_type: str
    location: str
    size: int
    chunks: Callable[[], Iterator[bytes]]


def multipart_response(parts: Sequence[Part], type_: str) -> Response:
    """Return the parts as one answer.

    Its length is known beforehand, so that a client notices when an object turns out to be
    damaged half way: the answer is then cut, never closed as if it were whole.
    """
    boundary = uuid.uuid4().hex
    heads = [_head(part, boundary) for part in parts]
    tail = f"\r\n--{boundary}--\r\n".encode()
    response = Response(_body(parts, heads, tail), direct_passthrough=True)
    response.headers["Content-Type"] = f'multipart/related; type="{type_}"; boundary={boundary}'
    response.content_length = sum(map(len, heads)) + sum(p.size for p in parts) + len(tail)
    return response


def single_response(part: Part) -> Response:
    """Return one part alone, without multipart around it."""
    response = Response(part.chunks(), mimetype=part.media_type.split(";")[0])
    response.headers["Content-Type"] = part.media_type
    response.headers["Content-Location"] = part.location
    response.content_length = part.size
    return response


def file_chunks(open_file: Callable[[], BinaryIO]) -> Iterator[bytes]:
    """Yield a file in pieces; it is opened when the first one is asked for."""
    with open_file() as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def opened(part: Part) -> Part:
    """Return `part` with its first bytes read, so that a damaged object is said at once."""
    chunks = part.chunks()
    first = next(chunks, b"")
    return replace(part, chunks=lambda: chain((first,), chunks))


def _head(part: Part, boundary: str) -> bytes:
    lines = (
        "",
        f"--{boundary}",
        f"Content-Type: {part.media_type}",
        f"Content-Location: {part.location}",
        f"Content-Length: {part.size}",
        "",
        "",
    )
    return "\r\n".join(lines).encode("latin-1")


def _body(parts: Sequence[Part], heads: Sequence[bytes], tail: bytes) -> Iterator[bytes]:
    for part, head in zip(parts, heads, strict=True):
        yield head
        yield from part.chunks()
    yield tail
