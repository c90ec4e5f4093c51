"""The query part of a QIDO-RS URL (PS3.18 8.3.4): what to match, to include and to page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.dicom.keywords import keyword_of, tag_of
from hub.errors import InvalidRequest

MOST_RESULTS = 1000
"""Rows in one answer at most; the rest is announced by a Warning."""

_SERIES_KEYS = frozenset({"Modality", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription"})
_INSTANCE_KEYS = frozenset({"SOPClassUID", "SOPInstanceUID", "InstanceNumber"})
_OPTIONS = frozenset({"limit", "offset", "fuzzymatching", "includefield", "accept"})
_UNSUPPORTED = {
    "emptyvaluematching": "The emptyvaluematching parameter is not supported.",
    "multiplevaluematching": "The multiplevaluematching parameter is not supported.",
}


@dataclass(frozen=True, slots=True)
class Query:
    """A QIDO-RS query, its matching keys told apart by level."""

    study_keys: tuple[tuple[str, str], ...]
    """What the search engine matches, patient attributes among them."""
    series_keys: tuple[tuple[str, str], ...]
    instance_keys: tuple[tuple[str, str], ...]
    fields: tuple[str, ...] | None
    """Tags of `includefield`; None for `all`."""
    limit: int
    offset: int
    fuzzy: bool
    warnings: tuple[str, ...] = ()


def read_query(arguments: Iterable[tuple[str, str]]) -> Query:
    """Read the arguments of a URL. Raises InvalidRequest for what is no DICOM attribute."""
    pairs = list(arguments)
    keys = [
        (_attribute_path(name), value)
        for name, value in pairs
        if name not in _OPTIONS and name not in _UNSUPPORTED
    ]
    options = dict(pairs)
    below = _SERIES_KEYS | _INSTANCE_KEYS
    return Query(
        study_keys=tuple(k for k in keys if k[0] not in below),
        series_keys=tuple(k for k in keys if k[0] in _SERIES_KEYS),
        instance_keys=tuple(k for k in keys if k[0] in _INSTANCE_KEYS),
        fields=_fields(value for name, value in pairs if name == "includefield"),
        limit=min(_number("limit", options.get("limit", str(MOST_RESULTS))), MOST_RESULTS),
        offset=_number("offset", options.get("offset", "0")),
        fuzzy=_yes_or_no("fuzzymatching", options.get("fuzzymatching", "false")),
        warnings=tuple(_UNSUPPORTED[name] for name, _ in pairs if name in _UNSUPPORTED),
    )


def _attribute_path(name: str) -> str:
    """Return a key as keywords joined by dots; a private tag stays a tag."""
    tags = [tag_of(step) for step in name.split(".")]
    if not all(tags):
        raise InvalidRequest(f"There is no DICOM attribute {name[:64]!r} to match.")
    return ".".join(keyword_of(tag) or tag for tag in tags)


def _fields(values: Iterable[str]) -> tuple[str, ...] | None:
    names = [name for value in values for name in value.split(",") if name]
    if "all" in names:
        return None
    tags = [tag_of(name.split(".")[0]) for name in names]
    if not all(tags):
        raise InvalidRequest("includefield names something that is no DICOM attribute.")
    return tuple(tags)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidRequest(f"{name} must be a number from 0.")
    return int(text)


def _yes_or_no(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidRequest(f"{name} must be true or false.")
    return text == "true"
