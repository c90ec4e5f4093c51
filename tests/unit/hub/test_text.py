"""How text is read for finding it again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.text import fold, forms, singular, sound, within_one_edit, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ångström", "angstrom"),
        ("STRØM", "strom"),
        ("Łukasz", "lukasz"),
        ("Đorđe", "dorde"),
        ("Straße", "strasse"),
        ("Æsir Œuvre Þór", "aesir oeuvre thor"),
        ("Yıldız İpek", "yildiz ipek"),
        ("ﬁnger", "finger"),
        ("김철수", "김철수"),
        ("𝐀𝒷ℂ", "abc"),
    ],
)
def test_letters_fold_to_what_people_type(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_words_keep_an_apostrophe_inside_and_split_at_the_rest() -> None:
    assert words("O'Brien, Smith-Jones (left)") == ["obrien", "smith", "jones", "left"]
    assert words("山田太郎 x") == ["山田", "田太", "太郎", "x"]


def test_forms_add_the_other_spellings_of_a_name() -> None:
    assert {"muller", "mueller"} <= set(forms("Müller"))
    assert {"obrien", "brien", "o"} <= set(forms("O’Brien"))
    assert {"smith", "jones", "smithjones"} <= set(forms("Smith-Jones"))


@given(st.text(max_size=30))
def test_forms_have_every_word_and_no_spaces(text: str) -> None:
    assert set(words(text)) <= set(forms(text))
    assert not any(character.isspace() for form in forms(text) for character in form)


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("hands", "hand"),
        ("biopsies", "biopsy"),
        ("boxes", "box"),
        ("pelvis", "pelvis"),
        ("eyes", "eye"),
    ],
)
def test_plurals_lose_their_ending(plural: str, one: str) -> None:
    assert singular(plural) == one


@pytest.mark.parametrize(
    "alike",
    [
        ("meyer", "maier", "meier"),
        ("smith", "smyth", "smithe"),
        ("catherine", "kathryn", "katherine"),
        ("stephen", "steven"),
        ("okafor", "okafer"),
        ("mohammed", "muhammad", "mohamed"),
        ("philips", "phillips", "filips"),
        ("thompson", "tomson"),
    ],
)
def test_names_that_sound_alike_share_a_key(alike: tuple[str, ...]) -> None:
    assert len({sound(name) for name in alike}) == 1
    assert sound(alike[0])


@pytest.mark.parametrize(("a", "b"), [("smith", "schmidt"), ("berg", "park"), ("lee", "lu")])
def test_other_names_do_not(a: str, b: str) -> None:
    assert sound(a) != sound(b) or not sound(a)


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("finger", "fingr", True),
        ("hand", "hnad", True),
        ("hand", "band", True),
        ("hand", "hands", True),
        ("hand", "hand", True),
        ("hand", "foot", False),
        ("hand", "ha", False),
        ("abc", "cba", False),
    ],
)
def test_one_edit_is_one_letter_or_one_swap(a: str, b: str, near: bool) -> None:
    assert within_one_edit(a, b) is near
    assert within_one_edit(b, a) is near
