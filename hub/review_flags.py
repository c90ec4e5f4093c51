"""Review flags: which measures of a still are doubted, and the one sentence of each code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.model import FlagCode, ReviewFlag

_LEAST_SHARPNESS = 30.0
"""Of 61 real photos all but an even surface had 112 or more, blurred by 3 pixels none over 9."""
_DARKEST_MEAN, _BRIGHTEST_MEAN = 40.0, 220.0
_MOST_CLIPPED = 0.25


def doubts(measures: Mapping[str, float]) -> tuple[FlagCode, ...]:
    """Return what a person should look at again: `blurred`, `dark`, `bright`."""
    found = {
        FlagCode.BLURRED: measures["sharpness"] < _LEAST_SHARPNESS,
        FlagCode.DARK: measures["mean"] < _DARKEST_MEAN or measures["dark"] > _MOST_CLIPPED,
        FlagCode.BRIGHT: measures["mean"] > _BRIGHTEST_MEAN or measures["bright"] > _MOST_CLIPPED,
    }
    return tuple(code for code, is_so in found.items() if is_so)


def _duration(seconds: str) -> str:
    """Return seconds in the two largest units that people say: `3 hours 5 minutes`."""
    apart = timedelta(seconds=abs(int(seconds)))
    years, days = divmod(apart.days, 365)
    hours, rest = divmod(apart.seconds, 3600)
    units = ((years, "year"), (days, "day"), (hours, "hour"), (rest // 60, "minute"))
    said = [f"{number} {unit}{'s' * (number != 1)}" for number, unit in units if number]
    return " ".join(said[:2]) or "less than a minute"


def _ahead_or_behind(seconds: str) -> str:
    return f"{_duration(seconds)} {'behind' if int(seconds) < 0 else 'ahead of'}"


@dataclass(frozen=True)
class Words:
    """What a flag says: `known` with its detail in the place of {}, `plain` without."""

    plain: str
    known: str = ""
    detail: Callable[[str], str] = str


WORDS: Mapping[str, Words] = {
    FlagCode.CLOCK: Words(
        "The phone's clock was ahead of the hub's: check when this was taken.",
        "The phone's clock was {} ahead of the hub's: check when this was taken.",
        _duration,
    ),
    FlagCode.CAMERA_CLOCK: Words(
        "The camera's own clock disagrees with the time shown here, which is the phone's.",
        "The camera's own clock is {} the time shown here, which is the phone's.",
        _ahead_or_behind,
    ),
    FlagCode.DEMOGRAPHICS: Words(
        "The phone had another name or birth date for this patient: those of the record are shown.",
        "The phone had another {} for this patient: what the record has is shown.",
    ),
    FlagCode.DEPARTMENT: Words(
        "The department is not in the hub's list: it is kept as it was written.",
        "The department “{}” is not in the hub's list: it is kept as it was written.",
    ),
    FlagCode.SCALE_MARKER: Words(
        "A scale marker was said to be in the photo, but none was found: lengths are not known."
    ),
    FlagCode.TIME_ZONE: Words(
        "The camera's clock names no time zone: the time shown may be that of another place."
    ),
    FlagCode.SCALE_TILTED: Words(
        "The scale marker lies too tilted for a scale: hold the camera straight above."
    ),
    FlagCode.REGION: Words("Its codes and descriptions name different body sites."),
    FlagCode.SIDE: Words("Its codes and descriptions name both left and right."),
    FlagCode.BLURRED: Words("May be blurred."),
    FlagCode.DARK: Words("May be too dark."),
    FlagCode.BRIGHT: Words("May be too bright."),
    FlagCode.PDF_ENCRYPTED: Words(
        "The document is encrypted: what is inside could not be checked."
    ),
    FlagCode.PDF_SCRIPTS: Words(
        "The document has scripts in it: open it only in a program that runs none."
    ),
    FlagCode.PDF_LAUNCHES: Words(
        "The document asks to start other programs: do not let it when you open it."
    ),
    FlagCode.PDF_EMBEDDED_FILES: Words("Other files are embedded in the document."),
    FlagCode.PDF_LINKS: Words("The document links to places outside of it."),
    FlagCode.PDF_SENDS: Words("The document has a form that can send what is filled in."),
    FlagCode.PDF_UNCHECKED: Words("Parts of the document could not be checked."),
}
"""Every code that the hub sets."""


def sentence(flag: ReviewFlag) -> str:
    """Return a flag as a person reads it; a code of a newer hub stands for itself."""
    words = WORDS.get(flag.code)
    if words is None:
        return f"{flag.code}."
    return (
        words.known.format(words.detail(flag.detail))
        if flag.detail and words.known
        else words.plain
    )


def sentences(flags: Iterable[ReviewFlag]) -> tuple[str, ...]:
    """Return the sentences of flags, each once."""
    return tuple(dict.fromkeys(map(sentence, flags)))
