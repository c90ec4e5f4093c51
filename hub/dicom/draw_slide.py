"""A level of a slide as one picture: its tiles side by side (PS3.3 C.7.6.17.3, TILED_FULL)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import VLWholeSlideMicroscopyImageStorage

from hub.model import Instance

WHOLE = 0
"""Stands for a frame number where all tiles together are asked for."""
_MOST_TILES = 144
_LARGEST = 64 << 20
"""Tiles and pixels that are decoded for one picture; larger levels are shown tile by tile."""


def fits_one_picture(instance: Instance) -> bool:
    """Whether a stored instance is a slide's image whose tiles can be shown together."""
    if instance.sop_class_uid != VLWholeSlideMicroscopyImageStorage:
        return False
    pixels = (instance.rows or 0) * (instance.columns or 0) * instance.number_of_frames
    organization = instance.header.get("00209311")
    values = organization.get("Value", ()) if isinstance(organization, Mapping) else ()
    few = instance.number_of_frames <= _MOST_TILES and 0 < pixels <= _LARGEST
    return few and list(values) == ["TILED_FULL"]


def is_whole(ds: Dataset) -> bool:
    """Whether the first frames of an object are the tiles of one picture."""
    if "TotalPixelMatrixColumns" not in ds or "TotalPixelMatrixRows" not in ds:
        return False
    across, down = _tiles(ds)
    pixels = across * down * ds.Rows * ds.Columns
    return 0 < across * down <= min(_MOST_TILES, int(ds.NumberOfFrames)) and pixels <= _LARGEST


def mosaic(ds: Dataset, tile: Callable[[int], Image.Image]) -> Image.Image:
    """Return the whole picture of an object; `tile` gives a frame by its number."""
    across, down = _tiles(ds)
    whole = Image.new("RGB", (int(ds.TotalPixelMatrixColumns), int(ds.TotalPixelMatrixRows)))
    for number in range(across * down):
        y, x = divmod(number, across)
        whole.paste(tile(number + 1).convert("RGB"), (x * ds.Columns, y * ds.Rows))
    return whole


def _tiles(ds: Dataset) -> tuple[int, int]:
    across = -(-int(ds.TotalPixelMatrixColumns) // int(ds.Columns))
    return across, -(-int(ds.TotalPixelMatrixRows) // int(ds.Rows))
