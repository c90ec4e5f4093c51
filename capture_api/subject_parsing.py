"""JSON to what is in front of the camera: a lesion, a specimen, a place on a slide."""

from __future__ import annotations

from hub.errors import InvalidRequest
from hub.model import Dermoscopy, Specimen, StagePosition

from .json_values import ONE_LINE, Json, flag_of, number_of, object_of, text_of

_IMMERSIONS = ("ULTRASOUND_GEL", "ALCOHOL", "WATER", "MINERAL_OIL", "PLASTIC_CAP")
"""Immersion Media (0016,1004), PS3.3 C.8.12.13."""


def dermoscopy_of(data: Json) -> Dermoscopy:
    """Read `dermoscopy`: polarized, contact, immersion, magnification, lesionId."""
    said = object_of(data, "dermoscopy")
    immersion = text_of(said, "immersion", 16).upper()
    if immersion and immersion not in _IMMERSIONS:
        raise InvalidRequest(f"dermoscopy.immersion must be one of {', '.join(_IMMERSIONS)}.")
    magnification = number_of(said, "magnification")
    if magnification is not None and magnification <= 0:
        raise InvalidRequest("dermoscopy.magnification must be more than 0.")
    contact = flag_of(said, "contact")
    if immersion and contact is None:
        contact = True
    if immersion and contact is False:
        raise InvalidRequest("dermoscopy.immersion needs contact with the skin.")
    return Dermoscopy(
        polarized=flag_of(said, "polarized"),
        contact=contact,
        immersion=immersion,
        magnification=magnification,
        lesion_id=text_of(said, "lesionId", ONE_LINE),
    )


def specimen_of(data: Json) -> Specimen | None:
    """Read `specimen`: containerId, issuer, specimenId, type."""
    said = object_of(data, "specimen")
    if not said:
        return None
    container_id = text_of(said, "containerId", ONE_LINE)
    if not container_id:
        raise InvalidRequest("specimen.containerId is missing.")
    issuer, specimen_id, kind = (
        text_of(said, key, ONE_LINE) for key in ("issuer", "specimenId", "type")
    )
    return Specimen(container_id, issuer, specimen_id, kind)


def stage_of(data: Json) -> StagePosition | None:
    """Read `stage`: x, y and z in millimetres of the slide coordinate system."""
    said = object_of(data, "stage")
    if not said:
        return None
    x, y = number_of(said, "x"), number_of(said, "y")
    if x is None or y is None:
        raise InvalidRequest("stage needs x and y, in millimetres.")
    return StagePosition(x, y, number_of(said, "z"))
