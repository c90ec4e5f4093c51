"""A header as DICOM JSON (PS3.18 F.2), without its bulk data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

_BULK_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
_LARGEST_INLINE = 1024
_PIXEL_TAG = "7FE00010"
_DOCUMENT_TAG = "00420011"


def header(ds: Dataset) -> dict[str, Any]:
    """Return the DICOM JSON of a header without file meta and group lengths.

    Binary values are `BulkDataURI`s relative to the instance (`bulk/00282000`); the service
    that answers makes them absolute. Pixel Data and an
    encapsulated document stand there whether or not `ds` has them.
    """
    out = _object(ds, ())
    if "Rows" in ds:
        out.setdefault(_PIXEL_TAG, {"vr": "OB", "BulkDataURI": f"bulk/{_PIXEL_TAG}"})
    if "MIMETypeOfEncapsulatedDocument" in ds:
        out.setdefault(_DOCUMENT_TAG, {"vr": "OB", "BulkDataURI": f"bulk/{_DOCUMENT_TAG}"})
    return out


def _object(ds: Dataset, path: tuple[str, ...]) -> dict[str, Any]:
    return {f"{e.tag:08X}": _element(e, path) for e in ds if e.tag.element != 0}


def _element(element: DataElement, path: tuple[str, ...]) -> dict[str, Any]:
    tag = f"{element.tag:08X}"
    if element.VR == "SQ":
        items = [_object(item, (*path, tag, str(i))) for i, item in enumerate(element.value)]
        return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
    if element.VR in _BULK_VRS and not element.is_empty:
        return {"vr": str(element.VR), "BulkDataURI": "/".join(("bulk", *path, tag))}
    try:
        return dict(element.to_json_dict(None, _LARGEST_INLINE))
    except (TypeError, ValueError, AttributeError):
        return _as_text(element)


def _as_text(element: DataElement) -> dict[str, Any]:
    """A value that is not of its VR, such as a DS that is no number, as the text it is."""
    value = element.value
    values: Iterable[object] = value if isinstance(value, list | tuple) else [value]
    return {"vr": str(element.VR), "Value": [str(v) for v in values]}
