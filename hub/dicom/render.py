"""Pictures of stored objects for pages: drawn in a child, kept in a cache that may be lost."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hub import child
from hub.errors import NotAcceptable, NotFound
from hub.model import Instance

from .bulk import VIDEO_TRANSFER_SYNTAXES, video_stream
from .draw_slide import WHOLE, fits_one_picture

MEDIA_TYPES = frozenset({"image/jpeg", "image/png"})

_LIMITS = child.Limits(memory=2560 * child.MIB)
_MEASURE: dict[str, object] = {
    "measure": 1,
    "frame": 1,
    "viewport": None,
    "window": None,
    "quality": None,
    "mediaType": "image/png",
}
"""Asks for the measures of a still; `measure` is raised when they are taken otherwise."""
_MOST_FRAGMENTS = 100
"""Fragments of a video that ffmpeg is given; the hub's own are of 2 GiB."""
_DRAWING = 1
"""Raised when drawing changes, so that pictures of before are not served."""


class DicomRenderer:
    """Draws frames of stored objects; `cache_dir` holds what was drawn, by digest."""

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = Path(cache_dir)

    def rendered(
        self,
        path: str,
        instance: Instance,
        *,
        frame: int | None = None,
        viewport: tuple[int, int] | None = None,
        quality: int | None = None,
        media_type: str = "image/jpeg",
        window: tuple[float, float] | None = None,
    ) -> bytes:
        """Return one frame as JPEG or PNG; where none is named, the picture of the instance.

        That is all tiles of a slide's image together where they are few, else the first frame.
        Without viewport, quality and window a photo is its own stored stream, with its
        ICC profile and no other metadata. `window` is (center, width). Raises NotFound
        for a frame that is not there, NotAcceptable for what has no picture.
        """
        if media_type not in MEDIA_TYPES:
            raise NotAcceptable
        if frame is None:
            frame = WHOLE if fits_one_picture(instance) else 1
        request: dict[str, object] = {
            "path": path,
            "frame": frame,
            "viewport": list(viewport) if viewport else None,
            "quality": quality,
            "mediaType": media_type,
            "window": list(window) if window else None,
        }
        cached = self._cached(instance, request)
        if cached.exists():
            return cached.read_bytes()
        if instance.transfer_syntax_uid in VIDEO_TRANSFER_SYNTAXES:
            request |= _video_request(path, instance, frame)
            picture = _draw(request, "hub.media.ffmpeg")
        else:
            picture = _draw(request)
        _keep(cached, picture)
        return picture

    def thumbnail(self, path: str, instance: Instance, size: int = 256) -> bytes:
        """Return a JPEG of at most `size` pixels a side, in sRGB.

        Of the whole picture of a slide's image where it can be drawn, else of the middle frame.
        """
        frame = (instance.number_of_frames + 1) // 2 if not fits_one_picture(instance) else WHOLE
        return self.rendered(path, instance, frame=frame, viewport=(size, size), quality=80)

    def measured(self, path: str, instance: Instance) -> Mapping[str, float]:
        """Return the measures of `hub.dicom.quality` of a still, kept from now on.

        Raises NotFound and NotAcceptable as `rendered` does.
        """
        kept = self.kept_measures(instance)
        if kept is not None:
            return kept
        found = _draw({**_MEASURE, "path": path})
        _keep(self._cached(instance, _MEASURE), found)
        return _measures(found)

    def kept_measures(self, instance: Instance) -> Mapping[str, float] | None:
        """Return what `measured` found before; None when nobody has asked yet."""
        try:
            return _measures(self._cached(instance, _MEASURE).read_bytes())
        except OSError:
            return None

    def _cached(self, instance: Instance, request: Mapping[str, object]) -> Path:
        asked = {**request, "path": instance.sha256, "drawing": _DRAWING}
        name = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        return self._cache_dir / name[:2] / name


def _video_request(path: str, instance: Instance, frame: int) -> dict[str, object]:
    """What a frame of a video needs: where its MP4 lies in the object, and the frame's time."""
    if not 1 <= frame <= instance.number_of_frames:
        raise NotFound
    with open(path, "rb") as file:
        stream = video_stream(file)
    if len(stream) > _MOST_FRAGMENTS:
        raise NotAcceptable("A video in so many fragments cannot be drawn here.")
    seconds = (frame - 1) * _frame_time(instance) / 1000
    return {
        "do": "still",
        "format": "mp4",
        "stretches": [[piece.offset, piece.offset + piece.length] for piece in stream],
        "seconds": f"{seconds:.6f}",
        "seconds_allowed": _LIMITS.wall_seconds - 1,
    }


def _frame_time(instance: Instance) -> float:
    """Frame Time (0018,1063) in ms; 0 where the header names none that is a number."""
    element = instance.header.get("00181063")
    values = element.get("Value", ()) if isinstance(element, Mapping) else ()
    return float(values[0]) if values and isinstance(values[0], int | float) else 0.0


def _draw(request: Mapping[str, object], program: str = "hub.dicom.draw") -> bytes:
    try:
        outcome, picture = child.call(program, request, _LIMITS)
    except child.ChildDied as exc:
        raise NotAcceptable("This image cannot be drawn here.") from exc
    if outcome.get("refused") == "frame":
        raise NotFound
    if outcome:
        raise NotAcceptable("This object has no picture.")
    return bytes(picture)


def _measures(found: bytes) -> dict[str, float]:
    measures: dict[str, float] = json.loads(found)
    return measures


def _keep(cached: Path, picture: bytes) -> None:
    """Put a picture into the cache whole or not at all; a full disk is no reason to fail."""
    draft = cached.with_name(f"{cached.name}.{secrets.token_hex(4)}")
    try:
        cached.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.write_bytes(picture)
        os.replace(draft, cached)
    except OSError:
        with suppress(OSError):
            draft.unlink()
