"""multipart/related read part by part from a stream (RFC 2387, RFC 2046 5.1).

Nothing but the piece at hand is in memory, so that a study of gigabytes can come in one
request. Parts are read in order; asking for the next one skips what is left of this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hub.errors import InvalidRequest

from .header_parameters import read_media_type

CHUNK = 64 * 1024
LONGEST_HEADERS = 16 * 1024
MOST_PARTS = 10_000

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")

Read = Callable[[int], bytes]


class IncompleteBody(InvalidRequest):
    """The connection was cut: the body ends before its closing boundary."""

    message = "The upload ended before it was complete. Please send it again."


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers, in lower case, and its content as it comes."""

    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty when not given."""
        return read_media_type(self.headers.get("content-type", ""))[0]


def boundary_of(parameters: Mapping[str, str]) -> str:
    """Return the boundary of a Content-Type. Raises InvalidRequest when it is none."""
    boundary = parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise InvalidRequest("The multipart body has no valid boundary.")
    return boundary


def read_parts(read: Read, boundary: str) -> Iterator[Part]:
    """Yield the parts of a body. Raises IncompleteBody, InvalidRequest as it is read."""
    body = _Body(read, boundary)
    for _ in body.until_delimiter():
        pass  # The preamble says nothing (RFC 2046 5.1.1).
    for _ in range(MOST_PARTS):
        if body.is_closed():
            return
        chunks = body.until_delimiter()
        yield Part(body.headers(), chunks)
        for _ in chunks:
            pass
    if not body.is_closed():
        raise InvalidRequest(f"More than {MOST_PARTS} parts in one request.")


class _Body:
    """A window over the stream, never longer than a chunk and a delimiter."""

    def __init__(self, read: Read, boundary: str) -> None:
        self._read = read
        self._delimiter = b"\r\n--" + boundary.encode("ascii")
        # The first delimiter has no line before it; this one is not part of the body.
        self._window = b"\r\n"

    def until_delimiter(self) -> Iterator[bytes]:
        """Yield what comes before the next delimiter, and pass that."""
        while (end := self._window.find(self._delimiter)) < 0:
            # The last bytes may be the beginning of a delimiter.
            safe = len(self._window) - len(self._delimiter) + 1
            if safe > 0:
                piece, self._window = self._window[:safe], self._window[safe:]
                yield piece
            self._fill()
        piece, self._window = self._window[:end], self._window[end + len(self._delimiter) :]
        if piece:
            yield piece

    def is_closed(self) -> bool:
        """Pass the end of the delimiter's line; whether it was the closing one."""
        while b"\r\n" not in self._window and not self._window.startswith(b"--"):
            if len(self._window) > LONGEST_HEADERS:
                raise InvalidRequest("A boundary line of the multipart body does not end.")
            self._fill()
        if self._window.startswith(b"--"):
            return True
        padding, _, rest = self._window.partition(b"\r\n")
        if padding.strip(b" \t"):
            raise InvalidRequest("A boundary line of the multipart body cannot be read.")
        # The line break stays: headers may be empty, and then it ends them.
        self._window = b"\r\n" + rest
        return False

    def headers(self) -> dict[str, str]:
        """Return the headers of the part that begins here."""
        while b"\r\n\r\n" not in self._window:
            if len(self._window) > LONGEST_HEADERS:
                raise InvalidRequest("The headers of a part are too long.")
            self._fill()
        block, _, self._window = self._window.partition(b"\r\n\r\n")
        # A part may be empty: its delimiter then begins with the line break just read.
        self._window = self._window if not self._begins_delimiter() else b"\r\n" + self._window
        lines = block.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        return {name.strip().lower(): value.strip() for name, _, value in pairs}

    def _begins_delimiter(self) -> bool:
        while len(self._window) < len(self._delimiter) - 2:
            self._fill()
        return self._window.startswith(self._delimiter[2:])

    def _fill(self) -> None:
        chunk = self._read(CHUNK)
        if not chunk:
            raise IncompleteBody
        self._window += chunk
