"""Modalities (PS3.16 CID 33) with lay words, retired values and families."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hub.terminology.tables import listed, rows

_EXTRA_FAMILIES = {"DR": ("xray", "plain_xray")}
# Not in CID 33, but archives are full of it: digital radiography before DX existed.
FAMILY_NAMES = {
    "photo": "Photo",
    "plain_xray": "X-ray",
    "xray": "X-ray, any kind",
    "ultrasound": "Ultrasound",
    "microscopy": "Microscopy",
    "nuclear": "Nuclear medicine",
    "scope": "Endoscopy",
    "waveform": "Waveform",
    "document": "Document",
    "eye": "Eye examination",
}
_NAMES = {
    "XC": "Photo",
    "OP": "Eye photo",
    "GM": "Microscopy",
    "SM": "Slide",
    "CR": "X-ray",
    "DX": "X-ray",
    "RG": "X-ray",
    "CT": "CT",
    "MR": "MRI",
    "MG": "Mammogram",
    "NM": "Nuclear medicine",
    "PT": "PET",
    "RF": "Fluoroscopy",
    "XA": "Angiography",
}
"""What people call images where it is not the meaning in CID 33: for pages, chips and facets."""


@dataclass(frozen=True, slots=True)
class Modality:
    """One value of Modality (0008,0060)."""

    value: str
    meaning: str
    families: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    acquisition: bool = False
    """Whether it is a way of imaging (CID 29), not a document or a plan."""
    retired: bool = False
    now: tuple[str, ...] = ()
    """What a retired value is written as today; a search for that finds it too."""


class Modalities:
    """All modalities and the families that words like "x-ray" stand for."""

    def __init__(self, modalities: Iterable[Modality]) -> None:
        self._by_value = {m.value: m for m in modalities}
        families: dict[str, set[str]] = defaultdict(set)
        for modality in self._by_value.values():
            for family in modality.families:
                families[family].add(modality.value)
        self.families: Mapping[str, frozenset[str]] = {k: frozenset(v) for k, v in families.items()}

    def all(self) -> tuple[Modality, ...]:
        """Return every modality, in the order of the data file."""
        return tuple(self._by_value.values())

    def with_former(self, values: Iterable[str]) -> frozenset[str]:
        """Return `values` and the retired values that meant the same."""
        wanted = frozenset(values)
        return wanted | {m.value for m in self._by_value.values() if wanted.intersection(m.now)}

    def get(self, value: str) -> Modality | None:
        """Return the modality with this value, or None."""
        return self._by_value.get(value)

    def name(self, value: str) -> str:
        """Return what people call images of a modality; unknown values stand for themselves."""
        found = self._by_value.get(value)
        return _NAMES.get(value) or (found.meaning if found else value)


@lru_cache(maxsize=1)
def modalities() -> Modalities:
    """Return the modalities of `data/modality.csv`."""
    return Modalities(_modality(row) for row in rows("modality"))


def _modality(row: dict[str, str]) -> Modality:
    return Modality(
        row["code"],
        re.sub(r"^\(.*?\) | \(retired.*\)| -> .*", "", row["meaning"]),
        families=tuple(listed(row["families"])) or _EXTRA_FAMILIES.get(row["code"], ()),
        synonyms=tuple(listed(row["synonyms"])),
        acquisition=row["acquisition_cid29"] == "y",
        retired=not row["status"].startswith("PS3.16"),
        now=tuple(re.findall(r"\b[A-Z]{2,}\b", row["meaning"].partition("->")[2])),
    )
