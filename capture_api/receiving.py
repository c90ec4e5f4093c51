"""The body of a capture: multipart/form-data, streamed into the store while it is hashed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, cast

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser

from hub.errors import BodyTooLarge, InvalidRequest, UnsupportedMedia
from hub.model import SourceFile
from hub.store.ports import Incoming, ObjectStore

_MAX_JSON = 256 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """The two parts of a capture: its description and its file."""

    description: bytes
    file: SourceFile


class Reception:
    """Receives one capture's body; on leaving, what was not kept is removed."""

    def __init__(self, objects: ObjectStore, limit: int) -> None:
        self._objects = objects
        self._limit = limit
        self._incoming: list[Incoming] = []

    def __enter__(self) -> Reception:
        return self

    def __exit__(self, *_: object) -> None:
        for incoming in self._incoming:
            incoming.discard()

    def read(self, request: Request) -> Received:
        """Read the request's parts `capture` and `file`.

        Raises BodyTooLarge from Content-Length before anything is read, or when the
        stream passes the limit; UnsupportedMedia, InvalidRequest.
        """
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary:
            raise UnsupportedMedia("A capture is sent as multipart/form-data.")
        if (request.content_length or 0) > self._limit:
            raise BodyTooLarge
        request.max_content_length = self._limit
        form, files = self._parse(request, boundary)
        return Received(_description(form, files), self._file(files))

    def _parse(
        self, request: Request, boundary: str
    ) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
        parser = MultiPartParser(
            self._stream_for,  # type: ignore[arg-type]
            max_form_memory_size=_MAX_JSON,
            max_form_parts=8,
        )
        try:
            return parser.parse(request.stream, boundary.encode(), request.content_length)
        except RequestEntityTooLarge as exc:
            raise BodyTooLarge from exc
        except ValueError as exc:
            raise InvalidRequest("The capture arrived incomplete. Please send it again.") from exc

    def _stream_for(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Give werkzeug a place for a part: memory for JSON, the store for the file."""
        if (content_type or "").startswith("application/json"):
            return cast(IO[bytes], _Bounded())
        if self._incoming:
            raise InvalidRequest("A capture has exactly one part `file`.")
        self._incoming.append(self._objects.incoming())
        return cast(IO[bytes], _Sink(self._incoming[0]))

    def _file(self, files: MultiDict[str, FileStorage]) -> SourceFile:
        if "file" not in files or not self._incoming:
            raise InvalidRequest("The part `file` is missing.")
        return self._incoming[0].finish()


def _description(form: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> bytes:
    """Return the part `capture`; a browser's Blob comes as a file, curl's as a field."""
    if "capture" in files and isinstance(files["capture"].stream, io.BytesIO):
        return files["capture"].stream.getvalue()
    if "capture" in form:
        return form["capture"].encode()
    raise InvalidRequest("The part `capture` (application/json) is missing.")


class _Bounded(io.BytesIO):
    """Memory for the JSON part, up to its limit."""

    def write(self, chunk: bytes) -> int:  # type: ignore[override]
        if self.tell() + len(chunk) > _MAX_JSON:
            raise BodyTooLarge
        return super().write(chunk)


class _Sink:
    """The write side of an incoming file, as werkzeug's parser wants it."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming

    def write(self, chunk: bytes) -> int:
        """Append to the incoming file."""
        return self._incoming.write(chunk)

    def seek(self, offset: int) -> int:
        """Accept the parser's rewind; the file is read by its path."""
        return offset

    def close(self) -> None:
        """Leave closing to the Reception."""
