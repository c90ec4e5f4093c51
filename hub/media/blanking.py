"""Samples are searched for what is private (NAL units: ISO/IEC 14496-15, 4.3.3).

Only the head of each NAL unit, or block of sound, is read. What has to go is written over
in its place and length when the samples are streamed, so that no table changes and no
video is held.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from hub.slices import HasDescriptor, Patches

from . import aac
from .nal_units import LONGEST_BLANKED, Coding, blanked, has_user_data

MAX_UNITS = 8_000_000
"""NAL units of a track; an hour at 60 pictures a second has some 600,000."""
MAX_BLANKED = 1_000_000
_LONGEST_BLOCK = 8192
"""Bytes of a block of AAC; the largest has 768 for each of eight channels."""
_WINDOW = 1024
"""Bytes that are read from a sample at once; of most they hold all but the last slice."""


class Unclean(Exception):
    """The samples are not what their NAL units say, or are made of far too many."""


@dataclass(frozen=True, slots=True)
class Blanked:
    """What is written over in the samples of a track."""

    patches: Patches
    user_data: int
    """NAL units that held user data."""
    others: int

    def __bool__(self) -> bool:
        return self.user_data + self.others > 0


def blank(
    samples: Iterable[tuple[int, int]], file: HasDescriptor, coding: Coding, length_size: int
) -> Blanked:
    """Find what has to go in samples, given by place and size. Raises Unclean."""
    starts, lengths, user_data = array("Q"), array("I"), 0
    units = _units(samples, file, coding, length_size)
    for count, (start, length, head) in enumerate(units):
        if count >= MAX_UNITS:
            raise Unclean
        if coding.stays(head, length):
            continue
        if length > LONGEST_BLANKED or len(starts) >= MAX_BLANKED:
            raise Unclean
        nal = _read(file, length, start)
        if blanked(nal, coding) != nal:
            starts.append(start)
            lengths.append(length)
            user_data += has_user_data(nal, coding)
    patches = _in_order(starts, lengths, partial(blanked, coding=coding))
    return Blanked(patches, user_data, len(starts) - user_data)


def blank_sound(samples: Iterable[tuple[int, int]], file: HasDescriptor) -> Patches:
    """Find blocks of AAC that begin with data. Raises Unclean."""
    starts, lengths = array("Q"), array("I")
    for start, size in samples:
        if size and aac.begins_with_data(_read(file, 1, start)[0]):
            if size > _LONGEST_BLOCK or len(starts) >= MAX_BLANKED:
                raise Unclean
            block = _read(file, size, start)
            if aac.blanked(block) != block:
                starts.append(start)
                lengths.append(size)
    return _in_order(starts, lengths, aac.blanked)


def _units(
    samples: Iterable[tuple[int, int]], file: HasDescriptor, coding: Coding, length_size: int
) -> Iterator[tuple[int, int, bytes]]:
    """Yield place, length and header of each NAL unit."""
    needed = length_size + coding.header
    for start, size in samples:
        position, end = start, start + size
        window, base = b"", start
        while position < end:
            at = position - base
            if at + needed > len(window):
                window, base, at = _read(file, min(_WINDOW, end - position), position), position, 0
                if needed > len(window):
                    raise Unclean
            length = int.from_bytes(window[at : at + length_size], "big")
            position += length_size
            if not coding.header <= length <= end - position:
                raise Unclean
            yield position, length, window[at + length_size : at + needed]
            position += length


def _read(file: HasDescriptor, length: int, position: int) -> bytes:
    found = os.pread(file.fileno(), length, position)
    if len(found) < length:
        raise Unclean
    return found


def _in_order(
    starts: array[int], lengths: array[int], instead: Callable[[bytes], bytes]
) -> Patches:
    """The places as they follow each other in the file."""
    order = np.argsort(np.array(starts, np.uint64), kind="stable")
    return Patches(
        array("Q", np.array(starts, np.uint64)[order].tobytes()),
        array("I", np.array(lengths, np.uint32)[order].tobytes()),
        instead,
    )
