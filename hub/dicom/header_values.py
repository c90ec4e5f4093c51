"""Values read from any header: what is missing or of the wrong form is empty, never an error."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydicom.dataset import Dataset
from pydicom.valuerep import DA, DT, TM

from hub.model import Code, Laterality

from .codes import SIDES
from .issuers import issuer_text

_SIDE_OF_CODE = {code.value: side for side, code in SIDES.items()} | {
    "G-A101": Laterality.LEFT,
    "G-A100": Laterality.RIGHT,
    "G-A102": Laterality.BOTH,
}
"""CID 244 by SNOMED CT, and by the SRT codes older devices still write."""


def laterality_of(ds: Dataset) -> Laterality | None:
    """The side of the image, else of the series, else of the region's modifier."""
    for keyword in ("ImageLaterality", "Laterality"):
        value = text_of(ds, keyword)
        if value in set(Laterality):
            return Laterality(value)
    for region in ds.get("AnatomicRegionSequence") or []:
        for modifier in region.get("AnatomicRegionModifierSequence") or []:
            side = _SIDE_OF_CODE.get(text_of(modifier, "CodeValue"))
            if side:
                return side
    return None


def acquired_at(ds: Dataset) -> datetime | None:
    """When the image was taken; without any offset in the object it counts as UTC."""
    moment = _moment(ds)
    if moment is None or moment.tzinfo is not None:
        return moment
    offset = text_of(ds, "TimezoneOffsetFromUTC")
    try:
        zone = datetime.strptime(offset, "%z").tzinfo if offset else UTC
    except ValueError:
        zone = UTC
    return moment.replace(tzinfo=zone)


def _moment(ds: Dataset) -> datetime | None:
    try:
        if text_of(ds, "AcquisitionDateTime"):
            moment = DT(text_of(ds, "AcquisitionDateTime"))
            return datetime.fromisoformat(moment.isoformat()) if moment else None
        for prefix in ("Acquisition", "Content", "Series", "Study"):
            day, time = DA(text_of(ds, f"{prefix}Date")), TM(text_of(ds, f"{prefix}Time"))
            if day:
                return datetime.fromisoformat(f"{day.isoformat()}T{time or '00:00:00'}")
    except (ValueError, TypeError):
        return None
    return None


def text_of(ds: Dataset, keyword: str) -> str:
    """Return the value as text, without padding."""
    value = ds.get(keyword)
    return "" if value is None else str(value).strip(" \x00")


def integer_of(ds: Dataset, keyword: str) -> int | None:
    """Return an IS or US value as a number."""
    try:
        return int(text_of(ds, keyword))
    except ValueError:
        return None


def date_of(text: str) -> date | None:
    """Return the day a DA text names."""
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def code_of(ds: Dataset, keyword: str) -> Code | None:
    """Return the first code of a code sequence, whichever attribute holds its value."""
    items = ds.get(keyword) or []
    if not items:
        return None
    item = items[0]
    value = (
        text_of(item, "CodeValue")
        or text_of(item, "LongCodeValue")
        or text_of(item, "URNCodeValue")
    )
    return Code(text_of(item, "CodingSchemeDesignator"), value, text_of(item, "CodeMeaning"))


def issuer_of(ds: Dataset, keyword: str) -> str:
    """Return the first issuer of a sequence as HD text."""
    items = ds.get(keyword) or []
    return issuer_text(items[0]) if items else ""
