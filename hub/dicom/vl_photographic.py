"""VL Photographic Image (PS3.3 A.32.4): a photo of a patient, or of a specimen (gross photo)."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import VLPhotographicImageStorage

from hub.model import CaptureContext, Photograph

from .iod import Iod
from .visible_light import camera, of_specimen, still

_MODALITY = "XC"


def dataset(context: CaptureContext, photograph: Photograph) -> Dataset:
    """Return the object's header; its pixels stay where they are."""
    ds = still(context, photograph, VLPhotographicImageStorage, _MODALITY)
    camera(ds, photograph)
    of_specimen(ds, context)
    return ds


IOD = Iod(VLPhotographicImageStorage, _MODALITY, dataset)
