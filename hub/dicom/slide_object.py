"""VL Whole Slide Microscopy Image (PS3.3 A.32.8) that wsidicomizer made, with our context.

Of what it wrote only the attributes listed here are taken. What names the patient, the
encounter, the specimen and the objects themselves is ours: equal inputs give equal UIDs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import (
    JPEG2000,
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    VLWholeSlideMicroscopyImageStorage,
)

from hub.errors import DamagedImage
from hub.model import CaptureContext, Change, Instance, Series, Slide, Study

from . import dicom_json, facts
from . import encounter_modules as encounter
from . import image_modules as image
from .built import Write
from .check import check_header
from .codestream import Codestream
from .encode import file_header
from .iod import SERIES_NUMBERS
from .slide_tiles import SlideTiles
from .specimen_module import MICROSCOPE_SLIDE, specimen
from .uids import UIDs

MODALITY = "SM"

_TAKEN_OVER = (
    *("ImageType", "VolumetricProperties", "Manufacturer", "ManufacturerModelName"),
    *("DeviceSerialNumber", "SoftwareVersions", "PositionReferenceIndicator"),
    *("DimensionOrganizationType", "SamplesPerPixel", "PhotometricInterpretation"),
    *("PlanarConfiguration", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored"),
    *("HighBit", "PixelRepresentation", "LossyImageCompression", "LossyImageCompressionRatio"),
    *("LossyImageCompressionMethod", "ImagedVolumeWidth", "ImagedVolumeHeight"),
    *("ImagedVolumeDepth", "TotalPixelMatrixColumns", "TotalPixelMatrixRows"),
    *("TotalPixelMatrixOriginSequence", "FocusMethod", "ExtendedDepthOfField"),
    *("NumberOfFocalPlanes", "DistanceBetweenFocalPlanes", "ImageOrientationSlide"),
    *("OpticalPathSequence", "NumberOfOpticalPaths", "TotalPixelMatrixFocalPlanes"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
)
"""Attributes of wsidicomizer's object that ours has too: the list is of what stays."""

_UNKNOWN = "Unknown"
"""What wsidicomizer writes where the file names nothing and DICOM asks for something."""
_WITH_LABEL = frozenset({"LABEL", "OVERVIEW"})
_OF_TISSUE = frozenset({"VOLUME", "THUMBNAIL"})

_WHY = "Viewers and archives cannot read the scanner's own format"
_KEPT = Change("The coded tiles were put into DICOM by wsidicomizer", _WHY)
_CUT = Change("Coefficients coded again in tiles by wsidicomizer, none changed", _WHY)
_NO_SYNTAX = "Its tiles are coded in a way that could not be kept"


@dataclass(frozen=True)
class SlideObject:
    """One image of a slide: a level of its pyramid, its label or an overview."""

    ds: Dataset
    tiles: SlideTiles
    transfer_syntax_uid: UID

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID (0008,0018)."""
        return str(self.ds.SOPInstanceUID)

    def write_to(self, write: Write) -> None:
        """Write the PS3.10 file: our header, and the tiles after it, cleaned one by one.

        Raises DamagedImage for a tile that is not what the header says.
        """
        uids = (self.ds.SOPClassUID, self.ds.SOPInstanceUID)
        write(file_header(uids, self.transfer_syntax_uid, self.ds))
        self.tiles.write_to(write)

    def instance_facts(self, sha256: str, size: int) -> tuple[Study, Series, Instance]:
        """What the catalog keeps, given digest and size of the written file."""
        header = dicom_json.header(self.ds)
        return facts.of_dataset(self.ds, header, self.transfer_syntax_uid, sha256, size)


def slide_objects(
    files: Iterable[Path], slide: Slide, context: CaptureContext, uids: UIDs
) -> tuple[SlideObject, ...]:
    """Return the checked objects of a slide, its largest image first, its label last.

    Raises NotStorable for values that DICOM cannot hold, DamagedImage.
    """
    read = sorted((_read(path) for path in files), key=_in_order)
    return tuple(
        _with_context(ds, tiles, number, slide, context, uids)
        for number, (ds, tiles) in enumerate(read, 1)
    )


def _read(path: Path) -> tuple[Dataset, SlideTiles]:
    with path.open("rb") as stream:
        made = dcmread(stream, stop_before_pixels=True)
        start = stream.tell()
    if made.SOPClassUID != VLWholeSlideMicroscopyImageStorage:
        raise DamagedImage
    made.decode()
    ds = Dataset()
    for keyword in _TAKEN_OVER:
        if keyword in made:
            ds[keyword] = made[keyword]
    size = (ds.Rows, ds.Columns, ds.SamplesPerPixel)
    return ds, SlideTiles(str(path), start, ds.NumberOfFrames, size)


def _in_order(read: tuple[Dataset, SlideTiles]) -> tuple[int, int]:
    """Levels of the tissue by their size, then pictures that show the label."""
    ds = read[0]
    flavors = ("VOLUME", "THUMBNAIL", "OVERVIEW", "LABEL")
    flavor = flavors.index(ds.ImageType[2])
    return flavor, -int(ds.TotalPixelMatrixColumns)


def _with_context(
    ds: Dataset,
    tiles: SlideTiles,
    number: int,
    slide: Slide,
    context: CaptureContext,
    uids: UIDs,
) -> SlideObject:
    sop = uids.named("slide", context.capture_id.lower(), str(number))
    context = replace(context, sop_instance_uid=sop)
    syntax = _coding(ds, tiles.first, slide)
    media = _scanner(ds, context, slide, syntax)
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    encounter.general_series(ds, context, MODALITY, SERIES_NUMBERS[MODALITY])
    _enhanced_general_equipment(ds, context, media)
    image.taken(ds, context)
    ds.InstanceNumber = number
    _shown(ds, slide)
    _of_one_scan(ds, context, uids)
    if context.specimen:
        specimen(ds, context.specimen, context.related.specimen, MICROSCOPE_SLIDE)
    image.acquisition_context(ds)
    image.sop_common(ds, context, media, VLWholeSlideMicroscopyImageStorage)
    check_header(ds)
    return SlideObject(ds, tiles, syntax)


def _coding(ds: Dataset, first: Codestream, slide: Slide) -> UID:
    """Say by the tiles themselves how they are coded, and what they lost before (C.7.6.1.1.5).

    wsidicomizer 0.26 names the syntax of its own coder also for tiles that it kept.
    """
    if first.jpeg:
        return JPEGBaseline8Bit
    if first.samples == 3:
        transformed = "YBR_RCT" if first.reversible else "YBR_ICT"
        ds.PhotometricInterpretation = transformed if first.color_transform else "RGB"
    kept = ds.get("LossyImageCompression") == "01"
    if not kept and slide.lossy and ds.ImageType[2] == "VOLUME":
        ds.LossyImageCompression = "01"
        ds.LossyImageCompressionRatio = [f"{ratio:.2f}" for ratio, _ in slide.lossy]
        ds.LossyImageCompressionMethod = [method for _, method in slide.lossy]
    return JPEG2000 if kept else JPEG2000Lossless


def _scanner(ds: Dataset, context: CaptureContext, slide: Slide, syntax: UID) -> Slide:
    """Say what made the slide, by its file or else the context, and what became of its tiles."""
    done = _CUT if slide.source_format == "ndpi" else _KEPT
    if syntax == JPEG2000Lossless:
        stored = "stored as lossless JPEG 2000 by wsidicomizer"
        done = Change(f"Decoded from {slide.source_format.upper()}, {stored}", _NO_SYNTAX)

    def named(keyword: str) -> str:
        value = str(ds.get(keyword) or "")
        return "" if value == _UNKNOWN else value

    return replace(
        slide,
        manufacturer=named("Manufacturer") or context.device.manufacturer or _UNKNOWN,
        model=named("ManufacturerModelName") or context.device.model or _UNKNOWN,
        changes=(done, *slide.changes),
    )


def _enhanced_general_equipment(ds: Dataset, context: CaptureContext, media: Slide) -> None:
    """Enhanced General Equipment Module, C.7.5.2: serial number and software are Type 1."""
    image.general_equipment(ds, context, media)
    for keyword in ("DeviceSerialNumber", "SoftwareVersions"):
        setattr(ds, keyword, ds.get(keyword) or _UNKNOWN)


def _shown(ds: Dataset, slide: Slide) -> None:
    """Say what is in the picture (C.8.12.4): a label may name the patient; and its colours."""
    flavor = ds.ImageType[2]
    with_label = "YES" if flavor in _WITH_LABEL else "NO"
    ds.SpecimenLabelInImage = with_label
    ds.BurnedInAnnotation = with_label
    if flavor == "LABEL":
        # Slide Label Module, C.8.12.8: Type 2, what it says is not read.
        ds.LabelText = ""
        ds.BarcodeValue = ""
    profile = slide.icc_profile if flavor in _OF_TISSUE else slide.default_profile
    for path in ds.get("OpticalPathSequence", ()):
        if "ICCProfile" in path:
            path.ICCProfile = profile


def _of_one_scan(ds: Dataset, context: CaptureContext, uids: UIDs) -> None:
    """Let the UIDs that all images of one scan share follow from its series."""
    series = context.series_instance_uid
    ds.FrameOfReferenceUID = uids.named("frame of reference", series)
    if ds.ImageType[2] in _OF_TISSUE:
        ds.PyramidUID = uids.named("pyramid", series)
    organization = Dataset()
    organization.DimensionOrganizationUID = uids.named("dimension organization", series)
    ds.DimensionOrganizationSequence = [organization]
