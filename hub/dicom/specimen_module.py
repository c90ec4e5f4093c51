"""Specimen Module (PS3.3 C.7.6.22): the container by its label, and what lies in it."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hub.model import Code, Specimen

from .codes import code_sequence
from .issuers import issuer_sequence
from .values import identifier, words

MICROSCOPE_SLIDE = Code("SCT", "433466003", "Microscope slide")
"""CID 8101 Container Types."""


def specimen(
    ds: Dataset, shown: Specimen, specimen_uid: str, container: Code | None = None
) -> None:
    """Add the module; `container` is the type of container, where the capture implies it."""
    issuer = issuer_sequence(shown.issuer) if shown.issuer else Sequence()
    ds.ContainerIdentifier = identifier(shown.container_id)
    ds.IssuerOfTheContainerIdentifierSequence = issuer
    ds.ContainerTypeCodeSequence = code_sequence(container) if container else Sequence()
    item = Dataset()
    item.SpecimenIdentifier = identifier(shown.specimen_id or shown.container_id)
    item.IssuerOfTheSpecimenIdentifierSequence = issuer
    item.SpecimenUID = specimen_uid
    if shown.type:
        item.SpecimenShortDescription = words(shown.type)
    item.SpecimenPreparationSequence = Sequence()
    ds.SpecimenDescriptionSequence = Sequence([item])
