"""VL Slide-Coordinates Microscopic Image (PS3.3 A.32.3): a field at a known place of a slide."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import VLSlideCoordinatesMicroscopicImageStorage

from hub.errors import SpecimenMissing
from hub.model import CaptureContext, Photograph, StagePosition

from .image_modules import frame_of_reference
from .iod import Iod
from .specimen_module import MICROSCOPE_SLIDE, specimen
from .values import decimal
from .visible_light import still

_MODALITY = "SM"
_MICROMETRES = 1000
_ORIGIN = "SLIDE_CORNER"
"""Position Reference Indicator of a slide (C.7.4.1.1.2)."""


def dataset(context: CaptureContext, photograph: Photograph) -> Dataset:
    """Return the object's header. Raises SpecimenMissing: a place is one on a known slide."""
    if context.specimen is None or context.stage is None:
        raise SpecimenMissing
    ds = still(context, photograph, VLSlideCoordinatesMicroscopicImageStorage, _MODALITY)
    frame_of_reference(ds, context, _ORIGIN)
    specimen(ds, context.specimen, context.related.specimen, MICROSCOPE_SLIDE)
    _slide_coordinates(ds, context.stage)
    return ds


def _slide_coordinates(ds: Dataset, stage: StagePosition) -> None:
    """Slide Coordinates Module, C.8.12.2: X and Y in millimetres, Z in micrometres."""
    item = Dataset()
    item.XOffsetInSlideCoordinateSystem = decimal(stage.x)
    item.YOffsetInSlideCoordinateSystem = decimal(stage.y)
    z = None if stage.z is None else decimal(stage.z * _MICROMETRES)
    item.ZOffsetInSlideCoordinateSystem = z
    ds.ImageCenterPointCoordinatesSequence = Sequence([item])


IOD = Iod(VLSlideCoordinatesMicroscopicImageStorage, _MODALITY, dataset)
