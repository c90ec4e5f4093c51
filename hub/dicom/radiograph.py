"""A Computed Radiography Image (PS3.3 A.2), as a radiology modality would send it.

The hub never makes one of these from a capture; demo data and tests need an
order-based study that stands beside the photos.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

from hub.model import Code, Laterality, Order, Patient


@dataclass(frozen=True, slots=True)
class Radiograph:
    """What the modality knew when the exposure was made."""

    patient: Patient
    order: Order
    """With the region, side and procedure that were asked for."""
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    acquired_at: datetime
    """Aware."""
    body_part_examined: str
    view_position: str
    rows: int
    columns: int
    pixels: bytes
    """12 of 16 bits, little endian, black is air."""
    pixel_spacing: float
    """mm at the detector."""
    window: tuple[int, int] = (2048, 4096)


def computed_radiograph(radiograph: Radiograph) -> bytes:
    """Return the DICOM file, Explicit VR Little Endian."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = UID(radiograph.sop_instance_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    _patient(ds, radiograph.patient)
    _general_study(ds, radiograph)
    _cr_series(ds, radiograph)
    _request_attributes(ds, radiograph.order)
    _image_pixel(ds, radiograph)
    _sop_common(ds, radiograph)
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _patient(ds: Dataset, patient: Patient) -> None:
    ds.PatientName = patient.name
    ds.PatientID = patient.patient_id
    ds.IssuerOfPatientID = patient.issuer
    birth_date = patient.birth_date.replace("-", "")
    ds.PatientBirthDate = birth_date if len(birth_date) == 8 else ""
    ds.PatientSex = patient.sex if patient.sex in ("M", "F", "O") else ""


def _general_study(ds: Dataset, radiograph: Radiograph) -> None:
    ds.StudyInstanceUID = radiograph.study_instance_uid
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = f"{radiograph.acquired_at:%Y%m%d}"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = f"{radiograph.acquired_at:%H%M%S}"
    ds.TimezoneOffsetFromUTC = f"{radiograph.acquired_at:%z}"
    ds.AccessionNumber = radiograph.order.accession_number
    if radiograph.order.accession_issuer:
        issuer = Dataset()
        issuer.LocalNamespaceEntityID = radiograph.order.accession_issuer
        ds.IssuerOfAccessionNumberSequence = [issuer]
    ds.ReferringPhysicianName = ""
    ds.StudyID = radiograph.order.accession_number
    if radiograph.order.procedure:
        ds.StudyDescription = radiograph.order.procedure.meaning
        ds.ProcedureCodeSequence = [_code(radiograph.order.procedure)]


def _cr_series(ds: Dataset, radiograph: Radiograph) -> None:
    ds.Modality = "CR"
    ds.SeriesInstanceUID = radiograph.series_instance_uid
    ds.SeriesNumber = 1
    ds.BodyPartExamined = radiograph.body_part_examined
    if radiograph.order.anatomic_region:
        ds.AnatomicRegionSequence = [_code(radiograph.order.anatomic_region)]
    ds.ViewPosition = radiograph.view_position
    # Laterality is required for a paired part and has no code for "unpaired" in a series.
    if radiograph.order.laterality in (Laterality.LEFT, Laterality.RIGHT):
        ds.Laterality = str(radiograph.order.laterality)
    ds.Manufacturer = "Demo"
    ds.ManufacturerModelName = "Drawn Radiograph"
    ds.InstitutionName = "Demo Hospital"
    ds.InstitutionalDepartmentName = "Radiology"


def _request_attributes(ds: Dataset, order: Order) -> None:
    item = Dataset()
    item.RequestedProcedureID = order.placer_order_number or order.accession_number
    item.ScheduledProcedureStepID = order.accession_number
    if order.procedure:
        item.RequestedProcedureDescription = order.procedure.meaning
    if order.reason:
        item.ReasonForTheRequestedProcedure = order.reason
    ds.RequestAttributesSequence = [item]


def _image_pixel(ds: Dataset, radiograph: Radiograph) -> None:
    ds.InstanceNumber = 1
    ds.PatientOrientation = ""
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.BurnedInAnnotation = "NO"
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = radiograph.rows, radiograph.columns
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelRepresentation = 0
    ds.ImagerPixelSpacing = [radiograph.pixel_spacing, radiograph.pixel_spacing]
    ds.WindowCenter, ds.WindowWidth = radiograph.window
    ds.PixelData = radiograph.pixels


def _sop_common(ds: Dataset, radiograph: Radiograph) -> None:
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.SOPInstanceUID = radiograph.sop_instance_uid


def _code(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue = code.value
    item.CodingSchemeDesignator = code.scheme
    item.CodeMeaning = code.meaning
    return item
