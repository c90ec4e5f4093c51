"""VL Microscopic Image (PS3.3 A.32.2): a microscope's field whose place on the slide is unknown.

The IOD has no place for a camera's exposure, so it is left behind.
"""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import VLMicroscopicImageStorage

from hub.model import CaptureContext, Photograph

from .iod import Iod
from .visible_light import of_specimen, still

_MODALITY = "GM"


def dataset(context: CaptureContext, photograph: Photograph) -> Dataset:
    """Return the object's header; its pixels stay where they are."""
    ds = still(context, photograph, VLMicroscopicImageStorage, _MODALITY)
    of_specimen(ds, context)
    return ds


IOD = Iod(VLMicroscopicImageStorage, _MODALITY, dataset)
