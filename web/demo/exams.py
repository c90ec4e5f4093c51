"""The demo's order-based radiographs, as radiology would send them."""

from __future__ import annotations

from dataclasses import dataclass

from hub.model import Order

from .orders import CHEST_XRAY, HAND_XRAY
from .visits import DAY


@dataclass(frozen=True, slots=True)
class Exam:
    """One order-based radiograph."""

    drawing: str
    patient: str
    hours_ago: float
    order: Order
    body_part_examined: str
    view_position: str
    pixel_spacing: float
    window: tuple[int, int]


EXAMS: tuple[Exam, ...] = (
    Exam(
        "hand",
        "okafor",
        2 * DAY + 6,
        HAND_XRAY,
        "HAND",
        "PA",
        0.1,
        (1300, 2600),
    ),
    Exam(
        "chest",
        "yamada",
        4 * DAY + 8,
        CHEST_XRAY,
        "CHEST",
        "PA",
        0.25,
        (1700, 3400),
    ),
)
