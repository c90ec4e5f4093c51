"""An ICC profile put back into a JPEG stream that is shown as it is stored."""

from __future__ import annotations

_SOI = b"\xff\xd8"
_MARK = b"ICC_PROFILE\x00"
_MOST_IN_SEGMENT = 65_519
_MOST_SEGMENTS = 255


def with_icc(stream: bytes, profile: bytes | None) -> bytes:
    """Return the stream with `profile` in APP2 segments (ICC.1 annex B.4), and nothing else.

    Without padding after EOI; a profile too long for 255 segments is left out.
    """
    stream = stream[: stream.rfind(b"\xff\xd9") + 2]
    chunks = [
        (profile or b"")[start : start + _MOST_IN_SEGMENT]
        for start in range(0, len(profile or b""), _MOST_IN_SEGMENT)
    ]
    if not chunks or len(chunks) > _MOST_SEGMENTS:
        return stream
    segments = (
        _segment(number, len(chunks), chunk) for number, chunk in enumerate(chunks, start=1)
    )
    return _SOI + b"".join(segments) + stream[2:]


def _segment(number: int, count: int, chunk: bytes) -> bytes:
    body = _MARK + bytes([number, count]) + chunk
    return b"\xff\xe2" + (len(body) + 2).to_bytes(2, "big") + body
