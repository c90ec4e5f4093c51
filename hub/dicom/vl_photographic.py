"""VL Photographic Image (PS3.3 A.32.4): a photo of a patient."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import VLPhotographicImageStorage

from hub.model import CaptureContext, Photograph

from . import encounter_modules as encounter
from . import image_modules as image
from .iod import Iod

_EQUIPMENT_KEYWORDS = frozenset({"LensSpecification", "LensMake", "LensModel", "LensSerialNumber"})
_MODALITY, _SERIES_NUMBER = "XC", 1


def dataset(context: CaptureContext, photograph: Photograph) -> Dataset:
    """Return the object's header; its pixels stay where they are."""
    ds = Dataset()
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    encounter.general_series(ds, context, _MODALITY, _SERIES_NUMBER)
    image.general_equipment(ds, context, photograph)
    _vl_photographic_equipment(ds, photograph)
    image.general_image(ds, context)
    image.image_pixel(ds, photograph)
    image.acquisition_context(ds)
    image.vl_image(ds, context, photograph)
    _vl_photographic_acquisition(ds, photograph)
    image.icc_profile(ds, photograph)
    image.sop_common(ds, context, photograph, VLPhotographicImageStorage)
    return ds


def _vl_photographic_equipment(ds: Dataset, photograph: Photograph) -> None:
    """VL Photographic Equipment Module, C.8.12.11: the lens; never the camera's owner."""
    for keyword in sorted(_EQUIPMENT_KEYWORDS & photograph.exposure.keys()):
        setattr(ds, keyword, photograph.exposure[keyword])


def _vl_photographic_acquisition(ds: Dataset, photograph: Photograph) -> None:
    """VL Photographic Acquisition Module, C.8.12.12: how it was exposed, from Exif."""
    for keyword in sorted(photograph.exposure.keys() - _EQUIPMENT_KEYWORDS):
        setattr(ds, keyword, photograph.exposure[keyword])


IOD = Iod(VLPhotographicImageStorage, _MODALITY, dataset)
