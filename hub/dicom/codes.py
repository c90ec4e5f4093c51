"""Coded concepts as sequence items (Code Sequence Macro, PS3.3 table 8.8-1)."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hub.model import Code, Laterality

from .values import words

SIDES = {
    Laterality.LEFT: Code("SCT", "7771000", "Left"),
    Laterality.RIGHT: Code("SCT", "24028007", "Right"),
    Laterality.BOTH: Code("SCT", "51440002", "Right and left"),
}
"""CID 244 Laterality; unpaired needs no modifier."""

MODIFYING_EQUIPMENT = Code("DCM", "109103", "Modifying Equipment")

_DESIGNATORS = {
    "http://snomed.info/sct": "SCT",
    "http://loinc.org": "LN",
    "http://www.ama-assn.org/go/cpt": "C4",
    "http://dicom.nema.org/resources/ontology/DCM": "DCM",
    "http://www.radlex.org": "RADLEX",
}


@lru_cache(maxsize=1024)
def code_sequence(code: Code) -> Sequence:
    """Return the sequence with the one item for `code`; objects share it, so nobody changes it."""
    return Sequence([code_item(code)])


def code_item(code: Code) -> Dataset:
    """Return the item; a value longer than SH goes to Long Code Value, whole."""
    item = Dataset()
    if len(code.value) > 16:
        item.LongCodeValue = code.value
    else:
        item.CodeValue = code.value
    item.CodingSchemeDesignator = _designator(code.scheme)
    item.CodeMeaning = words(code.meaning) or words(code.value)
    return item


def _designator(scheme: str) -> str:
    """Return the Coding Scheme Designator (SH) of a scheme named by designator or by URL.

    A local scheme gets a private one that follows from its name (PS3.16 8.2: "99...").
    """
    known = _DESIGNATORS.get(scheme, scheme)
    if 0 < len(known) <= 16:
        return known
    return "99" + hashlib.sha256(scheme.encode()).hexdigest()[:6].upper()
