"""The one list of fields of a search document: name, kind, how it is filled.

A field is added here and nowhere else: writer, reader and facets follow the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.model import Study
from hub.terminology import tables
from indexing import filling
from indexing.filling import Facts, place_term
from indexing.sites import NOT_RECORDED, series_sites

__all__ = [
    "BY_NAME",
    "FACETS",
    "FIELDS",
    "FORMAT",
    "NOT_RECORDED",
    "Field",
    "Kind",
    "place_term",
]

_REVISION = 2
"""Raise it when a filling function changes its meaning: every index is then rebuilt."""


class Kind(StrEnum):
    """How a field is matched."""

    KEYWORD = "keyword"
    """Whole values, also by prefix and wildcard."""
    TEXT = "text"
    """Words in order; already folded (`hub.text`)."""
    NUMBER = "number"
    """Ranges; dates are YYYYMMDD, partial ones end in zeros."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the search document; every field may have several values."""

    name: str
    kind: Kind
    fill: Callable[[Facts], Iterable[str | int]]
    facet: str = ""
    """Heading of its counts beside the results; empty = no facet."""
    stored: bool = False
    """Whether the value comes back with a hit."""
    sorts: bool = False


_K, _T, _N = Kind.KEYWORD, Kind.TEXT, Kind.NUMBER

FIELDS: tuple[Field, ...] = (
    Field("study_instance_uid", _K, lambda f: [f.study.study_instance_uid]),
    Field("sort_key", _K, filling.sort_key, sorts=True, stored=True),
    Field("recency", _N, filling.recency),
    Field("version", _N, lambda f: [f.study.version]),
    # who
    Field("patient_id", _K, lambda f: [f.study.patient.patient_id], stored=True),
    Field("issuer", _K, lambda f: [f.study.patient.issuer], stored=True),
    Field("identities", _K, filling.identities),
    Field("ids", _K, filling.ids),
    Field("bare_ids", _K, filling.bare_ids),
    Field("name", _T, filling.name),
    Field("name_sound", _K, filling.name_sound),
    Field("patient_name", _K, lambda f: filling.person_names(f.study.patient.name)),
    Field("birth_date", _N, filling.birth_date),
    Field("sex", _K, lambda f: [f.study.patient.sex]),
    # what and where
    Field("modality", _K, lambda f: f.study.modalities, facet="Kind", stored=True),
    Field("place", _K, filling.places),
    Field("own_place", _K, filling.own_places),
    Field("body_site", _K, filling.body_sites, facet="Body site"),
    Field("side", _K, filling.sides, facet="Side"),
    Field("body_part", _K, lambda f: [s.body_part_examined for s in f.study.series]),
    Field("department", _K, filling.department, facet="Department"),
    Field("department_name", _K, lambda f: [f.study.department.name]),
    Field("sensitive", _K, filling.sensitive),
    Field("flags", _K, lambda f: [flag for site in f.sites for flag in site.flags]),
    # when
    Field("study_date", _N, filling.study_date, stored=True),
    Field("study_time", _N, filling.study_time),
    Field("moment", _N, filling.moment),
    Field("taken", _N, filling.taken),
    Field("year", _K, filling.year, facet="Year"),
    # by which number
    Field("accession_number", _K, lambda f: [f.study.accession_number]),
    Field("encounter_id", _K, lambda f: [f.study.encounter_id]),
    Field("study_id", _K, lambda f: [f.study.study_id]),
    # in words
    Field("description", _T, filling.description),
    Field("study_description", _K, lambda f: [f.study.description]),
    Field("reason", _T, filling.reason),
    Field("notes", _T, filling.notes),
    Field("people", _T, filling.people),
    Field(
        "referring_physician_name",
        _K,
        lambda f: filling.person_names(f.study.referring_physician_name),
    ),
    Field("encounter_based", _K, lambda f: ["y" if f.study.encounter_based else "n"]),
)

BY_NAME = {field.name: field for field in FIELDS}
FACETS = tuple(field for field in FIELDS if field.facet)


def _format() -> str:
    shape = repr([(f.name, f.kind, bool(f.facet), f.stored, f.sorts) for f in FIELDS])
    return hashlib.sha256(f"{_REVISION} {shape} {tables.digest()}".encode()).hexdigest()[:12]


FORMAT = _format()
"""Names the form of the index. It follows the list above and the anatomy data."""


def facts(study: Study, zone: ZoneInfo) -> Facts:
    """Return what the filling functions read."""
    return Facts(study, zone, series_sites(study))
