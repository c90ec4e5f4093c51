"""What all still images of visible light have in common (PS3.3 A.32)."""

from __future__ import annotations

from pydicom.dataset import Dataset

from hub.model import CaptureContext, Kind, Photograph

from . import encounter_modules as encounter
from . import image_modules as image
from .iod import OTHER_SERIES_NUMBER, SERIES_NUMBERS
from .specimen_module import specimen


def still(
    context: CaptureContext, photograph: Photograph, sop_class_uid: str, modality: str
) -> Dataset:
    """Return a header with the modules every VL IOD asks for; its pixels stay where they are."""
    ds = Dataset()
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    number = SERIES_NUMBERS.get(modality, OTHER_SERIES_NUMBER)
    encounter.general_series(ds, context, modality, number)
    image.general_equipment(ds, context, photograph)
    image.general_image(ds, context)
    image.image_pixel(ds, photograph)
    image.acquisition_context(ds)
    image.vl_image(ds, context, photograph)
    image.pixel_spacing(ds, photograph)
    image.icc_profile(ds, photograph)
    image.sop_common(ds, context, photograph, sop_class_uid)
    return ds


def of_specimen(ds: Dataset, context: CaptureContext) -> None:
    """Add the Specimen Module where a specimen was photographed.

    A gross photo may show the label of the jar, on which patients are named, and nobody has
    looked: then Burned In Annotation (C.7.6.1) is left out, which says neither YES nor NO.
    """
    if context.specimen:
        specimen(ds, context.specimen, context.related.specimen)
    if context.kind is Kind.GROSS:
        del ds.BurnedInAnnotation


def camera(ds: Dataset, photograph: Photograph) -> None:
    """VL Photographic Equipment and Acquisition Modules, C.8.12.11 and C.8.12.12, from Exif.

    The lens and how it was exposed; never the camera's owner.
    """
    for keyword in sorted(photograph.exposure):
        setattr(ds, keyword, photograph.exposure[keyword])
