"""Names are set in one typeface, whatever alphabet of Europe or Vietnam they come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "web" / "static"
FACES = re.findall(
    r'url\("(fonts/[^"]+)"\).*?unicode-range: ([^;]+);', (STATIC / "tokens.css").read_text(), re.S
)


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Hương", "Ødegård Łukasz", "Παπαδόπουλος", "Чайковский"]
)
def test_every_letter_of_a_name_is_in_a_font_that_is_served(name: str):
    ranges = [part.strip() for _, text in FACES for part in text.split(",")]

    assert [letter for letter in name if not any(_holds(r, letter) for r in ranges)] == []
    assert all((STATIC / file).is_file() for file, _ in FACES)


def _holds(unicode_range: str, letter: str) -> bool:
    first, _, last = unicode_range.removeprefix("U+").partition("-")
    return int(first, 16) <= ord(letter) <= int(last or first, 16)
