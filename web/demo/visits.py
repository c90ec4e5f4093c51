"""The demo's encounters with their photos, in hours before now and after a start.

`VISITS` is written for reading: who came, where to, how long ago, what was asked for
and what was photographed.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.model import Code, EncounterClass, Laterality, Operator, Order

from .orders import (
    BACK,
    EAR,
    ELBOW,
    ELBOW_PHOTOS,
    FOOT,
    FOREARM,
    GREAT_TOE,
    HAND,
    HAND_PHOTOS,
    KNEE,
    LEFT,
    LOWER_LEG,
    RIGHT,
    SPECIMEN,
    THUMB,
    TOE_PHOTOS,
    WOUND_SERIES,
)
from .people import NURSE, PATHOLOGIST, SURGEON

DAY, WEEK = 24, 7 * 24
INPATIENT, EMERGENCY = EncounterClass.INPATIENT, EncounterClass.EMERGENCY
OUTPATIENT = EncounterClass.OUTPATIENT


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo: what is drawn, how many hours after the encounter's start, and its note."""

    picture: str
    after: float
    region: Code
    side: Laterality | None
    note: str
    operator: Operator | None = None
    accession_number: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter; `lasts` is None while it is open."""

    encounter_id: str
    patient: str
    class_: EncounterClass
    department: str
    hours_ago: float
    lasts: float | None
    reason: str
    shots: tuple[Shot, ...] = ()
    orders: tuple[Order, ...] = ()


VISITS: tuple[Visit, ...] = (
    Visit(
        "V-26-30355",
        "okafor",
        OUTPATIENT,
        "Dermatology",
        2,
        None,
        "Hand eczema, review",
        (
            Shot(
                "hand_eczema_healing",
                0.5,
                HAND,
                LEFT,
                "After three days of ointment: paler, no longer weeping",
                NURSE,
                HAND_PHOTOS.accession_number,
            ),
        ),
        (HAND_PHOTOS,),
    ),
    Visit(
        "V-26-30117",
        "okafor",
        OUTPATIENT,
        "Dermatology",
        3 * DAY + 4,
        1,
        "Hand eczema",
        (Shot("hand_eczema", 0.4, HAND, LEFT, "Eczema on the back of the hand, itching"),),
    ),
    Visit(
        "V-26-27740",
        "okafor",
        OUTPATIENT,
        "Podiatry",
        5 * WEEK,
        2,
        "Foot check in diabetes",
        (Shot("foot_check", 0.5, GREAT_TOE, RIGHT, "Small sore over the joint, dry", NURSE),),
    ),
    Visit(
        "E-26-09932",
        "obrien",
        EMERGENCY,
        "Accident and Emergency",
        3,
        None,
        "Cut on a broken window",
        (
            Shot("forearm_stitches", 1.4, FOREARM, LEFT, "Seven stitches, clean, no numbness"),
            Shot("hand_burn", 1.6, HAND, LEFT, "Blister from hot water earlier today", NURSE),
        ),
        (WOUND_SERIES,),
    ),
    Visit(
        "V-26-30240",
        "mueller",
        OUTPATIENT,
        "Dermatology",
        2 * DAY + 2,
        None,
        "Mole check, father had melanoma",
        (
            Shot("back_moles", 0.3, BACK, None, "Overview of the upper back"),
            Shot("dermoscopy_mole", 0.5, BACK, None, "Through the dermoscope: the uneven mole"),
        ),
    ),
    Visit(
        "A-26-00481",
        "yamada",
        INPATIENT,
        "Plastic Surgery",
        5 * DAY,
        None,
        "Diabetic foot, wound care",
        (
            Shot("foot_ulcer", 5, FOOT, RIGHT, "On admission", SURGEON),
            Shot("foot_ulcer_cleaned", 2 * DAY, FOOT, RIGHT, "Day 2, after cleaning", NURSE),
            Shot(
                "foot_ulcer_smaller",
                4 * DAY,
                FOOT,
                RIGHT,
                "Day 4, smaller",
                NURSE,
                TOE_PHOTOS.accession_number,
            ),
        ),
        (TOE_PHOTOS,),
    ),
    Visit(
        "V-26-30302",
        "nguyen",
        OUTPATIENT,
        "Dermatology",
        5,
        None,
        "Psoriasis, first visit",
        (Shot("elbow_plaques", 0.6, ELBOW, RIGHT, "Two plaques with silvery scale"),),
        (ELBOW_PHOTOS,),
    ),
    Visit(
        "V-26-30298",
        "long",
        OUTPATIENT,
        "Otorhinolaryngology",
        DAY,
        None,
        "Spot on the ear that does not heal",
        (Shot("ear_lesion", 0.5, EAR, LEFT, "Pearly spot, 4 mm, on the rim", SURGEON),),
    ),
    Visit(
        "E-26-09941",
        "andersen",
        EMERGENCY,
        "Accident and Emergency",
        1.5,
        None,
        "Fell off her bicycle",
        (Shot("knee_graze", 0.5, KNEE, LEFT, "Graze, cleaned, no gravel left", NURSE),),
    ),
    Visit(
        "A-26-00495",
        "newborn",
        INPATIENT,
        "Pediatric Medicine",
        2.5 * DAY,
        None,
        "Newborn care",
        (
            Shot(
                "newborn_birthmark",
                6,
                BACK,
                None,
                "Blue-grey birthmark, present at birth, recorded so that it is not "
                "taken for a bruise",
                NURSE,
            ),
        ),
    ),
    Visit(
        "S-26-11873",
        "garcia",
        OUTPATIENT,
        "Pathology",
        DAY + 6,
        None,
        "Skin excision, right forearm",
        (
            Shot(
                "gross_excision",
                1,
                FOREARM,
                RIGHT,
                "Excision with thread at 12 o'clock, before cutting in",
                PATHOLOGIST,
                SPECIMEN.accession_number,
            ),
        ),
        (SPECIMEN,),
    ),
    Visit(
        "V-26-29950",
        "garcia",
        OUTPATIENT,
        "Dermatology",
        2 * WEEK,
        1.5,
        "Mole that has changed",
        (Shot("forearm_mole", 0.4, FOREARM, RIGHT, "9 mm, two colours; to be excised"),),
    ),
    Visit(
        "V-26-30011",
        "zhang",
        OUTPATIENT,
        "Orthopedic Surgery",
        9 * DAY,
        1,
        "Thumb caught in a door",
        (Shot("thumb_nail", 0.3, THUMB, RIGHT, "Blood under the nail, nail intact", NURSE),),
    ),
    Visit(
        "E-26-09710",
        "zhang",
        EMERGENCY,
        "Accident and Emergency",
        12 * DAY,
        4,
        "Kicked in a football match",
        (Shot("leg_bruise", 1, LOWER_LEG, RIGHT, "Bruise on the shin, no break", NURSE),),
    ),
    Visit(
        "V-26-30333",
        "obrien",
        OUTPATIENT,
        "Plastic Surgery",
        1,
        None,
        "Scar advice",
    ),
)
