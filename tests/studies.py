"""Made-up studies for search: a few by hand, many by a fixed random number generator."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from factories import make_patient
from hub.model import Code, Department, Instance, Laterality, Series, Study
from hub.terminology import anatomy, departments

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""A Friday."""


def region(name: str) -> Code:
    """Return the code of the first body site of that name."""
    return anatomy().find(name)[0].code


def make_series(uid: str, number: int = 1, **changes: object) -> Series:
    facts: dict = {"modality": "XC", "anatomic_region": region("hand"), "laterality": None}
    note = changes.pop("note", "")
    taken = changes.pop("taken", None)
    series_uid = f"{uid}.{number}"
    instance = Instance(
        f"{series_uid}.1",
        "1.2.3",
        series_uid,
        uid,
        "1.2.4",
        "0" * 64,
        1,
        {},
        note=str(note),
        acquired_at=taken,  # type: ignore[arg-type]
    )
    return Series(series_uid, uid, **{**facts, "instances": (instance,), **changes})


def make_study(uid: str, *series: Series, **changes: object) -> Study:
    facts: dict = {
        "patient": make_patient(),
        "study_date": date(2026, 11, 18),
        "study_time": "101500",
        "department": departments().resolve("derm"),
        "accession_number": f"EIH{uid[-4:].replace('.', '0')}",
        "encounter_id": f"V-{uid[-4:].replace('.', '0')}",
        "version": 1,
        "encounter_based": True,
    }
    return Study(uid, series=series or (make_series(uid),), **{**facts, **changes})


_PEOPLE = (
    ("Okafor^Grace^^Mrs", "1945-07-14", "F"),
    ("Müller^Jürgen", "1960-02-29", "M"),
    ("Mueller^Anna-Lena", "1988", "F"),
    ("O'Brien^Seán", "1971-12-01", "M"),
    ("Smith-Jones^Mary^Ann", "2001-05", "F"),
    ("Hand^Leonard", "1950-01-01", "M"),
    ("Yamada^Taro=山田^太郎=やまだ^たろう", "1999-09-09", "M"),
    ("Smyth^Will", "", "O"),
    ("Łukasiewicz^Józef", "1933-03-03", "M"),
)
_SITES = (
    *("hand", "index finger", "wrist", "foot", "face", "nose", "chest", "eye", "upper limb"),
    *("lower limb", "skin of hand", "cheek", "abdomen", "toe", "knee", "entire body"),
)
_NOTES = (
    "Eczema on the back of the hand",
    "Burn, second degree; follow-up in 2 weeks",
    "Wound 3 cm x 2 cm",
    "Müllers Wunde, größer",
    "",
)
_DEPARTMENTS = ("derm", "ED", "plastics", "Radiology", "Hut 7")
_BODY_PARTS = ("", "", "HAND LT", "CHEST", "FOOT", "EXTREMITY", "c-spine")
_DESCRIPTIONS = ("", "XR HAND 2 VIEWS LEFT", "CT chest and abdomen", "Photo Foot R", "Follow-up")


def many_studies(number: int = 60, seed: int = 7) -> list[Study]:
    """Return studies of every kind that the search distinguishes."""
    rng = random.Random(seed)
    return [_study(rng, f"1.2.826.{seed}.{i}") for i in range(number)]


def _study(rng: random.Random, uid: str) -> Study:
    at = rng.randrange(len(_PEOPLE))
    name, born, sex = _PEOPLE[at]
    day = None if rng.random() < 0.05 else date(2026, 11, 20) - timedelta(rng.randrange(120))
    series = [_series(rng, uid, number, day) for number in range(1, rng.choice((2, 2, 3)))]
    name_of_department = rng.choice(_DEPARTMENTS)
    department = departments().resolve(name_of_department)
    return make_study(
        uid,
        *series,
        patient=make_patient(
            patient_id=f"{'00' if at % 2 else ''}{4711 + at}",
            issuer=rng.choice(("HOSPA&1.2.3&ISO", "HOSPB")),
            name=name,
            birth_date=born,
            sex=sex,
        ),
        study_date=day,
        study_time=rng.choice(("", "101500", "0930", "101500.123")),
        department=department if department.code else Department(name_of_department),
        description=rng.choice(_DESCRIPTIONS),
        reason=rng.choice(("", "mole check", "pressure injury", "burn")),
        referring_physician_name=rng.choice(("", "Berg^Ida", "Strøm^Åse")),
    )


def _series(rng: random.Random, uid: str, number: int, day: date | None) -> Series:
    found = anatomy().find(rng.choice(_SITES))[0]
    side = rng.choice((None, *Laterality)) if found.paired else None
    taken = None
    if day and rng.random() < 0.7:
        taken = datetime(day.year, day.month, day.day, rng.randrange(24), tzinfo=UTC)
    return make_series(
        uid,
        number,
        modality=rng.choice(("XC", "XC", "DMS", "CR", "DX", "CT", "US")),
        anatomic_region=found.code if rng.random() < 0.75 else None,
        body_part_examined=rng.choice(_BODY_PARTS),
        laterality=side,
        description=rng.choice(_DESCRIPTIONS),
        operator_name=rng.choice(("Berg^Ida", "Ito^Ken")),
        note=rng.choice(_NOTES),
        taken=taken,
    )
