"""How search lines are understood: the chips are what the user sees, so they are compared."""

from __future__ import annotations

import pytest
from studies import NOW

from search.grammar import read
from search.plan import Plan, plan
from search.query import Node


def found_everywhere(node: Node) -> int:
    return 1


def understood(line: str) -> list[tuple[str, str]]:
    return [(chip.field, chip.label) for chip in planned(line).chips]


def planned(line: str) -> Plan:
    return plan(read(line, NOW), found_everywhere)


HAND = ("body", "Hand")
FOOT = ("body", "Foot")
LEFT = ("side", "Left")
RIGHT = ("side", "Right")
PHOTO = ("mod", "Photo")
XRAY = ("mod", "X-ray")
DERM = ("dept", "Dermatology")
LAST_WEEK = ("date", "Taken 09-Nov-2026 to 20-Nov-2026")

TABLE = {
    "left hand photo last week": [HAND, LEFT, PHOTO, LAST_WEEK],
    "photo of the left hand from last week": [PHOTO, HAND, LEFT, LAST_WEEK],
    "LEFT HANDS PICTURES": [HAND, LEFT, PHOTO],
    "hand left": [HAND, LEFT],
    "hand L": [HAND, LEFT],
    "hand lt.": [HAND, LEFT],
    "left hand right foot": [HAND, LEFT, FOOT, RIGHT],
    "hand left foot right": [HAND, LEFT, FOOT, RIGHT],
    "left and right hand": [HAND, LEFT, RIGHT],
    "both hands": [HAND, ("side", "Both sides")],
    "bilateral hands": [HAND, ("side", "Both sides")],
    "left photo": [PHOTO, LEFT],
    "R Smith": [("text", "R"), ("text", "Smith")],
    "left hand photo last month derm": [
        HAND,
        LEFT,
        PHOTO,
        DERM,
        ("date", "Taken 01-Oct-2026 to 31-Oct-2026"),
    ],
    "index finger": [("body", "Index finger")],
    "back of knee": [("body", "Popliteal fossa or Skin of popliteal fossa")],
    "arm": [("body", "Upper limb or Upper arm")],
    "RUE": [("body", "Upper limb"), RIGHT],
    "OS": [("body", "Eye"), LEFT],
    "x-ray hand": [XRAY, HAND],
    "x ray": [XRAY],
    "CXR": [("body", "Chest"), XRAY],
    "KUB": [("body", "Abdomen"), XRAY],
    "echo": [("body", "Heart"), ("mod", "Ultrasound")],
    "MRI knee": [("mod", "MRI"), ("body", "Knee")],
    "PT": [("mod", "PET")],
    "pt": [("text", "pt")],
    "ED": [("dept", "Accident and Emergency")],
    "ed": [("text", "ed")],
    "A&E": [("dept", "Accident and Emergency")],
    "eyes": [("body", "Eye")],
    "hand surgery": [("dept", "Hand Surgery")],
    "okafor hand": [("text", "okafor"), HAND],
    "Mr Hand": [("name", "Name Hand")],
    "Mrs. Foot photo": [("name", "Name Foot"), PHOTO],
    "name:Hand": [("name", "Name Hand")],
    'name:"Grace Okafor"': [("name", "Name Grace Okafor")],
    "mrn:123@HOSPA": [("mrn", "Patient ID 123@HOSPA")],
    "123^^^HOSPA&1.2&ISO^MR": [("mrn", "Patient ID 123^^^HOSPA&1.2&ISO^MR")],
    "A-1001": [("text", "A-1001")],
    "acc:A-1001": [("acc", "Accession A-1001")],
    "14-Jul-1945": [("date", "Taken 14-Jul-1945"), ("dob", "Born 14-Jul-1945")],
    "dob:1945-07-14": [("dob", "Born 14-Jul-1945")],
    "date:2026-11-02": [("date", "Taken 02-Nov-2026")],
    "yesterday": [("date", "Taken 19-Nov-2026")],
    '"left hand"': [("phrase", "“left hand”")],
    "“left hand” photo": [PHOTO, ("phrase", "“left hand”")],
    'reason:"pressure injury"': [("reason", "Reason: pressure injury")],
    "who:berg": [("who", "By or for berg")],
    "body:hand side:left mod:XC": [HAND, LEFT, ("mod", "Photo")],
    "dept:SCT:309923008": [DERM],
    "-photo hand": [("-mod", "Not: Photo"), HAND],
    "!hand": [("-body", "Not: Hand")],
    "not derm": [("-dept", "Not: Dermatology")],
    "hand -okafor": [HAND, ("-text", "Not: okafor")],
    "of the in on": [],
    "": [],
    "  ": [],
    '""': [],
    "???": [],
}


@pytest.mark.parametrize(("line", "chips"), TABLE.items(), ids=lambda value: str(value)[:40])
def test_a_line_is_understood(line: str, chips: list[tuple[str, str]]) -> None:
    assert sorted(understood(line)) == sorted(chips)


def test_two_regions_are_a_choice_unless_and_joins_them() -> None:
    choice, all_of = planned("hand foot").tiers[0][1], planned("hand and foot").tiers[0][1]
    assert type(choice).__name__ == "Or"
    assert type(all_of).__name__ == "And"


@pytest.mark.parametrize("line", ["body:gizzard", "date:soonish", "side:up"])
def test_a_field_that_cannot_be_read_becomes_words_and_says_so(line: str) -> None:
    made = planned(line)
    assert [chip.field for chip in made.chips] == ["text"]
    assert made.notices == (f"“{line}” could not be read and was searched as words.",)


def test_an_unknown_field_is_part_of_the_word() -> None:
    assert understood("re:burn") == [("text", "re:burn")]


def test_a_word_found_nowhere_is_said() -> None:
    made = plan(read("hand xyzzy", NOW), lambda node: 0)
    assert made.notices == ("Nothing contains “xyzzy”.",)


def test_a_correction_replaces_the_word_and_keeps_the_rest() -> None:
    made = plan(read("left fingr", NOW, {"fingr": "finger"}), found_everywhere)
    assert [(c.field, c.label) for c in made.chips] == [("body", "Finger"), LEFT]
