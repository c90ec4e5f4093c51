"""Which reader takes the bytes of a capture: one line for each kind that is no still."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.model import Kind, Media, Photograph, Video
from hub.settings import Settings

from .document import document
from .photo import photograph
from .video import is_video, video

Reader = Callable[[str, Settings], Media]


def _still(path: str, settings: Settings) -> Photograph:
    return photograph(path, max_pixels=settings.max_pixels, keep_serial=settings.keep_device_serial)


def _video(path: str, settings: Settings) -> Video:
    return video(path, max_pixels=settings.max_pixels, may_transcode=settings.transcode)


def _still_or_video(path: str, settings: Settings) -> Media:
    return _video(path, settings) if is_video(path) else _still(path, settings)


READERS: Mapping[Kind, Reader] = {
    Kind.MICROSCOPY: _still_or_video,
    Kind.ENDOSCOPY: _still_or_video,
    Kind.VIDEO: _video,
    Kind.DOCUMENT: lambda path, _settings: document(path),
}
"""Kinds that are more or other than stills."""


def read(kind: Kind, path: str, settings: Settings) -> Media:
    """Read the file at `path` as what `kind` says it is.

    Raises UnsupportedMedia and its kinds: NotAnImage, DamagedImage, ImageTooLarge,
    NotADocument, NotAVideo, DamagedVideo, TranscodingOff.
    """
    return READERS.get(kind, _still)(path, settings)
