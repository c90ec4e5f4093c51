"""Which images of a slide are shown: one level of its pyramid, then overview and label.

A base level has thousands of tiles; a page shows the largest level that is one picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.dicom.draw_slide import fits_one_picture
from hub.model import Instance

_IMAGE_TYPE, _TOTAL_COLUMNS, _TOTAL_ROWS = "00080008", "00480006", "00480007"
_PIXEL_SPACING = "00280030"
_LEVELS = frozenset({"VOLUME", "THUMBNAIL"})
_ASIDE = ("OVERVIEW", "LABEL")


def pictures(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return the images of a series to be shown, a slide's tissue before its label."""
    levels = [i for i in instances if _flavor(i) in _LEVELS]
    aside = sorted(
        (i for i in instances if _flavor(i) in _ASIDE), key=lambda i: _ASIDE.index(_flavor(i))
    )
    known = _LEVELS.union(_ASIDE)
    others = tuple(i for i in instances if i.rows and i.columns and _flavor(i) not in known)
    shown = _shown_level(levels)
    return (*others, *((shown,) if shown else ()), *aside)


def covers(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return those of `pictures` that may stand for a study: no label, which names the patient."""
    return tuple(i for i in pictures(instances) if _flavor(i) not in _ASIDE)


def size(instance: Instance) -> tuple[int, int]:
    """Return width and height of the picture that is shown: a slide's tiles, or one of them."""
    if fits_one_picture(instance):
        return _total(instance)
    return instance.columns or 0, instance.rows or 0


def full_size(instances: Iterable[Instance], shown: Instance) -> tuple[int, int] | None:
    """Return the size of the slide's base level where less than that is shown."""
    if _flavor(shown) not in _LEVELS:
        return None
    largest = max(_total(i) for i in instances if _flavor(i) in _LEVELS)
    return largest if largest > size(shown) else None


def spacing(instance: Instance) -> Sequence[object]:
    """Return Pixel Spacing, which slides have among what their frames share (C.7.6.16.2.1)."""
    found = instance.header
    for tag in ("52009229", "00289110"):
        items = _values_of(found, tag)
        found = items[0] if items and isinstance(items[0], Mapping) else {}
    return _values(instance, _PIXEL_SPACING) or _values_of(found, _PIXEL_SPACING)


def _shown_level(levels: list[Instance]) -> Instance | None:
    drawable = [i for i in levels if fits_one_picture(i)]
    if drawable:
        return max(drawable, key=_total)
    return min(levels, key=_total, default=None)


def _total(instance: Instance) -> tuple[int, int]:
    return _number(instance, _TOTAL_COLUMNS), _number(instance, _TOTAL_ROWS)


def _flavor(instance: Instance) -> str:
    """Return Image Type value 3 of a slide's image (C.8.12.4.1.1); empty for anything else."""
    values = _values(instance, _IMAGE_TYPE)
    is_slide = _number(instance, _TOTAL_COLUMNS) > 0
    return str(values[2]) if is_slide and len(values) > 2 else ""


def _number(instance: Instance, tag: str) -> int:
    values = _values(instance, tag)
    return values[0] if values and isinstance(values[0], int) else 0


def _values(instance: Instance, tag: str) -> Sequence[object]:
    return _values_of(instance.header, tag)


def _values_of(header: Mapping[str, object], tag: str) -> Sequence[object]:
    element = header.get(tag)
    return element.get("Value", ()) if isinstance(element, Mapping) else ()
