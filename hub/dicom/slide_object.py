"""VL Whole Slide Microscopy Image (PS3.3 A.32.8) that wsidicomizer made, with our context.

Its tiles are copied as they are. What names the patient, the encounter, the specimen and
the objects themselves is ours: equal inputs give equal UIDs.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import VLWholeSlideMicroscopyImageStorage

from hub.errors import DamagedImage
from hub.model import CaptureContext, Change, Media
from hub.slices import FileSlice, HeldFile, chunks_of

from . import encounter_modules as encounter
from . import image_modules as image
from .built import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, Write
from .check import check_header
from .specimen_module import MICROSCOPE_SLIDE, specimen
from .uids import UIDs

MODALITY = "SM"
_SERIES_NUMBER = 1
_CONVERTED = Change(
    "The slide file was converted to DICOM by wsidicomizer",
    "viewers and archives cannot read the scanner's own format",
)
_UNKNOWN = "Unknown"
"""What wsidicomizer writes where the file names nothing and DICOM asks for something."""


@dataclass(frozen=True)
class SlideObject:
    """One image of a slide: a level of its pyramid, its label or an overview."""

    ds: Dataset
    pixels: FileSlice
    """The Pixel Data element as it was written, to the end of the file."""

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID (0008,0018)."""
        return str(self.ds.SOPInstanceUID)

    def write_to(self, write: Write) -> None:
        """Write the PS3.10 file: our header, and the tiles after it."""
        header = io.BytesIO()
        dcmwrite(header, self.ds, enforce_file_format=True)
        write(header.getvalue())
        for chunk in chunks_of(self.pixels):
            write(chunk)


def slide_objects(
    files: Iterable[Path], context: CaptureContext, uids: UIDs
) -> tuple[SlideObject, ...]:
    """Return the checked objects of a slide, its largest image first.

    Raises NotStorable for values that DICOM cannot hold, DamagedImage.
    """
    read = sorted((_read(path) for path in files), key=_largest_first)
    return tuple(
        _with_context(ds, pixels, number, context, uids)
        for number, (ds, pixels) in enumerate(read, 1)
    )


def _read(path: Path) -> tuple[FileDataset, FileSlice]:
    file = HeldFile(str(path))
    with path.open("rb") as stream:
        ds = dcmread(stream, stop_before_pixels=True)
        start = stream.tell()
    if ds.SOPClassUID != VLWholeSlideMicroscopyImageStorage:
        raise DamagedImage
    ds.decode()
    return ds, FileSlice(file, start, os.path.getsize(path) - start)


def _largest_first(read: tuple[Dataset, FileSlice]) -> tuple[int, str]:
    ds = read[0]
    return -int(ds.TotalPixelMatrixColumns), "\\".join(ds.ImageType)


def _with_context(
    ds: FileDataset, pixels: FileSlice, number: int, context: CaptureContext, uids: UIDs
) -> SlideObject:
    sop = uids.named("slide", context.capture_id.lower(), str(number))
    context = replace(context, sop_instance_uid=sop)
    media = _scanner(ds, context)
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    encounter.general_series(ds, context, MODALITY, _SERIES_NUMBER)
    image.general_equipment(ds, context, media)
    image.taken(ds, context)
    ds.InstanceNumber = number
    _reproducible(ds, context, uids)
    if context.specimen:
        specimen(ds, context.specimen, context.related.specimen, MICROSCOPE_SLIDE)
    image.sop_common(ds, context, media, VLWholeSlideMicroscopyImageStorage)
    check_header(ds)
    _file_meta(ds)
    return SlideObject(ds, pixels)


def _scanner(ds: Dataset, context: CaptureContext) -> Media:
    """Say what made the slide: the file's word, else the context's."""
    device = context.device

    def named(keyword: str, given: str = "") -> str:
        value = str(ds.get(keyword) or "")
        return given or value if value in ("", _UNKNOWN) else value

    return Media(
        encoding="slide",
        payload=(),
        manufacturer=named("Manufacturer", device.manufacturer),
        model=named("ManufacturerModelName", device.model),
        changes=(_CONVERTED,),
        source_format="slide",
    )


def _reproducible(ds: Dataset, context: CaptureContext, uids: UIDs) -> None:
    """Let UIDs that all images of one scan share follow from its series; and no time of today."""
    series = context.series_instance_uid
    ds.FrameOfReferenceUID = uids.named("frame of reference", series)
    if "PyramidUID" in ds:
        ds.PyramidUID = uids.named("pyramid", series)
    for item in ds.get("DimensionOrganizationSequence", ()):
        item.DimensionOrganizationUID = uids.named("dimension organization", series)
    for path in ds.get("OpticalPathSequence", ()):
        if "ICCProfile" in path:
            path.ICCProfile = _without_day(path.ICCProfile)


def _without_day(profile: bytes) -> bytes:
    """Blank when a profile was made (ICC.1 7.2.8) and its digest: often it was made just now."""
    return profile[:24] + bytes(12) + profile[36:84] + bytes(16) + profile[100:]


def _file_meta(ds: FileDataset) -> None:
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    ds.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
