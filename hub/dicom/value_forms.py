"""The form a value has in each VR (PS3.5 table 6.2-1), as it may stand in an object.

Ranges, which only queries have, and padding, which the encoder adds, are no such form.
pydicom knows the same rules; asking it for each of some sixty values would take a tenth of
the time that a photo takes. A test holds what is accepted here to what pydicom accepts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_DATE = r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?"
_DATE_TIME = rf"\d{{4}}((0[1-9]|1[0-2])((0[1-9]|[12]\d|3[01])({_TIME})?)?)?([+-][01]\d[0-5]\d)?"
_LINE = r"[^\\\x00-\x1f\x7f]"
_LINES = r"[^\x00-\x08\x0b\x0e-\x1f\x7f]"

_TEXTS = {
    "AE": r"[\x20-\x5b\x5d-\x7e]{1,16}",
    "AS": r"\d{3}[DWMY]",
    "CS": r"[A-Z0-9 _]{1,16}",
    "DA": _DATE,
    "DS": r"(?=.{1,16}\Z)[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?",
    "DT": _DATE_TIME,
    "IS": r"(?=.{1,12}\Z)[+-]?\d+",
    "LO": _LINE + "{1,64}",
    "LT": _LINES + "{1,10240}",
    "SH": _LINE + "{1,16}",
    "ST": _LINES + "{1,1024}",
    "TM": _TIME,
    "UC": _LINE + "+",
    "UI": r"(?=.{1,64}\Z)(0|[1-9]\d*)(\.(0|[1-9]\d*))*",
    "UR": r"[!#-;=?-\[\]_a-z~%]+",
    "UT": _LINES + "+",
}
_NUMBERS = {
    "US": (0, 0xFFFF),
    "SS": (-0x8000, 0x7FFF),
    "UL": (0, 0xFFFFFFFF),
    "SL": (-0x80000000, 0x7FFFFFFF),
}

_TEXT_FORMS: Mapping[str, Callable[[str], object]] = {
    vr: re.compile(form, re.ASCII).fullmatch for vr, form in _TEXTS.items()
}


def fits(vr: str, value: object) -> bool:
    """Whether one `value` has the form of `vr`; empty text fits every VR of text.

    VRs without a form of their own (sequences, bytes, floating point, PN) hold anything.
    """
    form = _TEXT_FORMS.get(vr)
    if form is not None:
        text = str(value)
        return not text or form(text) is not None
    if vr not in _NUMBERS:
        return True
    lowest, highest = _NUMBERS[vr]
    return isinstance(value, int) and lowest <= value <= highest
