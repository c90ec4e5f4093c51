"""Modules that say what the picture is and what made it; those that visible light IODs share.

One function per module of PS3.3, each adding its attributes to a Dataset.
"""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache
from importlib.metadata import version

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hub.model import CaptureContext, Laterality, Media, Photograph, Video

from .codes import MODIFYING_EQUIPMENT, SIDES, code_item, code_sequence
from .steps import HUB_NAME, texts
from .values import da, dt, note, offset_of, timezone_offset, tm, words


def general_equipment(ds: Dataset, context: CaptureContext, media: Media) -> None:
    """General Equipment Module, C.7.5.1: the camera as its file names it, else the device."""
    device, department = context.device, context.department
    ds.Manufacturer = words(media.manufacturer or device.manufacturer)
    model = words(media.model or device.model)
    if model:
        ds.ManufacturerModelName = model
    if device.id:
        ds.StationName = words(device.id, "SH")
    if media.serial:
        ds.DeviceSerialNumber = words(media.serial)
    if media.software:
        ds.SoftwareVersions = words(media.software)
    if context.institution:
        ds.InstitutionName = words(context.institution)
    if department.name:
        ds.InstitutionalDepartmentName = words(department.name)
    if department.code:
        ds.InstitutionalDepartmentTypeCodeSequence = code_sequence(department.code)


def general_image(ds: Dataset, context: CaptureContext) -> None:
    """General Acquisition and General Image Modules, C.7.10.1 and C.7.6.1."""
    moment = taken(ds, context)
    ds.AcquisitionDate = da(moment)
    ds.AcquisitionTime = tm(moment)
    ds.PatientOrientation = ""
    ds.BurnedInAnnotation = "NO"
    # Nobody has looked whether a face or a tattoo is in it; a NO would be believed.
    ds.RecognizableVisualFeatures = "YES"
    if context.note.strip():
        ds.ImageComments = note(context.note)


def taken(ds: Dataset, context: CaptureContext) -> datetime:
    """Say when content was made, and number it; return the time in the offset it carries.

    Where nobody says the offset, none is written: local time of an unknown zone (C.12.1.1.8).
    The instance number is the millisecond of the day, so that phones which know nothing
    of each other number one study in the order of time.
    """
    moment = context.captured_at.astimezone(offset_of(context.captured_at))
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    ds.InstanceNumber = int((moment - midnight).total_seconds() * 1000) + 1
    ds.ContentDate = da(moment)
    ds.ContentTime = tm(moment)
    ds.AcquisitionDateTime = dt(moment) if context.offset_known else da(moment) + tm(moment)
    return moment


def frame_of_reference(ds: Dataset, context: CaptureContext, origin: str) -> None:
    """Frame of Reference Module, C.7.4.1; `origin` is the Position Reference Indicator."""
    ds.FrameOfReferenceUID = context.related.frame_of_reference
    ds.PositionReferenceIndicator = origin


def image_pixel(ds: Dataset, photograph: Photograph) -> None:
    """Image Pixel Module, C.7.6.3, as the VL Image Module constrains it (C.8.12.1.1)."""
    ds.SamplesPerPixel = photograph.samples_per_pixel
    ds.PhotometricInterpretation = _photometric(photograph)
    ds.Rows = photograph.rows
    ds.Columns = photograph.columns
    ds.BitsAllocated = 8
    ds.BitsStored = 8
    ds.HighBit = 7
    ds.PixelRepresentation = 0
    if photograph.samples_per_pixel == 3:
        ds.PlanarConfiguration = 0


def _photometric(photograph: Photograph) -> str:
    """The interpretation each encoding forces; 4:2:0 and 4:4:4 JPEG are labelled 422, too."""
    if photograph.samples_per_pixel == 1:
        return "MONOCHROME2"
    by_encoding = {
        "jpeg-baseline": "YBR_FULL_422",
        "jpeg-extended": "YBR_FULL_422",
    }
    return by_encoding.get(photograph.encoding, "RGB")


def pixel_spacing(ds: Dataset, photograph: Photograph) -> None:
    """Basic Pixel Spacing Calibration Macro, table 10-10, where the printed marker was found."""
    if photograph.pixel_spacing is None:
        return
    spacing = f"{photograph.pixel_spacing:.6g}"
    ds.PixelSpacing = [spacing, spacing]
    ds.PixelSpacingCalibrationType = "FIDUCIAL"
    off = max(1, math.ceil(100 * photograph.scale_off))
    ds.PixelSpacingCalibrationDescription = (
        f"Printed 30 mm marker; in its plane only, to {off} % within 60 mm"
    )


def acquisition_context(ds: Dataset) -> None:
    """Acquisition Context Module, C.7.6.14: Type 2, nothing to say."""
    ds.AcquisitionContextSequence = Sequence()


def vl_image(ds: Dataset, context: CaptureContext, photograph: Photograph | Video) -> None:
    """VL Image Module, C.8.12.1, with where on the body, coded, and what compression cost."""
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    anatomic_region(ds, context)
    ds.LossyImageCompression = "01" if photograph.lossy else "00"
    if photograph.lossy:
        ds.LossyImageCompressionRatio = [f"{ratio:.2f}" for ratio, _ in photograph.lossy]
        ds.LossyImageCompressionMethod = [method for _, method in photograph.lossy]


def anatomic_region(ds: Dataset, context: CaptureContext) -> None:
    """General Anatomy Macro, table 10-7, and Image Laterality, where there is a region."""
    region = context.anatomic_region
    if region is None:
        return
    item = code_item(region.code)
    if context.laterality in SIDES:
        item.AnatomicRegionModifierSequence = code_sequence(SIDES[context.laterality])
    ds.AnatomicRegionSequence = Sequence([item])
    if region.paired:
        ds.ImageLaterality = str(context.laterality or Laterality.UNPAIRED)


def icc_profile(ds: Dataset, photograph: Photograph) -> None:
    """ICC Profile Module, C.11.15: the camera's own profile, so that P3 stays P3."""
    if photograph.icc_profile:
        ds.ICCProfile = photograph.icc_profile
    if photograph.color_space:
        ds.ColorSpace = photograph.color_space


def sop_common(ds: Dataset, context: CaptureContext, media: Media, sop_class_uid: str) -> None:
    """SOP Common Module, C.12.1, with the hub as contributing equipment."""
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class_uid
    ds.SOPInstanceUID = context.sop_instance_uid
    if context.offset_known:
        moment = context.captured_at.astimezone(offset_of(context.captured_at))
        ds.TimezoneOffsetFromUTC = timezone_offset(moment)
    said = texts(_origin(context, media), media.changes)
    ds.ContributingEquipmentSequence = Sequence(_contribution(text) for text in said)


def _contribution(text: str) -> Dataset:
    """What the hub did; `hub.fidelity` reads it back."""
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = code_sequence(MODIFYING_EQUIPMENT)
    item.Manufacturer = HUB_NAME
    item.SoftwareVersions = _hub_version()
    item.ContributionDescription = text
    return item


@cache
def _hub_version() -> str:
    return words(version("encounter-imaging-hub"))


def _origin(context: CaptureContext, media: Media) -> str:
    """Which file it was, by its digest."""
    kind = media.source_format or "source"
    return f"Wrapped from a {kind} file; SHA-256 of the source: {context.source_sha256}"
