"""What the catalog keeps of an object, read from its header: made here or received, alike."""

from __future__ import annotations

from collections.abc import Mapping

from pydicom.dataset import Dataset

from hub.model import Department, Instance, Patient, Series, Study

from .header_values import (
    acquired_at,
    code_of,
    date_of,
    integer_of,
    issuer_of,
    laterality_of,
    text_of,
)
from .issuers import issuer_text
from .steps import HUB_NAME

KEYWORDS = (
    "AccessionNumber",
    "AcquisitionDate",
    "AcquisitionDateTime",
    "AcquisitionTime",
    "AdmissionID",
    "AnatomicRegionSequence",
    "BodyPartExamined",
    "Columns",
    "ContentDate",
    "ContentTime",
    "ContributingEquipmentSequence",
    "ImageComments",
    "ImageLaterality",
    "InstanceNumber",
    "InstitutionalDepartmentName",
    "InstitutionalDepartmentTypeCodeSequence",
    "IssuerOfAccessionNumberSequence",
    "IssuerOfAdmissionIDSequence",
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "Laterality",
    "Manufacturer",
    "ManufacturerModelName",
    "Modality",
    "NumberOfFrames",
    "OperatorsName",
    "PatientBirthDate",
    "PatientID",
    "PatientName",
    "PatientSex",
    "ProcedureCodeSequence",
    "ReasonForStudy",
    "ReasonForVisit",
    "ReferringPhysicianName",
    "Rows",
    "SOPClassUID",
    "SOPInstanceUID",
    "SeriesDate",
    "SeriesDescription",
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesTime",
    "StationName",
    "StudyDate",
    "StudyDescription",
    "StudyID",
    "StudyInstanceUID",
    "StudyTime",
    "TimezoneOffsetFromUTC",
)
"""The attributes that facts are read from."""


def of_dataset(
    ds: Dataset, header: Mapping[str, object], transfer_syntax_uid: str, sha256: str, size: int
) -> tuple[Study, Series, Instance]:
    """Return study, series and instance of an object with this `header` in DICOM JSON.

    `ds` needs to have `KEYWORDS` only. Values of the wrong form are left out, not
    refused: an archive keeps what it is sent.
    """
    return _study(ds), _series(ds), _instance(ds, header, transfer_syntax_uid, sha256, size)


def _study(ds: Dataset) -> Study:
    contributors = ds.get("ContributingEquipmentSequence") or []
    return Study(
        study_instance_uid=str(ds.StudyInstanceUID),
        patient=_patient(ds),
        study_date=date_of(text_of(ds, "StudyDate")),
        study_time=text_of(ds, "StudyTime")[:6],
        timezone_offset=text_of(ds, "TimezoneOffsetFromUTC"),
        accession_number=text_of(ds, "AccessionNumber"),
        accession_issuer=issuer_of(ds, "IssuerOfAccessionNumberSequence"),
        study_id=text_of(ds, "StudyID"),
        description=text_of(ds, "StudyDescription"),
        referring_physician_name=text_of(ds, "ReferringPhysicianName"),
        department=Department(
            text_of(ds, "InstitutionalDepartmentName"),
            code_of(ds, "InstitutionalDepartmentTypeCodeSequence"),
        ),
        encounter_id=text_of(ds, "AdmissionID"),
        encounter_issuer=issuer_of(ds, "IssuerOfAdmissionIDSequence"),
        reason=text_of(ds, "ReasonForVisit") or text_of(ds, "ReasonForStudy"),
        procedure=code_of(ds, "ProcedureCodeSequence"),
        encounter_based=any(text_of(item, "Manufacturer") == HUB_NAME for item in contributors),
    )


def _patient(ds: Dataset) -> Patient:
    issuer = text_of(ds, "IssuerOfPatientID")
    qualifiers = ds.get("IssuerOfPatientIDQualifiersSequence") or []
    if qualifiers:
        item = Dataset()
        item.update(qualifiers[0])
        if issuer:
            item.LocalNamespaceEntityID = issuer
        issuer = issuer_text(item)
    born = date_of(text_of(ds, "PatientBirthDate"))
    return Patient(
        patient_id=text_of(ds, "PatientID"),
        issuer=issuer,
        name=text_of(ds, "PatientName"),
        birth_date=born.isoformat() if born else "",
        sex=text_of(ds, "PatientSex"),
    )


def _series(ds: Dataset) -> Series:
    return Series(
        series_instance_uid=str(ds.SeriesInstanceUID),
        study_instance_uid=str(ds.StudyInstanceUID),
        modality=text_of(ds, "Modality"),
        series_number=integer_of(ds, "SeriesNumber"),
        description=text_of(ds, "SeriesDescription"),
        anatomic_region=code_of(ds, "AnatomicRegionSequence"),
        body_part_examined=text_of(ds, "BodyPartExamined"),
        laterality=laterality_of(ds),
        station_name=text_of(ds, "StationName"),
        operator_name=text_of(ds, "OperatorsName"),
        manufacturer=text_of(ds, "Manufacturer"),
        model=text_of(ds, "ManufacturerModelName"),
    )


def _instance(
    ds: Dataset, header: Mapping[str, object], transfer_syntax_uid: str, sha256: str, size: int
) -> Instance:
    return Instance(
        sop_instance_uid=str(ds.SOPInstanceUID),
        sop_class_uid=str(ds.SOPClassUID),
        series_instance_uid=str(ds.SeriesInstanceUID),
        study_instance_uid=str(ds.StudyInstanceUID),
        transfer_syntax_uid=str(transfer_syntax_uid),
        sha256=sha256,
        size=size,
        header=header,
        instance_number=integer_of(ds, "InstanceNumber"),
        rows=integer_of(ds, "Rows"),
        columns=integer_of(ds, "Columns"),
        number_of_frames=integer_of(ds, "NumberOfFrames") or 1,
        acquired_at=acquired_at(ds),
        anatomic_region=code_of(ds, "AnatomicRegionSequence"),
        body_part_examined=text_of(ds, "BodyPartExamined"),
        laterality=laterality_of(ds),
        note=text_of(ds, "ImageComments"),
    )
