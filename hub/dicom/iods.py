"""Which IOD each kind of capture becomes: the one registry, one line per kind."""

from __future__ import annotations

from hub.errors import UnsupportedMedia
from hub.model import Kind

from . import vl_photographic
from .iod import Iod

IODS: dict[Kind, Iod] = {
    Kind.PHOTO: vl_photographic.IOD,
}


def iod_of(kind: Kind) -> Iod:
    """Return the IOD of `kind`. Raises UnsupportedMedia when the hub makes none yet."""
    try:
        return IODS[kind]
    except KeyError:
        raise UnsupportedMedia(f"The hub cannot take captures of kind {kind} yet.") from None


def modality(kind: Kind) -> str:
    """Return Modality (0008,0060) of objects of this kind. Raises UnsupportedMedia."""
    return iod_of(kind).modality
