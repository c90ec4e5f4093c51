"""The hub's own encoder writes what pydicom's writer would."""

from __future__ import annotations

import io
from collections.abc import Callable

import pydicom
import pytest
from drawn import encoded, exif, jpeg, scene
from PIL.TiffImagePlugin import IFDRational

from factories import make_patient
from hub.model import Code, Laterality, Order

EXIF = exif(
    t010F="Acmé",
    t829A=IFDRational(1, 3),
    t8827=400,
    tA432=tuple(IFDRational(n, 10) for n in (240, 700, 28, 28)),
)
ORDER = Order("A1", "RIS&1.2.3&ISO", "P1", Code("99X", "C1", "Photo"), reason="Follow-up")
CHANGES = [
    {},
    {"content": jpeg(exif=EXIF, icc_profile=bytes(131))},
    {"content": encoded(scene(), "PNG"), "note": "Zeile 1\nZeile 2: ß ∅"},
    {"order": ORDER, "procedure": ORDER.procedure, "laterality": Laterality.BOTH},
    {"patient": make_patient(name="山田^太郎=Yamada^Taro", issuer="H&1.2&ISO", birth_date="")},
]


@pytest.mark.parametrize("changes", CHANGES)
def test_the_bytes_are_those_of_pydicom(wrapped: Callable[..., bytes], changes: dict):
    file = wrapped(**changes)
    ds = pydicom.dcmread(io.BytesIO(file), stop_before_pixels=True)
    for element in ds.iterall():
        assert element.value is not None or element.VM == 0
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, enforce_file_format=True)
    header = file[: file.index(b"\xe0\x7f\x10\x00OB")]
    assert out.getvalue() == header
