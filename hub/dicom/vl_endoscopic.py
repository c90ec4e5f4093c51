"""VL Endoscopic Image (PS3.3 A.32.1): a still from an endoscope.

The IOD has no place for a camera's exposure, so it is left behind.
"""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import VLEndoscopicImageStorage

from hub.model import CaptureContext, Photograph

from .iod import Iod
from .visible_light import of_specimen, still

_MODALITY = "ES"


def dataset(context: CaptureContext, photograph: Photograph) -> Dataset:
    """Return the object's header; its pixels stay where they are."""
    ds = still(context, photograph, VLEndoscopicImageStorage, _MODALITY)
    of_specimen(ds, context)
    return ds


IOD = Iod(VLEndoscopicImageStorage, _MODALITY, dataset)
