"""A small whole slide image (PS3.3 A.32.8), tiled, as a slide scanner sends it."""

from __future__ import annotations

import io

import numpy as np
from drawn import encoded, scene
from PIL import Image, ImageCms
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import JPEGBaseline8Bit, VLWholeSlideMicroscopyImageStorage

TILE = 64


def _code(scheme: str, value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _item(**values: object) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def whole_slide(
    study: str = "1.2.3.1", sop: str = "1.2.3.3.1", columns: int = 150, flavor: str = "VOLUME"
) -> bytes:
    """The file of a slide of `columns` by 115 pixels in tiles of 64 by 64, JPEG, TILED_FULL."""
    rows, across = 115, -(-columns // TILE)
    ds = _header(study, sop, rows, columns, flavor)
    return _file(ds, _tiles(columns, rows, across, -(-rows // TILE)))


def large_slide(study: str, sop: str, table: str = "basic", columns: int = 3_000) -> bytes:
    """A base level of `columns` by 20,000 pixels; each tile holds its number as a comment."""
    ds = _header(study, sop, 20_000, columns, "VOLUME")
    tile = encoded(scene(TILE, TILE), "JPEG")
    numbers = (b"%08d" % number for number in range(1, ds.NumberOfFrames + 1))
    numbered = [tile[:2] + b"\xff\xfe\x00\x0a" + number + tile[2:] for number in numbers]
    return _file(ds, numbered, table)


def _header(study: str, sop: str, rows: int, columns: int, flavor: str) -> Dataset:
    ds = Dataset()
    _who_and_when(ds, study, sop)
    _pixels(ds, rows, columns, -(-columns // TILE) * -(-rows // TILE))
    _slide(ds)
    ds.ImageType = ["ORIGINAL", "PRIMARY", flavor, "NONE"]
    return ds


def _file(ds: Dataset, tiles: list[bytes], table: str = "basic") -> bytes:
    if table == "extended":
        ds.PixelData, offsets, lengths = encapsulate_extended(tiles)
        ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = offsets, lengths
    else:
        ds.PixelData = encapsulate(tiles, has_bot=table == "basic")
    ds["PixelData"].is_undefined_length = True
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def _tiles(columns: int, rows: int, across: int, down: int) -> list[bytes]:
    whole = np.full((down * TILE, across * TILE, 3), 255, np.uint8)
    whole[:rows, :columns] = np.asarray(scene(columns, rows))
    return [
        encoded(
            Image.fromarray(whole[y * TILE : (y + 1) * TILE, x * TILE : (x + 1) * TILE]),
            "JPEG",
        )
        for y in range(down)
        for x in range(across)
    ]


def _who_and_when(ds: Dataset, study: str, sop: str) -> None:
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = VLWholeSlideMicroscopyImageStorage, sop
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, f"{study}.1"
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = f"{study}.2", "SLIDE_CORNER"
    ds.PatientName, ds.PatientID = "Okafor^Grace", "1297287652"
    ds.PatientBirthDate, ds.PatientSex = "19450714", "F"
    ds.StudyDate, ds.StudyTime = "20261120", "120000"
    ds.AccessionNumber, ds.StudyID, ds.ReferringPhysicianName = "S26-1001", "1", ""
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "SM", 1, 1
    ds.Manufacturer, ds.ManufacturerModelName = "Acme", "Scanner"
    ds.DeviceSerialNumber, ds.SoftwareVersions = "7", "1"
    ds.ContentDate = ds.AcquisitionDate = "20261120"
    ds.ContentTime = ds.AcquisitionTime = "120000"
    ds.AcquisitionDateTime = "20261120120000"
    ds.PatientOrientation, ds.AcquisitionContextSequence = "", []


def _pixels(ds: Dataset, rows: int, columns: int, frames: int) -> None:
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "YBR_FULL_422", 0
    ds.NumberOfFrames, ds.Rows, ds.Columns = frames, TILE, TILE
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "01"
    ds.LossyImageCompressionRatio, ds.LossyImageCompressionMethod = "12.5", "ISO_10918_1"
    ds.TotalPixelMatrixColumns, ds.TotalPixelMatrixRows = columns, rows
    ds.TotalPixelMatrixFocalPlanes = 1
    ds.TotalPixelMatrixOriginSequence = [
        _item(XOffsetInSlideCoordinateSystem="10", YOffsetInSlideCoordinateSystem="20")
    ]
    ds.ImageOrientationSlide = ["0", "-1", "0", "-1", "0", "0"]
    ds.ImagedVolumeWidth, ds.ImagedVolumeHeight, ds.ImagedVolumeDepth = 0.075, 0.0575, 1.0
    ds.VolumetricProperties, ds.SpecimenLabelInImage = "VOLUME", "NO"
    ds.FocusMethod, ds.ExtendedDepthOfField = "AUTO", "NO"
    ds.DimensionOrganizationType = "TILED_FULL"
    ds.DimensionOrganizationSequence = [_item(DimensionOrganizationUID="1.2.3.9")]
    ds.NumberOfOpticalPaths = 1


def _slide(ds: Dataset) -> None:
    measures = _item(PixelSpacing=["0.0005", "0.0005"], SliceThickness="0.001")
    ds.SharedFunctionalGroupsSequence = [
        _item(
            PixelMeasuresSequence=[measures],
            WholeSlideMicroscopyImageFrameTypeSequence=[
                _item(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])
            ],
            OpticalPathIdentificationSequence=[_item(OpticalPathIdentifier="1")],
        )
    ]
    ds.OpticalPathSequence = [
        _item(
            OpticalPathIdentifier="1",
            IlluminationTypeCodeSequence=[_code("DCM", "111744", "Brightfield illumination")],
            IlluminationColorCodeSequence=[_code("SCT", "414298005", "Full Spectrum")],
            ICCProfile=_srgb(),
        )
    ]
    ds.ContainerIdentifier, ds.IssuerOfTheContainerIdentifierSequence = "S26-1001-A1", []
    ds.ContainerTypeCodeSequence = [_code("SCT", "433466003", "Microscope slide")]
    ds.SpecimenDescriptionSequence = [
        _item(
            SpecimenIdentifier="S26-1001-A1",
            SpecimenUID="1.2.3.7",
            IssuerOfTheSpecimenIdentifierSequence=[],
            SpecimenPreparationSequence=[],
        )
    ]


def _srgb() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile + b"\x00" * (len(profile) % 2)
