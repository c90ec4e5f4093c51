"""The one dictionary of the search line: phrases to body sites, modalities, departments.

The longest phrase wins, and within one phrase a body site before a kind of imaging
before a department. Words of two letters count in upper case only, but for a few that
nobody reads otherwise (ct, mr, er).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hub.model import Laterality
from hub.terminology import Modality, anatomy, departments, modalities
from hub.terminology.modalities import FAMILY_NAMES
from hub.text import singular, within_one_edit, words

_LONGEST = 6
_CLEAR_IN_LOWER_CASE = {"ct", "mr", "us", "cr", "dx", "xc", "mg", "nm", "ecg", "er", "gp"}
_EVERYDAY = {"cat", "cap", "tap", "pic", "film", "rad", "cards", "path", "elm"}
_NOT_WORDS_FOR_IMAGING = {"other", "scan", "report", "camera", "refraction"}
"""Synonyms in the data that stand for too much in a line of search words."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for; a CXR is both a site and a kind of imaging."""

    regions: tuple[str, ...] = ()
    side: Laterality | None = None
    modalities: frozenset[str] = frozenset()
    modality_label: str = ""
    department: str = ""
    department_label: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of the dictionary found in a row of words."""

    meaning: Meaning
    taken: int
    """How many words it took."""


def longest(tokens: Sequence[str]) -> Found | None:
    """Return the longest phrase at the start of `tokens`, which are as typed."""
    folded = [words(token) for token in tokens[:_LONGEST]]
    for taken in range(len(folded), 0, -1):
        phrase = tuple(word for piece in folded[:taken] for word in piece)
        meaning = _meaning(phrase) if phrase and all(folded[:taken]) else None
        if meaning and _meant(phrase, tokens[0] if taken == 1 else ""):
            return Found(meaning, taken)
    return None


def corrections(word: str) -> list[str]:
    """Return the single words of the dictionary one edit away, for five letters and more."""
    if len(word) < 5 or not word.isalpha():
        return []
    return sorted(known for known in _single_words() if within_one_edit(word, known))


def _meaning(phrase: tuple[str, ...]) -> Meaning | None:
    exact = _phrases().get(phrase)
    stem = _phrases().get(tuple(singular(word) for word in phrase))
    # "eyes" is what ophthalmology is called too, but a body site wins.
    return stem if stem and (not exact or exact.department) else exact


def _meant(phrase: tuple[str, ...], token: str) -> bool:
    """Whether a short or everyday word was meant as a term: PT, not "pt"."""
    if len(phrase) > 1 or not token:
        return True
    word = phrase[0]
    if len(word) <= 2 or word in _EVERYDAY or modalities().get(word.upper()):
        return token.isupper() or word in _CLEAR_IN_LOWER_CASE
    return True


@lru_cache(maxsize=1)
def _single_words() -> frozenset[str]:
    return frozenset(phrase[0] for phrase in _phrases() if len(phrase) == 1 and len(phrase[0]) > 3)


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], Meaning]:
    found: dict[tuple[str, ...], Meaning] = {}
    for source in (_combined, _sites, _kinds_of_imaging, _departments):
        for phrase, meaning in source():
            found.setdefault(phrase, meaning)
    return found


def _sites() -> Iterator[tuple[tuple[str, ...], Meaning]]:
    meanings: dict[tuple[str, ...], list[tuple[str, Laterality | None]]] = {}
    for phrase, region, side in anatomy().phrases():
        if region.body_part_examined != "PHANTOM":
            meanings.setdefault(phrase, []).append((region.key, side))
    for phrase, regions in meanings.items():
        yield phrase, Meaning(tuple(key for key, _ in regions), regions[0][1])


def _kinds_of_imaging() -> Iterator[tuple[tuple[str, ...], Meaning]]:
    by_word: dict[tuple[str, ...], list[Modality]] = {}
    for modality in modalities().all():
        for text in (modality.value, modality.meaning, *modality.synonyms):
            if text not in _NOT_WORDS_FOR_IMAGING and "non_image" not in modality.families:
                by_word.setdefault(tuple(words(text)), []).append(modality)
    for phrase, meant in by_word.items():
        family = _family_of(phrase, meant)
        if family:
            yield (
                phrase,
                Meaning(
                    modalities=modalities().families[family], modality_label=FAMILY_NAMES[family]
                ),
            )
        else:
            values = modalities().with_former(m.value for m in meant)
            yield (
                phrase,
                Meaning(modalities=values, modality_label=modalities().name(meant[0].value)),
            )


def _family_of(phrase: tuple[str, ...], meant: Sequence[Modality]) -> str:
    """Return the family a lay word stands for: "photo" is more than XC, "XC" is not."""
    values = {m.value for m in meant}
    if {"CR", "DX", "RG"} <= values:
        return "plain_xray"
    return "photo" if values == {"XC"} and phrase != ("xc",) else ""


def _combined() -> Iterator[tuple[tuple[str, ...], Meaning]]:
    plain = modalities().families["plain_xray"]
    ultrasound = modalities().with_former(["US"])
    for word, site, values, label in (
        ("cxr", "chest", plain, "X-ray"),
        ("axr", "abdomen", plain, "X-ray"),
        ("kub", "abdomen", plain, "X-ray"),
        ("echo", "heart", ultrasound, "Ultrasound"),
        ("echocardiogram", "heart", ultrasound, "Ultrasound"),
    ):
        regions = tuple(region.key for region in anatomy().find(site))
        yield (word,), Meaning(regions, modalities=values, modality_label=label)


def _departments() -> Iterator[tuple[tuple[str, ...], Meaning]]:
    for name, department in departments().phrases():
        code = department.code
        key = f"{code.scheme}:{code.value}" if code else name
        yield tuple(words(name)), Meaning(department=key, department_label=department.name)
