"""The sentences of the fidelity report about videos: what was changed, and why."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from hub.model import Change, Video

from .blanking import Blanked
from .mp4 import Movie
from .sample_entries import Picture
from .transcode import Probed

NOT_MP4 = "DICOM carries these streams in MP4 only"
IN_FRAGMENTS = "The file is in fragments, without one description of all of it"
OTHER_SOUND = "DICOM carries sound as AAC or MP3 only"
TURNED = "DICOM has no place for the rotation that the file asks of a player"
EDITED = "Parts of the stream are not to be shown, by the file's edit list"
UNCLEAN = "The pictures do not lie in the file as their own lengths say"
OTHER_CODING = "No transfer syntax carries its coding"
SEVERAL_CODINGS = "The stream changes its coding on the way"
ONLY_THE_CONTAINER = frozenset({NOT_MP4, IN_FRAGMENTS, OTHER_SOUND})
"""Reasons for which the picture's stream itself may be kept."""

SAME_SAMPLES = "File written anew around the same coded pictures and sound"
SAME_PICTURES = "Stream of the pictures taken over into MP4 as it is"
CODED_AGAIN = "Coded again"
ALL_METADATA = "Left out: all metadata of the file"
_PRIVATE = "Metadata leave the file by an allow-list; only what a decoder needs is written"
_MESSAGES = (
    "They can tell of people and places. The coded pictures and what a player needs "
    "to decode them are unchanged, byte for byte"
)

_DATA = "They can hold the coder's name or any text. The sound itself is unchanged, bit for bit"


def no_transfer_syntax(picture: Picture, frames_per_second: float = 0) -> str:
    """Why a stream cannot be carried."""
    if picture.codec in ("h264", "hevc"):
        rate = f" at {frames_per_second:.0f} pictures a second" if frames_per_second else ""
        return (
            f"No transfer syntax carries {picture.codec.upper()} profile {picture.profile}, "
            f"level {picture.level}, {picture.columns} by {picture.rows}{rate}"
        )
    return OTHER_CODING


def of_kept(movie: Movie, tracks: int) -> tuple[Change, ...]:
    """Changes of streams that were kept: the file around them was written anew."""
    found = [Change(SAME_SAMPLES, _PRIVATE)]
    if movie.dropped:
        found.append(Change("Left out: " + ", ".join(movie.dropped), _PRIVATE))
    left = len(movie.tracks) - tracks
    if left:
        found.append(Change(f"Left out: {left} tracks", "They are no picture or sound to be shown"))
    return tuple(found)


def of_blanked(blanked: Blanked, beside_sound: int) -> tuple[Change, ...]:
    """Changes inside of the streams, by what they were and how often."""
    found = [
        f"{count} {what}"
        for count, what in (
            (blanked.user_data, "of user data, such as captions, places or names"),
            (blanked.others, "of other kinds that no player needs"),
        )
        if count
    ]
    changes = []
    if found:
        what = "Written over in the stream: messages that lie between the coded pictures, "
        changes.append(Change(what + " and ".join(found), _MESSAGES))
    if beside_sound:
        what = f"Written over in the sound: data before it in {beside_sound} of its blocks"
        changes.append(Change(what, _DATA))
    return tuple(changes)


def of_moved(reason: str) -> tuple[Change, ...]:
    """Changes of a picture's stream that was taken over into MP4."""
    return (
        Change(SAME_PICTURES, reason),
        Change(ALL_METADATA, _PRIVATE),
    )


def of_coded_again(reason: str, probed: Probed, size: tuple[int, int]) -> tuple[Change, ...]:
    """Changes of a video that was coded again; its coding is more of a reason than its file."""
    if reason in ONLY_THE_CONTAINER and probed.codec not in ("h264", "hevc"):
        reason = OTHER_CODING
    found = [Change(f"{CODED_AGAIN} from {probed.codec.upper()} to H.264 High", reason)]
    columns, rows = probed.columns, probed.rows
    if probed.rotation:
        found.append(Change(f"Turned upright by {probed.rotation} degrees", TURNED))
    if probed.rotation in (90, 270):
        columns, rows = rows, columns
    if size != (columns, rows):
        what = f"Made smaller from {columns} by {rows} to {size[0]} by {size[1]}"
        found.append(Change(what, "H.264 level 4.1 and 4.2 allow no more, in even numbers"))
    found.append(Change(ALL_METADATA, _PRIVATE))
    return tuple(found)


def with_first_loss(
    made: Video, probed: Probed, path: str, methods: Mapping[str, str], movie: Movie | None
) -> Video:
    """Add the loss of the source before that of the hub, and the source's time."""
    method = methods.get(probed.codec, probed.codec.upper()[:16])
    pixels = probed.columns * probed.rows * 3 * made.number_of_frames
    ratio = pixels / max(1, os.path.getsize(path))
    taken_at = movie.created_at if movie else None
    return replace(made, lossy=((ratio, method), *made.lossy), taken_at=taken_at)
