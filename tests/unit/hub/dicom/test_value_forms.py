"""The forms of values: nothing passes that pydicom would call invalid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import config
from pydicom.valuerep import VALIDATORS, validate_value

from hub.dicom.value_forms import fits

GOOD = {
    "AE": ["HUB", "HUB 1"],
    "AS": ["045Y", "003D"],
    "CS": ["ORIGINAL", "YBR_FULL_422", "A B"],
    "DA": ["20260102", "20240229", "99991231"],
    "DS": ["1", "-0.5", "+1.", ".25", "1e-3", "1234567890123.56"],
    "DT": ["2026", "202601", "20260102", "2026010203", "20260102030405.123456+0100"],
    "IS": ["0", "-12", "+4", "123456789012"],
    "LO": ["Hand, left", "山田", "x" * 64],
    "LT": ["line\r\nnext\tline \\ back", "x" * 10240],
    "SH": ["A1", "x" * 16],
    "ST": ["why\nnot", "x" * 1024],
    "TM": ["03", "0304", "030405", "030460", "030405.1", "235959.123456"],
    "UI": ["1.2.840.10008", "2.25.0", "1." + "1" * 62],
    "UR": ["https://hub.example/a?b=c#d"],
    "US": [0, 65535],
    "SS": [-32768, 32767],
    "UL": [0, 4294967295],
    "SL": [-2147483648, 2147483647],
}
BAD = {
    "AE": ["A\\B", "x" * 17, "ä"],
    "AS": ["45Y", "045X"],
    "CS": ["lower", "A-B", "X" * 17, "A\n"],
    "DA": [
        "2026",
        "20261301",
        "20260132",
        "20260100",
        "2026-01-02",
        "20260102-20260103",
        "20260102\n",
    ],
    "DS": ["1,5", "nan", "1.23456789012345678", "1\n"],
    "DT": ["20261301", "20260102T03", "20260102-0", "202601020304+1"],
    "IS": ["1.0", "1234567890123", "١"],
    "LO": ["a\\b", "a\nb", "x" * 65, "a\x00"],
    "LT": ["x" * 10241, "a\x00b"],
    "SH": ["x" * 17],
    "ST": ["x" * 1025],
    "TM": ["24", "0360", "030461", "030405.", "030405.1234567", "03:04"],
    "UI": ["1.02", "1..2", ".1", "1.", "1." + "1" * 63, "1.a", "1.2\n"],
    "UR": ["a b", "ä"],
    "US": [-1, 65536, "1"],
    "SS": [-32769, 32768],
    "UL": [-1, 4294967296],
    "SL": [-2147483649, 2147483648],
}
NUMBERS = {"US", "SS", "UL", "SL"}


def _pairs(values: dict) -> list[tuple[str, object]]:
    return [(vr, value) for vr, several in values.items() for value in several]


@pytest.mark.parametrize(("vr", "value"), _pairs(GOOD))
def test_what_the_standard_allows_fits(vr: str, value: object):
    assert fits(vr, value)


@pytest.mark.parametrize(("vr", "value"), _pairs(BAD))
def test_what_it_does_not_allow_does_not(vr: str, value: object):
    assert not fits(vr, value)


@pytest.mark.parametrize("vr", sorted(GOOD))
def test_an_empty_value_fits_text_and_is_no_number(vr: str):
    assert fits(vr, "") != (vr in NUMBERS)


@given(
    vr=st.sampled_from(sorted(set(GOOD) & set(VALIDATORS) - NUMBERS)),
    text=st.one_of(st.text(max_size=70), st.text("0123456789.+-eE \\\n", max_size=30)),
)
def test_what_fits_is_valid_for_pydicom(vr: str, text: str):
    if fits(vr, text):
        validate_value(vr, text, config.RAISE)
