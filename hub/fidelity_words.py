"""The fidelity report in words: headed tables and sentences, in the order a reader asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hub.fidelity import FidelityReport
from hub.media import video_changes
from hub.review_flags import sentences

Rows = tuple[tuple[str, str], ...]

INTRODUCTION = (
    "This page says what became of a file when it was made a DICOM object. A digest (SHA-256) "
    "names bytes: whoever has the file can count it again and compare. Metadata that were left "
    "out are named by kind and number only."
)
_SYNTAXES = {
    "1.2.840.10008.1.2.1": "uncompressed (Explicit VR Little Endian)",
    "1.2.840.10008.1.2.4.50": "JPEG Baseline",
    "1.2.840.10008.1.2.4.51": "JPEG Extended",
    "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
    "1.2.840.10008.1.2.4.102": "H.264 High Profile, level 4.1, in MP4",
    "1.2.840.10008.1.2.4.102.1": "H.264 High Profile, level 4.1, in MP4, fragmentable",
    "1.2.840.10008.1.2.4.104": "H.264 High Profile, level 4.2, in MP4",
    "1.2.840.10008.1.2.4.104.1": "H.264 High Profile, level 4.2, in MP4, fragmentable",
    "1.2.840.10008.1.2.4.107": "HEVC Main Profile, level 5.1, in MP4",
}
_DATA = {"image": "image data", "video": "video data", "document": "document"}
_HOW_TO_COUNT = {
    "image": "the value of Pixel Data (7FE0,0010); where it is in fragments, these joined, "
    "without the offset table and the item headers",
    "video": "the fragments of Pixel Data (7FE0,0010) joined, without the offset table and the "
    "item headers",
    "document": "the value of Encapsulated Document (0042,0011), as many bytes as (0042,0015) says",
}


@dataclass(frozen=True)
class Section:
    """One part of the report under a heading."""

    heading: str
    rows: Rows = ()
    sentences: tuple[str, ...] = ()


def sections(report: FidelityReport) -> tuple[Section, ...]:
    """Return the parts of a report; those that have nothing to say are not there."""
    found = (
        Section("Identity", _filled(_identity(report))),
        Section("Needs a look", sentences=sentences(report.flags)),
        Section("Kept", sentences=report.kept or (_nothing_kept(report),)),
        _changed(report),
        _left_out(report),
        Section(f"The {report.kind} now", _filled(_now(report))),
        Section("How to check this", sentences=_how_to_check(report)),
    )
    return tuple(section for section in map(_ended, found) if section.rows or section.sentences)


def _ended(section: Section) -> Section:
    return replace(section, sentences=tuple(s.rstrip(".") + "." for s in section.sentences))


def _filled(rows: Rows) -> Rows:
    return tuple(row for row in rows if row[1])


def _identity(report: FidelityReport) -> Rows:
    size = f"{report.source_size:,} bytes" if report.source_size is not None else ""
    return (
        ("Source file", report.source_name),
        ("Source format", report.source_format.upper()),
        ("Source size", size),
        ("SHA-256 of the source", report.source_sha256),
        ("Object (SOP Instance UID)", report.sop_instance_uid),
        ("SHA-256 of the object", report.object_sha256),
        ("Size of the object", f"{report.object_size:,} bytes"),
        (f"SHA-256 of its {_DATA[report.kind]}", report.stream_sha256),
        ("Made by", report.software),
    )


def _nothing_kept(report: FidelityReport) -> str:
    if _coded_again(report):
        return (
            "No coded picture of the source: all were coded again, which loses detail. "
            "What is seen is the source's; its bytes are not"
        )
    return "Nothing is proven to be the source's"


def _changed(report: FidelityReport) -> Section:
    rows = tuple((step.what, step.why) for step in report.steps)
    return Section("Changed, and why", rows, () if rows else ("Nothing was changed",))


def _left_out(report: FidelityReport) -> Section:
    rows = tuple((kind, str(number)) for kind, number in report.left_out)
    in_full = any(step.what == video_changes.ALL_METADATA for step in report.steps)
    said = "All of the file: a new one was written" if in_full else "None"
    silent = bool(rows) or not report.source_format
    return Section("Metadata left out, by kind and number", rows, () if silent else (said,))


def _now(report: FidelityReport) -> Rows:
    syntax = _SYNTAXES.get(report.transfer_syntax_uid, "")
    if report.kind == "document":
        return (("Stored as", f"{report.source_format.upper()} inside a DICOM object".strip()),)
    return (
        ("Stored as", f"{syntax} {report.transfer_syntax_uid}".strip()),
        ("Orientation", report.orientation),
        ("Colour", report.colour),
        ("Lossy compression", _losses(report)),
    )


def _losses(report: FidelityReport) -> str:
    """Say each lossy step, and whose it was: the hub's is the last one, where it made one."""
    if not report.source_format:
        return "; then ".join(report.compression) or "None is said"
    own = 1 if _coded_again(report) else 0
    before = report.compression[: len(report.compression) - own]
    told = [f"{step} (in the source)" for step in before]
    told += [f"{step} (by the hub)" for step in report.compression[len(before) :]]
    return "; then ".join(told) + ("" if own else "; none added") if told else "None"


def _coded_again(report: FidelityReport) -> bool:
    return any(step.what.startswith(video_changes.CODED_AGAIN) for step in report.steps)


def _how_to_check(report: FidelityReport) -> tuple[str, ...]:
    counted = f"The {_DATA[report.kind]}: count that of {_HOW_TO_COUNT[report.kind]}."
    object_ = "The object: count the SHA-256 of the DICOM file as it is stored."
    if not report.source_format:
        return (object_, counted)
    source = (
        "The source: count the SHA-256 of the file as it left the camera or scanner, with any "
        "program, and compare. The hub does not keep that file beside the object."
    )
    return (source, object_, counted)
