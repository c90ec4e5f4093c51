"""A chip taken away leaves the rest of the question."""

from __future__ import annotations

from search.clauses import Chip
from web.chips import of_words

HAND = Chip("body", "SCT:85562004", "Hand", "name:hand")
LAST_WEEK = Chip("date", "2026-11-09..2026-11-22", "Taken 09-Nov-2026 to 22-Nov-2026")
QUOTED = Chip("phrase", "wet gangrene", "\u201cwet gangrene\u201d")


def test_its_word_is_cut_out_of_what_was_typed():
    hand, _ = of_words([HAND, LAST_WEEK], "Left hand  last week")

    assert hand.words == "Left last week"


def test_a_part_of_a_longer_word_is_not_cut_out():
    (hand,) = of_words([HAND], "handball")

    assert hand.words == ""


def test_what_was_typed_otherwise_leaves_the_others_typed_anew():
    _, week, _ = of_words([HAND, LAST_WEEK, QUOTED], 'hand last week "wet gangrene"')

    assert week.words == 'body:"SCT:85562004" "wet gangrene"'


def test_another_reading_is_offered():
    (hand,) = of_words([HAND], "Hand eczema")

    assert hand.alternative == "name:hand eczema"


def test_a_place_of_its_own_name_is_said_only_where_the_label_does_not():
    hand, week = of_words([HAND, LAST_WEEK], "hand last week")

    assert (hand.name, week.name) == ("Body site", "")
