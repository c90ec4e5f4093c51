"""Dermoscopic Photography Image (PS3.3 A.32.11): a lesion of the skin under a dermoscope."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import DermoscopicPhotographyImageStorage

from hub.model import CaptureContext, Photograph

from .image_modules import frame_of_reference
from .iod import Iod
from .values import decimal, words
from .visible_light import camera, still

_MODALITY = "DMS"
_UNKNOWN = "Unknown"
_POLARIZATION = {None: "", True: "POLARIZED", False: "NON_POLARIZED"}
_CONTACT = {None: "", True: "CONTACT", False: "NON_CONTACT"}


def dataset(context: CaptureContext, photograph: Photograph) -> Dataset:
    """Return the object's header; its pixels stay where they are."""
    ds = still(context, photograph, DermoscopicPhotographyImageStorage, _MODALITY)
    # `dciodvfy` asks for it although A.32.11 does not: it says that there is none to speak of.
    frame_of_reference(ds, context, "")
    _enhanced_general_equipment(ds, context)
    _dermoscopic_image(ds, context)
    camera(ds, photograph)
    return ds


def _enhanced_general_equipment(ds: Dataset, context: CaptureContext) -> None:
    """Enhanced General Equipment Module, C.7.5.2: all Type 1, so what is not known says so."""
    for keyword, known in (
        ("Manufacturer", ""),
        ("ManufacturerModelName", ""),
        ("DeviceSerialNumber", context.device.id),
        ("SoftwareVersions", ""),
    ):
        setattr(ds, keyword, ds.get(keyword) or words(known) or _UNKNOWN)


def _dermoscopic_image(ds: Dataset, context: CaptureContext) -> None:
    """Dermoscopic Image Module, C.8.12.13; General Image said its Recognizable Visual Features."""
    taken = context.dermoscopy
    ds.LightSourcePolarization = _POLARIZATION[taken.polarized]
    ds.EmitterColorTemperature = None
    ds.ContactMethod = _CONTACT[taken.contact]
    if taken.contact:
        ds.ImmersionMedia = words(taken.immersion, "CS")
    factor = taken.magnification
    ds.OpticalMagnificationFactor = None if factor is None else decimal(factor)
    if taken.lesion_id:
        ds.TrackingID = words(taken.lesion_id)
        ds.TrackingUID = context.related.lesion


IOD = Iod(DermoscopicPhotographyImageStorage, _MODALITY, dataset)
