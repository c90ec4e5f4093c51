"""Encapsulated PDF (PS3.3 A.45.1): a document of the encounter."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import EncapsulatedPDFStorage

from hub.model import CaptureContext, Document

from . import encounter_modules as encounter
from . import image_modules as image
from .codes import code_sequence
from .iod import ENCAPSULATED_DOCUMENT, SERIES_NUMBERS, Iod
from .values import note, words

_MODALITY = "DOC"
_LONGEST_TITLE = 1024


def dataset(context: CaptureContext, document: Document) -> Dataset:
    """Return the object's header; the document itself is its payload."""
    ds = Dataset()
    encounter.patient(ds, context)
    encounter.general_study(ds, context)
    encounter.patient_study(ds, context)
    encounter.general_series(ds, context, _MODALITY, SERIES_NUMBERS[_MODALITY])
    image.general_equipment(ds, context, document)
    _sc_equipment(ds)
    _encapsulated_document(ds, context, document)
    image.sop_common(ds, context, document, EncapsulatedPDFStorage)
    return ds


def _sc_equipment(ds: Dataset) -> None:
    """SC Equipment Module, C.8.6.1: the hub is told of a file, not of a scanner."""
    ds.ConversionType = "WSD"


def _encapsulated_document(ds: Dataset, context: CaptureContext, document: Document) -> None:
    """Encapsulated Document Module, C.24.2, without the document.

    A PDF names its patient more often than not, so Burned In Annotation is YES.
    """
    image.taken(ds, context)
    ds.BurnedInAnnotation = "YES"
    ds.DocumentTitle = words(context.note, "ST")
    procedure = context.procedure
    ds.ConceptNameCodeSequence = code_sequence(procedure) if procedure else Sequence()
    ds.MIMETypeOfEncapsulatedDocument = document.mime_type
    ds.EncapsulatedDocumentLength = sum(len(piece) for piece in document.payload)
    if len(context.note) > _LONGEST_TITLE:
        # A Standard Extended attribute, so that no word of the note is lost.
        ds.ImageComments = note(context.note)


IOD = Iod(EncapsulatedPDFStorage, _MODALITY, dataset, ENCAPSULATED_DOCUMENT)
