"""Series and instance keys against rows."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.dicomweb.matching import is_like, matches

ROW = {
    "00080060": {"vr": "CS", "Value": ["XC"]},
    "0020000E": {"vr": "UI", "Value": ["1.2.3"]},
    "00200011": {"vr": "IS", "Value": [4]},
    "0008103E": {"vr": "LO", "Value": ["Hand, left"]},
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Modality", "XC"),
        ("Modality", "X?"),
        ("Modality", ""),
        ("SeriesInstanceUID", "1.2.3"),
        ("SeriesInstanceUID", "9.9,1.2.3"),
        ("SeriesInstanceUID", "9.9\\1.2.3"),
        ("SeriesNumber", "4"),
        ("SeriesDescription", "hand*".replace("h", "H")),
        ("StationName", "*"),
    ],
)
def test_a_series_that_is_asked_for_is_found(key: str, value: str) -> None:
    assert matches(ROW, [(key, value)])


@pytest.mark.parametrize(
    ("key", "value"),
    [("Modality", "xc"), ("SeriesInstanceUID", "1.2.*"), ("SeriesNumber", "?"), ("Modality", "C*")],
)
def test_another_series_is_not(key: str, value: str) -> None:
    assert not matches(ROW, [(key, value)])


@given(st.text("ab?*", max_size=8), st.text("ab", max_size=8))
def test_wildcards_mean_what_the_shell_means_by_them(pattern: str, text: str) -> None:
    assert is_like(text, pattern) == fnmatch.fnmatchcase(text, pattern)


def test_no_pattern_takes_long() -> None:
    begin = time.perf_counter()

    assert not is_like("a" * 2000, "a*" * 2000 + "b")

    assert time.perf_counter() - begin < 5
