"""TIFF files written tag by tag: slides as scanners write them, and such as nobody should."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

TILE = 256
SHORT, LONG, FLOAT, LONG8 = 3, 4, 11, 16
_SIZES = {1: 1, 2: 1, SHORT: 2, LONG: 4, 5: 8, 7: 1, FLOAT: 4, LONG8: 8}
_TILES, _TILE_COUNTS, _STRIPS, _STRIP_COUNTS = 324, 325, 273, 279


@dataclass
class Page:
    """One image file directory: its tags but those of the segments, and the segments."""

    tags: dict[int, Any]
    segments: Sequence[bytes]
    tiled: bool = True
    raw: Mapping[int, tuple[int, int, bytes]] = field(default_factory=dict)
    """Tags written as they are: type, count, value."""


def tiff(pages: Sequence[Page], *, big: bool = False, ndpi: bool = False, loop: int = -1) -> bytes:
    """Write the pages; the last one leads to page number `loop` instead of to an end."""
    out = bytearray(b"II+\0\x08\0\0\0" if big else b"II*\0")
    out += bytes(8 if big or ndpi else 4)
    link, starts = len(out) - (8 if big or ndpi else 4), []
    for page in pages:
        places = []
        for segment in page.segments:
            places.append(len(out))
            out += segment + bytes(len(segment) % 2)
        _point(out, link, len(out), big or ndpi)
        starts.append(len(out))
        link = _directory(out, page, places, big, ndpi)
    if loop >= 0:
        _point(out, link, starts[loop], big or ndpi)
    return bytes(out)


def _point(out: bytearray, at: int, to: int, wide: bool) -> None:
    struct.pack_into("<Q" if wide else "<I", out, at, to)


def _directory(out: bytearray, page: Page, places: list[int], big: bool, ndpi: bool) -> int:
    """Append the directory and its longer values; return where it names the next one."""
    counts = [len(segment) for segment in page.segments]
    offsets = (_TILES, _TILE_COUNTS) if page.tiled else (_STRIPS, _STRIP_COUNTS)
    tags = {**page.tags, **dict(zip(offsets, (places, counts), strict=True))}
    entries = {code: _packed(value, big) for code, value in tags.items()}
    entries |= {code: entry for code, entry in page.raw.items()}
    inline, size = (8, 20) if big else (4, 12)
    start, head = len(out), 8 if big else 2
    link = start + head + size * len(entries)
    tail = len(entries) * 4 if ndpi else 0
    out += len(entries).to_bytes(head, "little")
    out += bytes(size * len(entries) + (8 if big or ndpi else 4) + tail)
    if ndpi:
        out += bytes(8)
    for number, (code, (kind, count, value)) in enumerate(sorted(entries.items())):
        at = start + head + size * number
        struct.pack_into("<HHQ" if big else "<HHI", out, at, code, kind, count)
        if len(value) > inline:
            struct.pack_into("<Q" if big else "<I", out, at + size - inline, len(out))
            out += value
        else:
            out[at + size - inline : at + size - inline + len(value)] = value
    return link


def _packed(value: Any, big: bool) -> tuple[int, int, bytes]:
    if isinstance(value, str):
        raw = value.encode() + b"\0"
        return 2, len(raw), raw
    if isinstance(value, bytes):
        return 7, len(value), value
    if isinstance(value, tuple):  # a rational number
        return 5, 1, struct.pack("<2I", *value)
    if isinstance(value, float):
        return FLOAT, 1, struct.pack("<f", value)
    if isinstance(value, int):
        return (SHORT, 1, struct.pack("<H", value)) if value < 65536 else _longs([value], big)
    return _longs(value, big)


def _longs(values: Sequence[int], big: bool) -> tuple[int, int, bytes]:
    kind, form = (LONG8, "Q") if big else (LONG, "I")
    return kind, len(values), struct.pack(f"<{len(values)}{form}", *values)


# --- pictures and pages --------------------------------------------------------


def scene(side: int, tint: int = 0) -> np.ndarray[Any, Any]:
    """A picture in which every tile differs."""
    y, x = np.mgrid[0:side, 0:side]
    return np.stack([x * 255 // side, y * 255 // side, (x + y) // 8 % 256 ^ tint], -1).astype("u1")


def jpeg(pixels: np.ndarray[Any, Any], **options: Any) -> bytes:
    """A JPEG stream as Pillow writes it, YCbCr with half the colour."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **{"quality": 90, "subsampling": 2, **options})
    return out.getvalue()


def jpeg_2000(pixels: np.ndarray[Any, Any], **options: Any) -> bytes:
    """A JPEG 2000 codestream without colour transform."""
    out = io.BytesIO()
    image = Image.fromarray(pixels)
    image.save(out, "JPEG2000", no_jp2=True, **{"num_resolutions": 3, "mct": 0, **options})
    return out.getvalue()


def tiles(pixels: np.ndarray[Any, Any], tile: int = TILE) -> list[np.ndarray[Any, Any]]:
    """The picture in tiles from left to right and down; those at the edges are filled up."""
    rows, columns = pixels.shape[:2]
    across, down = -(-columns // tile), -(-rows // tile)
    whole = np.full((down * tile, across * tile, 3), 255, np.uint8)
    whole[:rows, :columns] = pixels
    places = [(y * tile, x * tile) for y in range(down) for x in range(across)]
    return [whole[y : y + tile, x : x + tile] for y, x in places]


def page(
    pixels: np.ndarray[Any, Any], segments: Sequence[bytes], *, tile: int = TILE, **more: Any
) -> Page:
    """A page of JPEG tiles in YCbCr, or of what `tags` says instead."""
    rows, columns = pixels.shape[:2]
    tags = {
        **{256: columns, 257: rows, 259: 7, 262: 6, 277: 3, 284: 1, 322: tile, 323: tile},
        **{282: (20000, 1), 283: (20000, 1), 296: 3, 530: b""},
        **more.pop("tags", {}),
    }
    del tags[530]
    raw = {258: (SHORT, 3, struct.pack("<3H", 8, 8, 8))}
    if tags[262] == 6:
        raw[530] = (SHORT, 2, struct.pack("<2H", *(2, 2) if tags[259] == 7 else (1, 1)))
    return Page(tags, segments, raw=raw, **more)


def strip(pixels: np.ndarray[Any, Any], coded: bytes, tags: Mapping[int, Any]) -> Page:
    """A page in one piece, such as a label or an overview."""
    made = page(pixels, [coded], tags={278: pixels.shape[0], **tags}, tiled=False)
    for code in (322, 323):
        del made.tags[code]
    return made


APERIO = "Aperio Image Library v11.2.1\n{0}x{0} [0,0 {0}x{0}] ({1}x{1}) JPEG/RGB Q=80"


def svs(side: int = 600, private: str = "", **how: Any) -> bytes:
    """A slide of Aperio: base level, thumbnail, a level of a quarter, label and overview.

    `private` is a text written wherever one fits. `how`: `coded`, which codes a tile; `tags`
    of the levels; `big`.
    """
    coded = how.get("coded", jpeg)
    whole = scene(side)
    small, aside = whole[::4, ::4], scene(120, 64)
    said = APERIO.format(side, TILE) + f"|AppMag = 20|MPP = 0.4990|Filename = {private}|User = "
    said += f"{private}|Date = 11/20/26|Time = 09:00:00"
    texts = {270: said, 306: "2026:11:20 09:00:00"}
    if private:
        texts |= {code: private for code in (269, 285, 315, 316, 337, 33432)}
        texts |= {700: f"<x:xmpmeta>{private}</x:xmpmeta>".encode(), 33723: private.encode()}
    levels = {**texts, **how.get("tags", {})}

    def streams(pixels: np.ndarray[Any, Any]) -> list[bytes]:
        return [coded(tile) for tile in tiles(pixels)]

    flat = {259: 1, 262: 2}
    return tiff(
        [
            page(whole, how.get("segments") or streams(whole), tags=levels),
            strip(small, jpeg(small), {270: APERIO.format(side, TILE) + " -> thumbnail", 254: 0}),
            page(small, streams(small), tags=levels),
            strip(
                aside, aside.tobytes(), {**flat, 254: 1, 270: f"Aperio\nlabel 120x120 {private}"}
            ),
            strip(aside, jpeg(aside), {254: 9, 270: f"Aperio\nmacro 120x120 {private}"}),
        ],
        big=how.get("big", False),
    )


def plain(side: int = 600, **how: Any) -> bytes:
    """A pyramid of two levels that no scanner's format is."""
    whole = scene(side)
    half = whole[::2, ::2]
    tags = how.get("tags", {})
    return tiff(
        [
            page(whole, [jpeg(tile) for tile in tiles(whole)], tags=tags),
            page(half, [jpeg(tile) for tile in tiles(half)], tags={**tags, 254: 1}),
        ],
        big=how.get("big", False),
    )


def ome(side: int = 600, private: str = "") -> bytes:
    """A slide in OME-TIFF of one level that names no other file."""
    pixels = scene(side)
    spacing = 'PhysicalSizeX="0.5" PhysicalSizeY="0.5"'
    size = f'SizeX="{side}" SizeY="{side}" SizeC="3" SizeZ="1" SizeT="1" {spacing}'
    said = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
        f'UUID="urn:uuid:{"1" * 8}-1111-1111-1111-{"1" * 12}"><Image ID="Image:0" Name="{private}">'
        f'<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" {size}>'
        '<Channel ID="Channel:0:0" SamplesPerPixel="3"/><TiffData IFD="0" PlaneCount="1"/>'
        "</Pixels></Image></OME>"
    )
    return tiff([page(pixels, [jpeg(tile) for tile in tiles(pixels)], tags={270: said})])


def philips(side: int = 600, private: str = "") -> bytes:
    """A slide of Philips: two levels, and XML that says what was scanned."""
    whole, half = scene(side), scene(side)[::2, ::2]

    def said(name: str, value: str) -> str:
        return f'<Attribute Name="{name}" PMSVR="IString">{value}</Attribute>'

    about = (
        '<?xml version="1.0"?><DataObject ObjectType="DPUfsImport">'
        + said("DICOM_MANUFACTURER", "PHILIPS")
        + said("PIM_DP_UFS_BARCODE", private)
        + '<Attribute Name="PIM_DP_SCANNED_IMAGES"><Array><DataObject ObjectType="DPScannedImage">'
        + said("PIM_DP_IMAGE_TYPE", "WSI")
        + said("DICOM_PIXEL_SPACING", '"0.0005" "0.0005"')
        + "</DataObject></Array></Attribute></DataObject>"
    )
    tags = {270: about, 305: "Philips DP v1.0"}
    return tiff(
        [
            page(whole, [jpeg(tile) for tile in tiles(whole)], tags=tags),
            page(half, [jpeg(tile) for tile in tiles(half)], tags={270: "level=1", 254: 1}),
        ]
    )


def ndpi(side: int = 1024, private: str = "") -> bytes:
    """A slide of Hamamatsu: one JPEG with restart markers to a level, and the overview."""
    whole, aside = scene(side), scene(320, 64)[:128]
    half = whole[::2, ::2]
    return tiff(
        [_ndpi_level(p, m, private) for p, m in ((whole, 20.0), (half, 10.0), (aside, -1.0))],
        ndpi=True,
    )


def _ndpi_level(pixels: np.ndarray[Any, Any], magnification: float, private: str) -> Page:
    restart = 256 // 16
    coded = jpeg(pixels, restart_marker_blocks=restart) if magnification > 0 else jpeg(pixels)
    scan = coded.index(b"\xff\xda")
    scan += 2 + int.from_bytes(coded[scan + 2 : scan + 4], "big")
    marks = [
        i for i in range(scan, len(coded) - 1) if coded[i] == 255 and 0xD0 <= coded[i + 1] < 0xD8
    ]
    scale = 20.0 / abs(magnification) if magnification > 0 else 100
    tags = {
        **{271: "Hamamatsu", 272: "NanoZoomer", 305: "NDP.scan", 65420: 1, 65421: magnification},
        **{282: (int(20000 / scale), 1), 283: (int(20000 / scale), 1), 306: "2026:11:20 09:00:00"},
        **{65424: 0, 65442: "S7"},
    }
    if private:
        tags |= {
            270: private,
            315: private,
            65427: private,
            65428: private.encode(),
            65449: f"Owner={private}\r\n",
            700: private.encode(),
        }
    made = strip(pixels, coded, tags)
    if magnification > 0:
        starts = [scan, *(i + 2 for i in marks)]
        made.raw = {**made.raw, 65426: _longs(starts, False)}
    return made
