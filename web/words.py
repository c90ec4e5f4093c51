"""How facts are put into words on clinical screens: dates, names, sides, ages.

The forms are those of the NHS Common User Interface; see `docs/glossary.md`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from hub.model import Code, EncounterClass, Laterality
from hub.terminology import modalities

NOT_KNOWN = "Not known"

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TM = re.compile(r"([01]\d|2[0-3])[0-5]\d")
_OFFSET = re.compile(r"[+-](0\d|1[0-4])[0-5]\d")
_SEXES = {"M": "Male", "F": "Female", "O": "Other"}
_SIDES = {Laterality.LEFT: "Left", Laterality.RIGHT: "Right", Laterality.BOTH: "Both"}
_CLASSES = {
    EncounterClass.INPATIENT: "Inpatient",
    EncounterClass.EMERGENCY: "Emergency",
    EncounterClass.OUTPATIENT: "Outpatient",
    EncounterClass.OTHER: "Other",
}
_TITLES = {
    "clinician": "Clinician",
    "ehr_viewer": "EHR viewer",
    "records": "Health records",
    "radiology": "Radiology",
    "admin": "Administrator",
    "auditor": "Auditor",
}


def clinical_date(day: date) -> str:
    """Return `05-Mar-2026`, whatever the region of browser or server."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1][:3]}-{day.year:04d}"


def long_date(day: date) -> str:
    """Return `5 March 2026`: to patients, and to screen readers."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def clinical_time(moment: datetime | time) -> str:
    """Return `14:05`, 24 hours."""
    return f"{moment.hour:02d}:{moment.minute:02d}"


def time_of_tm(tm: str) -> str:
    """Return `14:05` of a DICOM TM such as `140533.120`; empty when it holds no minutes."""
    return f"{tm[:2]}:{tm[2:4]}" if _TM.match(tm) else ""


def moment_of(day: date | None, tm: str, offset: str) -> datetime | None:
    """Return DICOM date, TM and Timezone Offset From UTC as one moment; None where one is amiss."""
    if day is None or not _OFFSET.fullmatch(offset) or not _TM.match(tm):
        return None
    return datetime.strptime(f"{day:%Y%m%d}{tm[:4]}{offset}", "%Y%m%d%H%M%z")


def born(birth_date: str) -> str:
    """Return a birth date as exactly as it is known: a day, a month or a year."""
    if day := _day(birth_date):
        return clinical_date(day)
    if month := _day(f"{birth_date}-01"):
        return clinical_date(month)[3:]
    return birth_date or NOT_KNOWN


def age(birth_date: str, on: date) -> str:
    """Return the age with its unit attached, two units for children: `9d`, `5y 2m`, `81y`.

    Empty unless the day of birth is known and past: half an age would be a false one.
    """
    birth = _day(birth_date)
    if birth is None or birth > on:
        return ""
    days = (on - birth).days
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    years, rest = divmod(months, 12)
    if days < 28:
        return f"{days}d"
    if years < 1:
        return f"{days // 7}w {days % 7}d" if days % 7 else f"{days // 7}w"
    if years < 18:
        return f"{years}y {rest}m" if rest else f"{years}y"
    return f"{years}y"


def _day(text: str) -> date | None:
    """Return an ISO day; a day that the calendar does not have is none."""
    try:
        return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def name_of(pn: str) -> str:
    """Return `FAMILY, Given Middle (Title)` of a DICOM PN (PS3.5 6.2.1)."""
    family, given, middle, prefix, suffix = (*pn.split("=")[0].split("^"), *[""] * 5)[:5]
    first = " ".join(_title_case(part) for part in (given, middle) if part.strip())
    name = ", ".join(part for part in (family.strip().upper(), first, suffix.strip()) if part)
    return f"{name} ({prefix.strip()})" if name and prefix.strip() else name


def ideographic_name(pn: str) -> str:
    """Return the name in the script it is written in at home, if the PN carries it."""
    groups = pn.split("=")
    return groups[1].replace("^", " ").strip() if len(groups) > 1 else ""


def _title_case(part: str) -> str:
    """Return GRACE as Grace, and McKenzie as it is."""
    part = part.strip()
    return part.title() if part.isupper() or part.islower() else part


def sex(code: str) -> str:
    """Return the word for M, F or O."""
    return _SEXES.get(code, NOT_KNOWN)


def body_site(region: Code | None, side: Laterality | None, fallback: str = "") -> str:
    """Return side and region in one phrase: `Left forearm`; `Hand, both sides`."""
    site = region.meaning if region and region.meaning else fallback.replace("_", " ").capitalize()
    word = _SIDES.get(side) if side else None
    if not word or not site:
        return site
    return (
        f"{word} {site[:1].lower()}{site[1:]}"
        if side is not Laterality.BOTH
        else (f"{site}, both sides")
    )


def side(laterality: Laterality | None) -> str:
    """Return the side as a word, always the patient's."""
    return _SIDES.get(laterality, "") if laterality else ""


def kind(modality: str, *, video: bool = False) -> str:
    """Return what people call images, or videos, of this modality."""
    if not video:
        return modalities().name(modality)
    return "Video" if modality == "XC" else f"{kind(modality)} video"


def encounter_class(class_: EncounterClass) -> str:
    """Return the patient class as a word."""
    return _CLASSES[class_]


def role(code: str) -> str:
    """Return the role as people call it."""
    return _TITLES.get(code, code)


def pixels(width: int, height: int) -> str:
    """Return `4,000 by 3,000 pixels`."""
    return f"{width:,} by {height:,} pixels"


def count(number: int, one: str, many: str = "") -> str:
    """Return `1 image`, `3 images`, `1,204 images`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
