"""Every finding has one sentence, said with how much where that is known."""

from __future__ import annotations

import re

import pytest

from hub.model import FlagCode, ReviewFlag
from hub.review_flags import WORDS, sentence, sentences


def test_every_code_has_its_words_and_no_others_do():
    assert set(WORDS) == set(FlagCode)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in FlagCode)


@pytest.mark.parametrize("code", FlagCode)
def test_it_is_one_sentence_of_its_own(code: FlagCode):
    said = sentence(ReviewFlag(code))

    assert re.fullmatch(r"[A-Z][^.{}]+\.", said)
    assert [c for c in FlagCode if sentence(ReviewFlag(c)) == said] == [code]


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (("clock-disagrees", "90000"), "ahead of the hub's"),
        (("clock-disagrees", "90000"), "1 day 1 hour"),
        (("camera-clock-disagrees", "360"), "6 minutes ahead of"),
        (("camera-clock-disagrees", "-7500"), "2 hours 5 minutes behind"),
        (("camera-clock-disagrees", "-177120000"), "5 years 225 days behind"),
        (("camera-clock-disagrees", "-20"), "less than a minute behind"),
        (("demographics-differ", "birth date"), "another birth date"),
        (("department-unknown", "{0} Ward"), "“{0} Ward”"),
        (("department-unknown", ""), "not in the hub's list"),
        (("made-by-a-newer-hub", "7"), "made-by-a-newer-hub."),
    ],
)
def test_it_says_how_much_or_which(flag: tuple[str, str], said: str):
    assert said in sentence(ReviewFlag(*flag))


def test_nothing_is_said_twice():
    assert len(sentences([ReviewFlag("blurred"), ReviewFlag("blurred", "?")])) == 1
