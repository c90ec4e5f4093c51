"""The sentences of the fidelity report: what was changed between source and object, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.model import Change

from . import jpeg
from .exif import ExifFacts
from .jpeg import Jpeg

LEFT_OUT, DECODED = "Left out: ", "Decoded from "
TURNED, RECODED = "Turned upright in the DCT domain", "Coefficients coded again"
"""How sentences begin that `hub.fidelity` looks for."""

NO_TRANSFER_SYNTAX = "DICOM has no transfer syntax for this format"
NOT_TURNED = {
    "not-aligned": "Its size is no multiple of its blocks, so it cannot be turned without decoding",
    "doubtful": "Its data are not clean enough to be turned without decoding",
    "no-jpegtran": "jpegtran, which turns without decoding, is not installed",
}

PRIVATE = "Metadata leave the stream by an allow-list; exposure facts are attributes of the object"

_STORED = {"jpeg-ls-lossless": "as lossless JPEG-LS", "native": "uncompressed"}

PIXEL_CHANGES = {
    "deep": Change(
        "More than 8 bits a sample reduced to 8", "Visible light images have 8 (PS3.3 C.8.12.1)"
    ),
    "cmyk": Change("Four inks converted to RGB", "Visible light images are RGB or grey"),
    "palette": Change("Palette expanded to RGB", "Visible light images have no palette"),
    "high": Change(
        "High dynamic range (PQ or HLG) shown as it is coded",
        "DICOM has no term for it; the picture looks paler than on the phone",
    ),
    "crop": Change(
        "Cut to the part that the file shows", "What lies beside it (clap) is not in the photo"
    ),
    "transparent": Change("Transparent parts laid on white", "DICOM images have no transparency"),
}


def why_decoded(parsed: Jpeg) -> str | None:
    """Why this JPEG stream cannot be carried as it is, or None when it can."""
    if parsed.precision != 8:
        return f"It has {parsed.precision} bits a sample and visible light images have 8"
    if parsed.process not in {jpeg.SOF0, jpeg.SOF1, jpeg.SOF2, jpeg.SOF9, jpeg.SOF10}:
        return "No transfer syntax carries its coding process"
    if len(parsed.components) == 1 or parsed.is_ycbcr:
        return None
    return "Its colour components are not YCbCr"


def of_kept(original: Jpeg, stream: Jpeg, exif: ExifFacts) -> tuple[Change, ...]:
    """Changes of a JPEG stream that was kept, turned or recoded without loss."""
    found = []
    if original.dropped:
        found.append(Change(LEFT_OUT + ", ".join(original.dropped), PRIVATE))
    if original.process != stream.process:
        found.append(
            Change(
                f"{RECODED} as sequential Huffman, none changed",
                "No transfer syntax carries progressive or arithmetic JPEG",
            )
        )
    if exif.orientation != 1:
        found.append(
            Change(
                f"{TURNED} (Exif orientation {exif.orientation})",
                "DICOM viewers ignore Exif orientation; no coefficient was lost",
            )
        )
    if not exif.readable:
        found.append(Change("Exif could not be read", "Its structure is broken"))
    return tuple(found)


def of_decoded(
    source_format: str, reason: str, facts: Mapping[str, Any], dropped: Sequence[str]
) -> tuple[Change, ...]:
    """Changes of a photo that was decoded and stored lossless."""
    stored = _STORED[facts["encoding"]]
    found = [Change(f"{DECODED}{source_format.upper()}, stored {stored}", reason)]
    if facts["orientation"] != 1:
        found.append(
            Change(
                f"Turned upright (Exif orientation {facts['orientation']})",
                "DICOM viewers ignore Exif orientation",
            )
        )
    found += [PIXEL_CHANGES[name] for name in facts["changes"]]
    if dropped:
        found.append(Change(LEFT_OUT + ", ".join(dropped), PRIVATE))
    return tuple(found)
