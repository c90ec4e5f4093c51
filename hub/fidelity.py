"""The fidelity report: what the hub kept of a file, what it changed, and why.

Everything is read from the stored object: the hub writes each of its steps into the
Contributing Equipment Sequence (0018,A001), so that a report can be made again, years
later, from the object alone. Pure: facts in, report out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.dicom.bulk import PDF_SOP_CLASS, VIDEO_TRANSFER_SYNTAXES
from hub.dicom.steps import HUB_NAME, LINE, WHY
from hub.media import changes, video_changes
from hub.model import Change, Instance, ReviewFlag
from hub.review_flags import sentence

_ORIGIN = re.compile(r"Wrapped from a (\S+) file; SHA-256 of the source: ([0-9a-f]{64})")
_COUNTED = re.compile(r"(.+?)(?: \((\d+)\))?$")

_METHODS = {
    "ISO_10918_1": "JPEG",
    "ISO_23008_2": "HEVC",
    "ISO_14496_10": "H.264",
    "VP8": "VP8",
    "AV1": "AV1",
}


@dataclass(frozen=True)
class FidelityReport:
    """One object against the file it was made of."""

    sop_instance_uid: str
    kind: str
    """`image`, `video` or `document`."""
    source_name: str
    source_size: int | None
    """Bytes; known only while the file is at hand."""
    source_format: str
    """Empty for an object that came as DICOM and was stored as it is."""
    source_sha256: str
    object_sha256: str
    object_size: int
    stream_sha256: str
    transfer_syntax_uid: str
    kept: tuple[str, ...]
    steps: tuple[Change, ...]
    left_out: tuple[tuple[str, int], ...]
    """Categories of metadata and how many there were; never a value."""
    orientation: str
    colour: str
    compression: tuple[str, ...]
    """Each lossy step the pixels have gone through, oldest first."""
    software: str
    flags: tuple[ReviewFlag, ...] = ()
    """What a person should look at; the object itself does not hold these."""


def report_of(
    instance: Instance,
    stream_sha256: str,
    *,
    source_name: str = "",
    source_size: int | None = None,
    flags: Sequence[ReviewFlag] = (),
) -> FidelityReport:
    """Make the report of a stored object; `stream_sha256` is the digest of what it carries."""
    said = list(_said(instance.header))
    origin = next((m for text, _ in said if (m := _ORIGIN.match(text))), None)
    steps = tuple(_step(text) for text, _ in said if not _ORIGIN.match(text))
    source_sha256 = origin[2] if origin else ""
    return FidelityReport(
        sop_instance_uid=instance.sop_instance_uid,
        kind=_kind(instance),
        source_name=source_name,
        source_size=source_size,
        source_format=origin[1] if origin else "",
        source_sha256=source_sha256,
        object_sha256=instance.sha256,
        object_size=instance.size,
        stream_sha256=stream_sha256,
        transfer_syntax_uid=instance.transfer_syntax_uid,
        kept=_kept(steps, origin is not None, stream_sha256 == source_sha256, instance),
        steps=steps,
        left_out=_left_out(steps),
        orientation=_orientation(steps),
        colour=_colour(instance),
        compression=tuple(_compression(instance.header)),
        software=next((version for _, version in said if version), ""),
        flags=tuple(flags),
    )


def _kind(instance: Instance) -> str:
    if instance.sop_class_uid == PDF_SOP_CLASS:
        return "document"
    return "video" if instance.transfer_syntax_uid in VIDEO_TRANSFER_SYNTAXES else "image"


def _said(header: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the hub wrote into the object about itself: sentence and software version."""
    for item in header.get("0018A001", {}).get("Value", ()):
        if _first(item, "00080070") == HUB_NAME:
            version = _first(item, "00181020")
            for line in _first(item, "0018A003").split(LINE):
                yield line, f"{HUB_NAME} {version}".strip()


def _step(text: str) -> Change:
    what, _, why = text.partition(WHY)
    return Change(what, why.removesuffix("."))


def _kept(
    steps: tuple[Change, ...], wrapped: bool, same_bytes: bool, instance: Instance
) -> tuple[str, ...]:
    """What of the image data is proven to be the source's."""
    if not wrapped:
        return ("The object as it was received",)
    if same_bytes:
        return ("The source file, byte for byte",)
    if _has(steps, changes.DECODED):
        return ("Every pixel as the source decodes, stored without loss", *_but(steps))
    if _has(steps, changes.TURNED) or _has(steps, changes.RECODED):
        return ("Every coefficient of the JPEG; only their order and coding are new",)
    if _has(steps, video_changes.SAME_SAMPLES):
        return ("Every coded sample of the pictures and the sound, byte for byte",)
    if _has(steps, video_changes.SAME_PICTURES):
        return ("Every coded picture; only the file around them and maybe the sound are new",)
    if instance.transfer_syntax_uid in {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"}:
        return ("The coded image data (frame, tables and scans), byte for byte",)
    return ()


def _but(steps: tuple[Change, ...]) -> tuple[str, ...]:
    reduced = [s.what for s in steps if s in changes.PIXEL_CHANGES.values()]
    return (f"except: {'; '.join(reduced)}",) if reduced else ()


def _left_out(steps: tuple[Change, ...]) -> tuple[tuple[str, int], ...]:
    found = []
    for step in steps:
        if step.what.startswith(changes.LEFT_OUT) and step.what != video_changes.ALL_METADATA:
            for part in step.what.removeprefix(changes.LEFT_OUT).split(", "):
                name, count = _COUNTED.match(part).groups()  # type: ignore[union-attr]
                found.append((name, int(count or 1)))
    return tuple(found)


def _orientation(steps: tuple[Change, ...]) -> str:
    turned = [s.what for s in steps if s.what.startswith("Turned upright")]
    return turned[0] if turned else "As in the source"


def _colour(instance: Instance) -> str:
    if "00282000" in instance.header:
        space = _first(instance.header, "00282002")
        return "By the ICC profile in the object" + (f" ({space})" if space else "")
    return {
        "video": "As the stream itself describes it",
        "image": "No profile: shown as sRGB",
    }.get(_kind(instance), "None")


def _compression(header: Mapping[str, Any]) -> Iterator[str]:
    """Lossy Image Compression Ratio and Method go in pairs (PS3.3 C.7.6.1.1.5)."""
    ratios = header.get("00282112", {}).get("Value", ())
    methods = header.get("00282114", {}).get("Value", ())
    for ratio, method in zip(ratios, methods, strict=False):
        yield f"{_METHODS.get(method, method)}, {float(ratio):g} to 1"


def _has(steps: tuple[Change, ...], start: str) -> bool:
    return any(step.what.startswith(start) for step in steps)


def _first(item: Mapping[str, Any], tag: str) -> str:
    values = item.get(tag, {}).get("Value", ())
    return str(values[0]) if values else ""


def as_json(report: FidelityReport) -> dict[str, Any]:
    """The report for programs; the names are those of DICOM keywords where there are some."""
    return {
        "source": report.source_name,
        "sourceFormat": report.source_format,
        "sourceSHA256": report.source_sha256,
        "sourceBytes": report.source_size,
        "sopInstanceUID": report.sop_instance_uid,
        "objectSHA256": report.object_sha256,
        "objectBytes": report.object_size,
        "pixelStreamSHA256": report.stream_sha256,
        "transferSyntaxUID": report.transfer_syntax_uid,
        "kept": list(report.kept),
        "changes": [{"what": step.what, "why": step.why} for step in report.steps],
        "leftOut": [{"kind": kind, "number": number} for kind, number in report.left_out],
        "orientation": report.orientation,
        "colour": report.colour,
        "lossyCompression": list(report.compression),
        "softwareVersions": report.software,
        "reviewFlags": [{"code": flag.code, "message": sentence(flag)} for flag in report.flags],
    }
