"""Modules that say whose, when, why and by whom: the same for every object of an encounter.

One function per module of PS3.3, each adding its attributes to a Dataset; Type 2
attributes that are not known are empty.
"""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hub.model import CaptureContext, Order

from .codes import code_sequence
from .issuers import authority, issuer_sequence
from .values import birth_date, da, identifier, identifies, offset_of, person_name, tm, words


def patient(ds: Dataset, context: CaptureContext) -> None:
    """Patient Module, C.7.1.1."""
    who = context.patient
    ds.PatientName = person_name(who.name)
    ds.PatientID = identifier(who.patient_id)
    ds.PatientBirthDate = birth_date(who.birth_date)
    ds.PatientSex = who.sex if who.sex in {"M", "F", "O"} else ""
    named = authority(who.issuer)
    if named.namespace:
        ds.IssuerOfPatientID = identifier(named.namespace)
    if named.universal_id:
        qualifiers = Dataset()
        qualifiers.UniversalEntityID = named.universal_id
        qualifiers.UniversalEntityIDType = named.universal_type
        ds.IssuerOfPatientIDQualifiersSequence = Sequence([qualifiers])


def general_study(ds: Dataset, context: CaptureContext) -> None:
    """General Study Module, C.7.2.1: the care event, or the order that was chosen for it.

    Study Date and Time are in the one offset the instance has (C.12.1.1.8).
    """
    event = context.care_event
    started = event.started.astimezone(offset_of(context.captured_at))
    ds.StudyInstanceUID = event.study_instance_uid
    ds.StudyDate = da(started)
    ds.StudyTime = tm(started)
    ds.ReferringPhysicianName = ""
    ds.StudyID = words(event.accession_number, "SH")
    accession, issuer = _accession(context)
    ds.AccessionNumber = accession
    if accession and issuer:
        ds.IssuerOfAccessionNumberSequence = issuer_sequence(issuer)
    if event.description:
        ds.StudyDescription = words(event.description)
    if context.procedure:
        ds.ProcedureCodeSequence = code_sequence(context.procedure)


def _accession(context: CaptureContext) -> tuple[str, str]:
    """The order's accession number where it fits SH, else the care event's own."""
    order, event = context.order, context.care_event
    if order and order.accession_number and identifies(order.accession_number, "SH"):
        return order.accession_number, order.accession_issuer
    return identifier(event.accession_number, "SH"), event.accession_issuer


def patient_study(ds: Dataset, context: CaptureContext) -> None:
    """Patient Study Module, C.7.2.2: the encounter is the admission."""
    if context.encounter_id:
        ds.AdmissionID = identifier(context.encounter_id)
        if context.encounter_issuer:
            ds.IssuerOfAdmissionIDSequence = issuer_sequence(context.encounter_issuer)
    if context.reason:
        ds.ReasonForVisit = words(context.reason, "ST")


def general_series(ds: Dataset, context: CaptureContext, modality: str, number: int) -> None:
    """General Series Module, C.7.3.1; body site and side are per image, see `vl_image`.

    A series is a device's session, so its description cannot name one image's site.
    Body Part Examined does, for archives that know no Anatomic Region (ADR 0020).
    """
    ds.Modality = modality
    ds.SeriesInstanceUID = context.series_instance_uid
    ds.SeriesNumber = number
    ds.SeriesDescription = words(context.care_event.description)
    region = context.anatomic_region
    if region and region.body_part_examined:
        ds.BodyPartExamined = words(region.body_part_examined, "CS")
    _operator(ds, context)
    if context.order:
        ds.RequestAttributesSequence = Sequence([_request(context.order, context)])


def _operator(ds: Dataset, context: CaptureContext) -> None:
    operator = context.operator
    if operator.name:
        ds.OperatorsName = person_name(operator.name)
    if operator.id and context.institution:
        code = Dataset()
        code.LongCodeValue = operator.id
        if len(operator.id) <= 16:
            del code.LongCodeValue
            code.CodeValue = operator.id
        code.CodingSchemeDesignator = "99" + words(authority(operator.issuer).namespace, "SH")[:14]
        code.CodeMeaning = words(operator.role or "Operator")
        item = Dataset()
        item.PersonIdentificationCodeSequence = Sequence([code])
        item.InstitutionName = words(context.institution)
        ds.OperatorIdentificationSequence = Sequence([item])


def _request(order: Order, context: CaptureContext) -> Dataset:
    """Request Attributes Macro, table 10-9, of the order the clinician chose."""
    item = Dataset()
    item.StudyInstanceUID = context.care_event.study_instance_uid
    if order.accession_number and identifies(order.accession_number, "SH"):
        item.AccessionNumber = order.accession_number
        if order.accession_issuer:
            item.IssuerOfAccessionNumberSequence = issuer_sequence(order.accession_issuer)
    number = order.placer_order_number or order.accession_number
    if number and identifies(number, "SH"):
        # Type 1C together: the hub schedules no steps, so the order is the one step.
        item.RequestedProcedureID = number
        item.ScheduledProcedureStepID = number
    if order.procedure:
        item.RequestedProcedureDescription = words(order.procedure.meaning)
        item.RequestedProcedureCodeSequence = code_sequence(order.procedure)
    if order.reason:
        item.ReasonForTheRequestedProcedure = words(order.reason)
    return item
