"""Which attributes are those of a study or series, and so the same in all its instances.

Only these may be taken from the header of one instance to stand for a study or series.
"""

from __future__ import annotations

from hub.dicom.keywords import tag_of

_STUDY_GROUPS = ("0010", "0032", "0038")
_OF_STUDY = frozenset(
    map(
        tag_of,
        (
            *("StudyDate", "StudyTime", "AccessionNumber", "IssuerOfAccessionNumberSequence"),
            *("ReferringPhysicianName", "StudyDescription", "ProcedureCodeSequence"),
            *("InstitutionName", "InstitutionalDepartmentName", "TimezoneOffsetFromUTC"),
            *("InstitutionalDepartmentTypeCodeSequence", "AdmittingDiagnosesDescription"),
            *("NameOfPhysiciansReadingStudy", "PhysiciansOfRecord", "SpecificCharacterSet"),
            *("StudyInstanceUID", "StudyID", "ReferencedStudySequence"),
        ),
    )
)
_OF_SERIES = frozenset(
    map(
        tag_of,
        (
            *("Modality", "SeriesDate", "SeriesTime", "SeriesDescription", "ProtocolName"),
            *("SeriesDescriptionCodeSequence", "SeriesInstanceUID", "SeriesNumber", "Laterality"),
            *("Manufacturer", "ManufacturerModelName", "StationName", "DeviceSerialNumber"),
            *("SoftwareVersions", "OperatorsName", "OperatorIdentificationSequence"),
            *("PerformingPhysicianName", "BodyPartExamined", "PatientPosition"),
            *("AnatomicRegionSequence", "FrameOfReferenceUID", "RequestAttributesSequence"),
            *("PerformedProcedureStepStartDate", "PerformedProcedureStepStartTime"),
            *("PerformedProcedureStepID", "PerformedProcedureStepDescription"),
        ),
    )
)


def is_of_study(tag: str) -> bool:
    """Whether an attribute is of the patient, the visit or the study (PS3.3 C.7.1, C.7.2)."""
    return tag in _OF_STUDY or tag.startswith(_STUDY_GROUPS)


def is_of_series(tag: str) -> bool:
    """Whether an attribute is of the series or of anything above it (PS3.3 C.7.3)."""
    return tag in _OF_SERIES or is_of_study(tag)


def is_of_instance(tag: str) -> bool:
    """Hold for every attribute: an instance has those of all levels."""
    return bool(tag)
