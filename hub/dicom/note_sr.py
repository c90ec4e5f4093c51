"""Basic Text SR (PS3.3 A.35.1) of a capture's note: where, how, by whom and why (ADR 0011).

Everything follows from the context, so the same capture has the same report.
"""

from __future__ import annotations

from typing import Protocol

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian

from hub.model import CaptureContext, Code, Media

from . import encounter_modules as encounter
from . import image_modules as image
from .built import BuiltObject
from .check import check_header
from .codes import SIDES, code_sequence
from .iod import NO_PAYLOAD, SERIES_NUMBERS
from .values import note, person_name, words

_MODALITY = "SR"
_NOTE = Code("LN", "34109-9", "Note")
_COMMENT = Code("DCM", "121106", "Comment")
_INDICATION = Code("DCM", "121109", "Indications for Procedure")
_PROCEDURE = Code("DCM", "121058", "Procedure reported")
_SITE = Code("SCT", "363698007", "Finding Site")
_SIDE = Code("SCT", "272741003", "Laterality")
_OBSERVER_TYPE = Code("DCM", "121005", "Observer Type")
_PERSON = Code("DCM", "121006", "Person")
_OBSERVER_NAME = Code("DCM", "121008", "Person Observer Name")


class Shown(Protocol):
    """An object that has been made."""

    @property
    def ds(self) -> Dataset:
        """Its header."""


def note_report(context: CaptureContext, media: Media, shown: Shown) -> BuiltObject:
    """Return the report of the note of `shown`, in a series of its own of the same study.

    Raises NotStorable and InvalidRequest as `build` does.
    """
    ds = Dataset()
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    _sr_document_series(ds, context)
    image.general_equipment(ds, context, media)
    _sr_document_general(ds, context, shown)
    _sr_document_content(ds, context, shown)
    image.sop_common(ds, context, media, BasicTextSRStorage)
    ds.SOPInstanceUID = context.related.note
    check_header(ds)
    return BuiltObject(ds, (), ExplicitVRLittleEndian, NO_PAYLOAD)


def _sr_document_series(ds: Dataset, context: CaptureContext) -> None:
    """SR Document Series Module, C.17.1."""
    ds.Modality = _MODALITY
    ds.SeriesInstanceUID = context.related.note_series
    ds.SeriesNumber = SERIES_NUMBERS[_MODALITY]
    ds.SeriesDescription = "Notes"
    ds.ReferencedPerformedProcedureStepSequence = Sequence()


def _sr_document_general(ds: Dataset, context: CaptureContext, shown: Shown) -> None:
    """SR Document General Module, C.17.2: complete, and verified by nobody."""
    image.taken(ds, context)
    del ds.AcquisitionDateTime
    ds.CompletionFlag = "COMPLETE"
    ds.VerificationFlag = "UNVERIFIED"
    ds.PerformedProcedureCodeSequence = Sequence()
    operator = context.operator
    if operator.name:
        author = Dataset()
        author.ObserverType = "PSN"
        author.PersonName = person_name(operator.name)
        author.InstitutionName = words(context.institution)
        author.InstitutionCodeSequence = Sequence()
        author.PersonIdentificationCodeSequence = Sequence()
        ds.AuthorObserverSequence = Sequence([author])
    ds.CurrentRequestedProcedureEvidenceSequence = Sequence([_evidence(shown.ds)])


def _evidence(shown: Dataset) -> Dataset:
    """SOP Instance Reference Macro, table C.17-3a."""
    series, study = Dataset(), Dataset()
    series.SeriesInstanceUID = shown.SeriesInstanceUID
    series.ReferencedSOPSequence = Sequence([_reference(shown)])
    study.StudyInstanceUID = shown.StudyInstanceUID
    study.ReferencedSeriesSequence = Sequence([series])
    return study


def _reference(shown: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = shown.SOPClassUID
    item.ReferencedSOPInstanceUID = shown.SOPInstanceUID
    return item


def _sr_document_content(ds: Dataset, context: CaptureContext, shown: Shown) -> None:
    """SR Document Content Module, C.17.3: what the note says, and of which object."""
    ds.ValueType = "CONTAINER"
    ds.ConceptNameCodeSequence = code_sequence(_NOTE)
    ds.ContinuityOfContent = "SEPARATE"
    content = [*_by_whom(context), *_where(context), _text(_COMMENT, note(context.note))]
    if context.reason:
        content.append(_text(_INDICATION, words(context.reason, "ST")))
    if context.procedure:
        content.insert(0, _code("HAS CONCEPT MOD", _PROCEDURE, context.procedure))
    content.append(_shown(shown.ds))
    ds.ContentSequence = Sequence(content)


def _by_whom(context: CaptureContext) -> list[Dataset]:
    if not context.operator.name:
        return []
    name = _item("HAS OBS CONTEXT", "PNAME", _OBSERVER_NAME)
    name.PersonName = person_name(context.operator.name)
    return [_code("HAS OBS CONTEXT", _OBSERVER_TYPE, _PERSON), name]


def _where(context: CaptureContext) -> list[Dataset]:
    if context.anatomic_region is None:
        return []
    site = _code("CONTAINS", _SITE, context.anatomic_region.code)
    if context.laterality in SIDES:
        side = _code("HAS CONCEPT MOD", _SIDE, SIDES[context.laterality])
        site.ContentSequence = Sequence([side])
    return [site]


def _shown(shown: Dataset) -> Dataset:
    """The image itself, or the document, which is no image."""
    item = Dataset()
    item.RelationshipType = "CONTAINS"
    item.ValueType = "IMAGE" if "Rows" in shown else "COMPOSITE"
    item.ReferencedSOPSequence = Sequence([_reference(shown)])
    return item


def _text(concept: Code, text: str) -> Dataset:
    item = _item("CONTAINS", "TEXT", concept)
    item.TextValue = text
    return item


def _code(relationship: str, concept: Code, value: Code) -> Dataset:
    item = _item(relationship, "CODE", concept)
    item.ConceptCodeSequence = code_sequence(value)
    return item


def _item(relationship: str, value_type: str, concept: Code) -> Dataset:
    item = Dataset()
    item.RelationshipType = relationship
    item.ValueType = value_type
    item.ConceptNameCodeSequence = code_sequence(concept)
    return item
