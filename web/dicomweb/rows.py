"""Studies, series and instances as rows of a QIDO-RS answer, in DICOM JSON (PS3.18 F).

A row is a mapping of tags. What the catalog knows wins over the header of the object,
because corrections live in the catalog (D1).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from hub.dicom.keywords import tag_of, vr_of
from hub.model import Instance, Series, Study

Row = dict[str, dict[str, Any]]

_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


def study_row(study: Study, base: str) -> Row:
    """Return the study-level attributes (PS3.18 table 10.6.3-3)."""
    url = f"{base}/studies/{study.study_instance_uid}"
    return _row(
        StudyDate=study.study_date.strftime("%Y%m%d") if study.study_date else "",
        StudyTime=study.study_time,
        AccessionNumber=study.accession_number,
        InstanceAvailability="ONLINE",
        ModalitiesInStudy=list(study.modalities),
        ReferringPhysicianName=study.referring_physician_name,
        TimezoneOffsetFromUTC=study.timezone_offset or None,
        RetrieveURL=url,
        StudyDescription=study.description or None,
        InstitutionalDepartmentName=study.department.name or None,
        PatientName=study.patient.name,
        PatientID=study.patient.patient_id,
        IssuerOfPatientID=study.patient.issuer or None,
        PatientBirthDate=_whole_date(study.patient.birth_date),
        PatientSex=study.patient.sex,
        AdmissionID=study.encounter_id or None,
        StudyInstanceUID=study.study_instance_uid,
        StudyID=study.study_id,
        NumberOfStudyRelatedSeries=len(study.series),
        NumberOfStudyRelatedInstances=len(study.instances),
    )


def series_row(series: Series, base: str) -> Row:
    """Return the series-level attributes (PS3.18 table 10.6.3-4)."""
    url = f"{base}/studies/{series.study_instance_uid}/series/{series.series_instance_uid}"
    return _row(
        Modality=series.modality,
        SeriesDescription=series.description or None,
        SeriesInstanceUID=series.series_instance_uid,
        SeriesNumber=series.series_number if series.series_number is not None else "",
        BodyPartExamined=series.body_part_examined or None,
        NumberOfSeriesRelatedInstances=len(series.instances),
        RetrieveURL=url,
    )


def instance_row(instance: Instance, base: str) -> Row:
    """Return the instance-level attributes (PS3.18 table 10.6.3-5)."""
    number = instance.instance_number
    return _row(
        SOPClassUID=instance.sop_class_uid,
        SOPInstanceUID=instance.sop_instance_uid,
        InstanceNumber=number if number is not None else "",
        InstanceAvailability="ONLINE",
        RetrieveURL=instance_url(instance, base),
        Rows=instance.rows,
        Columns=instance.columns,
        NumberOfFrames=instance.number_of_frames if instance.rows else None,
        AvailableTransferSyntaxUID=instance.transfer_syntax_uid,
    )


def instance_url(instance: Instance, base: str) -> str:
    """Return where an instance is retrieved from (WADO-RS)."""
    return (
        f"{base}/studies/{instance.study_instance_uid}/series/{instance.series_instance_uid}"
        f"/instances/{instance.sop_instance_uid}"
    )


def with_fields(
    row: Row,
    header: Mapping[str, Any],
    fields: Collection[str] | None,
    belongs: Callable[[str], bool],
) -> Row:
    """Return `row` with the attributes that `includefield` names; None means all.

    They come from the header of one instance, as far as they belong to the level of the
    row, and never replace what the row has.
    """
    wanted = header if fields is None else [tag for tag in fields if tag in header]
    return {**{tag: header[tag] for tag in wanted if belongs(tag)}, **row}


def merged(*rows: Row) -> Row:
    """Return one row of several levels in the order of tags."""
    together = {tag: attribute for row in rows for tag, attribute in row.items()}
    return dict(sorted(together.items()))


def attribute(vr: str, values: Iterable[Any]) -> dict[str, Any]:
    """Return an attribute; without values it has a VR only (PS3.18 F.2.5)."""
    kept = [_value(vr, value) for value in values if value != ""]
    return {"vr": vr, "Value": kept} if kept else {"vr": vr}


def _row(**facts: Any) -> Row:
    """Return a row of keywords: None is left out, an empty text is an empty attribute."""
    row: Row = {}
    for keyword, fact in facts.items():
        if fact is not None:
            tag = tag_of(keyword)
            row[tag] = attribute(vr_of(tag), fact if isinstance(fact, list) else [fact])
    return row


def _value(vr: str, value: Any) -> Any:
    if vr != "PN":
        return value
    groups = zip(_NAME_GROUPS, str(value).split("="), strict=False)
    return {name: text for name, text in groups if text}


def _whole_date(text: str) -> str:
    # DA has no partial dates; a year of birth alone is not sent as the first of January.
    return text.replace("-", "") if len(text) == len("YYYY-MM-DD") else ""
