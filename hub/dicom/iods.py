"""Which IOD each kind of capture becomes: the one registry, one line per kind."""

from __future__ import annotations

from typing import Any

from hub.errors import UnsupportedMedia
from hub.model import Capture, CaptureContext, Document, Kind, Media, Photograph, Video

from . import (
    dermoscopic,
    encapsulated_pdf,
    video_image,
    vl_endoscopic,
    vl_microscopic,
    vl_photographic,
    vl_slide_coordinates,
)
from .iod import Iod

IODS: dict[tuple[Kind, type[Media]], Iod[Any]] = {
    (Kind.PHOTO, Photograph): vl_photographic.IOD,
    (Kind.DERMOSCOPY, Photograph): dermoscopic.IOD,
    (Kind.GROSS, Photograph): vl_photographic.IOD,
    (Kind.MICROSCOPY, Photograph): vl_microscopic.IOD,
    (Kind.ENDOSCOPY, Photograph): vl_endoscopic.IOD,
    (Kind.DOCUMENT, Document): encapsulated_pdf.IOD,
    (Kind.VIDEO, Video): video_image.PHOTOGRAPHIC,
    (Kind.MICROSCOPY, Video): video_image.MICROSCOPIC,
    (Kind.ENDOSCOPY, Video): video_image.ENDOSCOPIC,
}


def iod_of(about: Capture | CaptureContext, media: Media) -> Iod[Any]:
    """Return the IOD of a capture. Raises UnsupportedMedia when the hub makes none of it."""
    iod = IODS.get((about.kind, type(media)))
    if iod is None:
        raise UnsupportedMedia(f"The hub cannot take captures of kind {about.kind} yet.")
    # A field whose place on the slide is known has an IOD of its own (PS3.3 A.32.3).
    return vl_slide_coordinates.IOD if iod is vl_microscopic.IOD and about.stage else iod


def modality(about: Capture | CaptureContext, media: Media) -> str:
    """Return Modality (0008,0060) of the object a capture becomes. Raises UnsupportedMedia."""
    return iod_of(about, media).modality


def series_kind(about: Capture | CaptureContext, media: Media) -> str:
    """Return what the objects of a series share: modality, and video apart from stills."""
    iod = iod_of(about, media)
    return f"{iod.modality} {iod.series_of}".rstrip()
