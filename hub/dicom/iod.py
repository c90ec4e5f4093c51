"""What the hub needs to know of an IOD to make objects of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataset import Dataset

from hub.model import CaptureContext, Photograph


@dataclass(frozen=True)
class Iod:
    """One kind of object: its SOP class, its modality and who writes its header."""

    sop_class_uid: str
    modality: str
    dataset: Callable[[CaptureContext, Photograph], Dataset]
