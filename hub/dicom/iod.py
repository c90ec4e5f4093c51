"""What the hub needs to know of an IOD to make objects of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydicom.dataset import Dataset

from hub.model import CaptureContext, Media

M = TypeVar("M", bound=Media)

PIXEL_DATA, ENCAPSULATED_DOCUMENT, NO_PAYLOAD = 0x7FE00010, 0x00420011, 0

SERIES_NUMBERS = {"XC": 1, "DMS": 2, "GM": 3, "SM": 4, "ES": 5, "DOC": 6, "SR": 7}
"""Series Number (0020,0011) by modality (ADR 0005): a series has objects of one modality."""

OTHER_SERIES_NUMBER = 9
"""Of a modality that has none there."""

VIDEO_SERIES_NUMBERS = {"XC": 11, "GM": 13, "ES": 15}
"""The same of videos, which are in series of their own."""


@dataclass(frozen=True)
class Iod(Generic[M]):
    """One kind of object: its SOP class, its modality and who writes its header."""

    sop_class_uid: str
    modality: str
    dataset: Callable[[CaptureContext, M], Dataset]
    payload_tag: int = PIXEL_DATA
    """The element that the media's payload is the value of."""
    series_of: str = ""
    """What its series hold, where that is not everything of the modality."""
