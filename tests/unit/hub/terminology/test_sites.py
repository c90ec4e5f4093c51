from __future__ import annotations

import pytest

from hub.model import Laterality
from hub.terminology import site_in


@pytest.mark.parametrize(
    ("text", "meaning", "side"),
    [
        ("XR HAND 2 VIEWS LEFT", "Hand", Laterality.LEFT),
        ("CT c-spine without contrast", "Cervical spine", None),
        ("Photo index finger R", "Index finger", Laterality.RIGHT),
        ("left and right foot", "Foot", None),
        ("MRI lower leg bilateral", "Lower leg", Laterality.BOTH),
    ],
)
def test_site_and_side_are_read_from_a_description(
    text: str, meaning: str, side: Laterality | None
) -> None:
    found = site_in(text)
    assert (found.regions[0].code.meaning, found.side) == (meaning, side)


@pytest.mark.parametrize("text", ["", "Follow-up", "PA LE OS"])
def test_a_text_without_a_site_has_none(text: str) -> None:
    assert site_in(text).regions == ()
