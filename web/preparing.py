"""Videos that are in the record and not to be seen yet, in the words of a study's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from hub.model import Conversion, ConversionState


@dataclass(frozen=True)
class Line:
    """One video."""

    capture_id: str
    state: ConversionState
    percent: int
    page_url: str
    """The study's page, opened at the video once it is ready."""

    @property
    def failed(self) -> bool:
        """Whether a person has to look at it."""
        return self.state is ConversionState.FAILED


@dataclass(frozen=True)
class Preparing:
    """The videos of one study, and where to ask how far they are."""

    url: str
    lines: tuple[Line, ...]


def preparing(study_instance_uid: str, conversions: Sequence[Conversion]) -> Preparing:
    """Put conversions into words."""
    url = url_for("preparing.how_far", study_instance_uid=study_instance_uid)
    return Preparing(url, tuple(_line(conversion) for conversion in conversions))


def _line(conversion: Conversion) -> Line:
    page_url = url_for(
        "study.show_study",
        study_instance_uid=conversion.study_instance_uid,
        image=conversion.sop_instance_uid,
    )
    return Line(conversion.capture_id, conversion.state, conversion.percent, page_url)
