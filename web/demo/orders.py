"""Body sites and orders of the demo."""

from __future__ import annotations

from hub.model import Code, Laterality, Order

LEFT, RIGHT = Laterality.LEFT, Laterality.RIGHT

HAND = Code("SCT", "85562004", "Hand")
FOREARM = Code("SCT", "14975008", "Forearm")
FOOT = Code("SCT", "56459004", "Foot")
GREAT_TOE = Code("SCT", "78883009", "Great toe")
EAR = Code("SCT", "117590005", "Ear")
BACK = Code("SCT", "77568009", "Back")
LOWER_LEG = Code("SCT", "30021000", "Lower leg")
KNEE = Code("SCT", "72696002", "Knee")
ELBOW = Code("SCT", "16953009", "Elbow joint")
THUMB = Code("SCT", "76505004", "Thumb")
CHEST = Code("SCT", "816094009", "Chest")


def _order(number: int, code: str, meaning: str, region: Code, side: Laterality | None) -> Order:
    return Order(
        accession_number=f"DEMO{number}",
        accession_issuer="RIS",
        placer_order_number=f"ORD-{number}",
        procedure=Code("99DEMO", code, meaning),
        anatomic_region=region,
        laterality=side,
    )


HAND_PHOTOS = _order(71001, "PHOTO-HAND", "Clinical photographs of hand", HAND, LEFT)
ELBOW_PHOTOS = _order(71002, "PHOTO-SKIN", "Clinical photographs of skin", ELBOW, RIGHT)
TOE_PHOTOS = _order(71003, "PHOTO-WOUND", "Wound photographs", GREAT_TOE, RIGHT)
WOUND_SERIES = _order(71004, "PHOTO-WOUND", "Wound photographs", FOREARM, LEFT)
SPECIMEN = _order(71005, "GROSS", "Gross specimen photographs", FOREARM, RIGHT)

HAND_XRAY = _order(80417, "XR-HAND", "X-ray of left hand", HAND, LEFT)
CHEST_XRAY = _order(80422, "XR-CHEST", "X-ray of chest", CHEST, None)
