"""Which reader takes the bytes of a capture: one line for each kind that is no still."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.model import Kind, Media, Photograph, Video
from hub.settings import Settings

from .document import document
from .photo import photograph
from .transcode import Coder
from .video import is_video, video

Reader = Callable[[str, Settings, Coder], Media]


def _still(path: str, settings: Settings, content: bytes | None = None) -> Photograph:
    pixels, keep_serial = settings.max_pixels, settings.keep_device_serial
    return photograph(path, max_pixels=pixels, keep_serial=keep_serial, content=content)


def _video(path: str, settings: Settings, coder: Coder) -> Video:
    pixels, may_transcode = settings.max_pixels, settings.transcode
    return video(path, max_pixels=pixels, may_transcode=may_transcode, coder=coder)


def _still_or_video(path: str, settings: Settings, coder: Coder) -> Media:
    return _video(path, settings, coder) if is_video(path) else _still(path, settings)


READERS: Mapping[Kind, Reader] = {
    Kind.MICROSCOPY: _still_or_video,
    Kind.ENDOSCOPY: _still_or_video,
    Kind.VIDEO: _video,
    Kind.DOCUMENT: lambda path, _settings, _coder: document(path),
}
"""Kinds that are more or other than stills."""


def read(
    kind: Kind,
    path: str,
    settings: Settings,
    coder: Coder | None = None,
    content: bytes | None = None,
) -> Media:
    """Read the file at `path` as what `kind` says it is; `content` is all of it, if it is known.

    Raises UnsupportedMedia and its kinds: NotAnImage, DamagedImage, ImageTooLarge,
    NotADocument, NotAVideo, DamagedVideo, TranscodingOff; CodedLater where `coder` only moves.
    """
    reader = READERS.get(kind)
    if reader is None:
        return _still(path, settings, content)
    return reader(path, settings, coder or Coder(settings.work_dir))
