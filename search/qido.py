"""DICOM attributes of a study-level query to the query tree (PS3.18 10.6, PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hub.errors import InvalidRequest
from hub.terminology import anatomy
from search import matching
from search.dicom_values import Times, clock_span, day_span, person_name
from search.query import Everything, Node, OneOf, Range, Wildcard, both, either

_CONTROL = {
    *("fuzzymatching", "includefield", "limit", "offset", "accept", "charset", "access_token"),
    *("emptyvaluematching", "multiplevaluematching"),
}
_UNSUPPORTED = {"emptyvaluematching", "multiplevaluematching"}


@dataclass(frozen=True, slots=True)
class QidoPage:
    """One page of Study UIDs; `total` counts all that match."""

    ids: tuple[str, ...]
    total: int
    warnings: tuple[str, ...] = ()
    """Texts for Warning headers, without PHI."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the parameters ask for."""

    node: Node
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One matching key."""

    keyword: str
    tag: str
    match: Callable[[str], Node]


def read_params(params: Sequence[tuple[str, str]], *, fuzzy: bool = False) -> Asked:
    """Read query parameters; unknown keys are left out, with a warning each.

    An empty value or a lone `*` matches everything, also studies without the attribute.
    Raises InvalidRequest for a repeated key, a value that is none of its kind, or a
    wildcard where there are none.
    """
    nodes: list[Node] = []
    warnings: list[str] = []
    times = Times()
    seen: set[str] = set()
    for name, value in params:
        if name.lower() in _CONTROL:
            warnings += _unsupported(name.lower(), value)
            continue
        key = _BY_NAME.get(name.lower())
        if not key:
            warnings.append(f"The key {_printable(name)} is not supported and was ignored.")
            continue
        if key.keyword in seen:
            raise InvalidRequest(f"{key.keyword} is given more than once.")
        seen.add(key.keyword)
        if value.strip("* ") == "":
            continue
        if key.keyword in ("StudyDate", "StudyTime"):
            times = times.with_value(key.keyword, value.strip())
        else:
            nodes.append(_matched(key, value.strip(), fuzzy))
    return Asked(both([*nodes, *times.nodes()]), tuple(warnings))


def _matched(key: Key, value: str, fuzzy: bool) -> Node:
    if fuzzy and key.match is _patient_name:
        return either([key.match(value), matching.fuzzy_name(value)])
    return key.match(value)


def _unsupported(name: str, value: str) -> list[str]:
    if name in _UNSUPPORTED and value.lower() == "true":
        return [
            f"The {name} parameter is not supported. Only single value matching has been performed."
        ]
    return []


def _printable(name: str) -> str:
    """Return the key for a header; values and odd characters never go there."""
    return name if re.fullmatch(r"[A-Za-z0-9.,]{1,100}", name) else "given"


# --- matching by value representation --------------------------------------------


def _text(field: str) -> Callable[[str], Node]:
    """Match AE CS LO LT SH ST: with case, `*` and `?` as wildcards."""

    def match(value: str) -> Node:
        if "*" in value or "?" in value:
            return Wildcard(field, value)
        return OneOf(field, frozenset({value}))

    return match


def _listed(field: str) -> Callable[[str], Node]:
    """Match one of several values, by backslash or comma; wildcards in each."""

    def match(value: str) -> Node:
        return either(_text(field)(part) for part in _parts(value))

    return match


def _uids(value: str) -> Node:
    uids = _parts(value)
    if not all(re.fullmatch(r"[0-9.]{1,64}", uid) for uid in uids):
        raise InvalidRequest("A UID has digits and points only, and no wildcards.")
    return OneOf("study_instance_uid", frozenset(uids))


def _patient_name(value: str) -> Node:
    return person_name("patient_name", value)


def _referring(value: str) -> Node:
    return person_name("referring_physician_name", value)


def _birth_date(value: str) -> Node:
    return Range("birth_date", *day_span(value))


def _region(value: str) -> Node:
    """Match the recorded code; an SRT or retired code finds its SCT equal, and the reverse."""
    keys = {f"{scheme}:{value}" for scheme in ("SCT", "SRT", "DCM", "FMA", "UBERON")}
    found = (anatomy().get(*key.split(":", 1)) for key in keys)
    return OneOf("body_site", frozenset(keys | {region.key for region in found if region}))


def _parts(value: str) -> list[str]:
    return [part.strip() for part in re.split(r"[\\,]", value) if part.strip()]


def _dates(value: str) -> Node:
    day_span(value)
    return Everything()


def _clock(value: str) -> Node:
    clock_span(value)
    return Everything()


KEYS = (
    Key("StudyDate", "00080020", _dates),
    Key("StudyTime", "00080030", _clock),
    Key("AccessionNumber", "00080050", _text("accession_number")),
    Key("ModalitiesInStudy", "00080061", _listed("modality")),
    Key("Modality", "00080060", _listed("modality")),
    Key("ReferringPhysicianName", "00080090", _referring),
    Key("StudyDescription", "00081030", _text("study_description")),
    Key("InstitutionalDepartmentName", "00081040", _text("department_name")),
    Key("AnatomicRegionSequence.CodeValue", "00082218.00080100", _region),
    Key("PatientName", "00100010", _patient_name),
    Key("PatientID", "00100020", _listed("patient_id")),
    Key("IssuerOfPatientID", "00100021", _text("issuer")),
    Key("PatientBirthDate", "00100030", _birth_date),
    Key("PatientSex", "00100040", _text("sex")),
    Key("BodyPartExamined", "00180015", _text("body_part")),
    Key("StudyInstanceUID", "0020000D", _uids),
    Key("StudyID", "00200010", _text("study_id")),
    Key("AdmissionID", "00380010", _text("encounter_id")),
)
"""Matching keys at study level; a new one is a line here."""


def _names(keys: Iterable[Key]) -> dict[str, Key]:
    return {name.lower(): key for key in keys for name in (key.keyword, key.tag)}


_BY_NAME = _names(KEYS)
