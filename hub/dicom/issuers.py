"""Assigning authorities: HL7 HD text, FHIR systems and DICOM issuer items (PS3.3 10.14)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

_UNIVERSAL_TYPES = frozenset({"DNS", "EUI64", "ISO", "URI", "UUID", "X400", "X500"})


@dataclass(frozen=True, slots=True)
class Authority:
    """An assigning authority by its local name, its universal id, or both."""

    namespace: str = ""
    universal_id: str = ""
    universal_type: str = ""


def authority(text: str) -> Authority:
    """Read `HOSPA`, `HOSPA&1.2.3&ISO`, `urn:oid:1.2.3` or a URL."""
    if text.startswith("urn:oid:"):
        return Authority("", text.removeprefix("urn:oid:"), "ISO")
    if text.startswith("urn:uuid:"):
        return Authority("", text.removeprefix("urn:uuid:"), "UUID")
    if "://" in text:
        return Authority("", text, "URI")
    namespace, universal, kind = [*text.split("&"), "", ""][:3]
    known = bool(universal) and kind in _UNIVERSAL_TYPES
    return Authority(namespace, universal, kind) if known else Authority(namespace)


@lru_cache(maxsize=256)
def issuer_sequence(text: str) -> Sequence:
    """Return the one-item sequence of the HL7v2 Hierarchic Designator Macro.

    Objects share it, so nobody changes it.
    """
    named = authority(text)
    item = Dataset()
    if named.namespace:
        item.LocalNamespaceEntityID = named.namespace
    if named.universal_id:
        item.UniversalEntityID = named.universal_id
        item.UniversalEntityIDType = named.universal_type
    return Sequence([item])


def issuer_text(item: Dataset) -> str:
    """Return the HD text of an issuer item; the way back from `issuer_sequence`."""
    namespace = str(item.get("LocalNamespaceEntityID", ""))
    universal = str(item.get("UniversalEntityID", ""))
    if not universal:
        return namespace
    kind = str(item.get("UniversalEntityIDType", ""))
    if not namespace:
        prefix = {"ISO": "urn:oid:", "UUID": "urn:uuid:", "URI": ""}.get(kind)
        if prefix is not None:
            return prefix + universal
    return f"{namespace}&{universal}&{kind}"
