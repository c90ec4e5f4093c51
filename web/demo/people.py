"""The invented people of the demo, chosen for names that software gets wrong.

Two of them have the same number from two authorities; one is three days old; of one
only the year of birth is known.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.model import Operator, Patient

HOSPITAL, NORTH = "HOSP", "NORTH"

NURSE = Operator("n-117", "Nwosu^Chidi", HOSPITAL, "nurse")
SURGEON = Operator("d-042", "Lindqvist^Åsa^^Dr", HOSPITAL, "physician")
PATHOLOGIST = Operator("d-077", "Fernandes^Rui^^Dr", HOSPITAL, "physician")

_PEOPLE: dict[str, tuple[str, str, str, str, str]] = {
    "okafor": ("4471002018", HOSPITAL, "Okafor^Grace^^Mrs", "1945-07-14", "F"),
    "obrien": ("4471002026", HOSPITAL, "O'Brien^Siobhán^Máire^Ms", "1988-03-02", "F"),
    "mueller": ("4471002034", HOSPITAL, "Müller-Lüdenscheidt^Jörg^^Dr", "1961-11-30", "M"),
    "yamada": ("4471002042", HOSPITAL, "Yamada^Tarou=山田^太郎=やまだ^たろう", "1972-01-23", "M"),
    "nguyen": ("4471002050", HOSPITAL, "Nguyễn^Thị Hương", "1996", "F"),
    "long": (
        "4471002069",
        HOSPITAL,
        "Wolfeschlegelsteinhausenbergerdorff^Maximilian Alexander^^Prof",
        "1958-09-19",
        "M",
    ),
    "andersen": ("4471002077", HOSPITAL, "Andersen^Freja", "2019-05-06", "F"),
    "newborn": ("4471002085", HOSPITAL, "Mensah^Baby Girl", "", "F"),
    "garcia": ("4471002093", HOSPITAL, "García Márquez^José Luis^^Sr", "1958-09-19", "M"),
    "zhang": ("4471002018", NORTH, "Zhang^Wei=張^偉", "2004-12-31", "M"),
}


def person(key: str, now: datetime) -> Patient:
    """Return the patient called `key`; the newborn is three days old at `now`."""
    patient_id, issuer, name, birth_date, sex = _PEOPLE[key]
    born = birth_date or (now - timedelta(days=3)).date().isoformat()
    return Patient(patient_id, issuer, name, born, sex)
