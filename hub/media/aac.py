"""Data before the sound in a raw data block of AAC (ISO/IEC 14496-3, 4.4.2.1 and 4.4.2.7).

Elements have no length: what comes after the first sound is found only by decoding it.
"""

from __future__ import annotations

_DATA, _FILL = 4, 6
"""id_syn_ele of data_stream_element and fill_element."""
_ESCAPED_DATA, _ESCAPED_FILL = 255, 15
_EXT_FILL_DATA, _FILL_BYTE = b"\x10", b"\xa5"


def begins_with_data(first: int) -> bool:
    """Whether the first byte of a block begins such an element."""
    return first >> 5 in (_DATA, _FILL)


def blanked(block: bytes) -> bytes:
    """Return a block of the same length whose leading data and fill elements say nothing."""
    size, value, position = 8 * len(block), int.from_bytes(block, "big"), 0

    def take(count: int) -> int:
        nonlocal position
        position += count
        return value >> max(size - position, 0) & ((1 << count) - 1)

    while position < size:
        element = take(3)
        if element == _DATA:
            take(4)  # element_instance_tag
            is_aligned = take(1)
            count = take(8)
            count += take(8) if count == _ESCAPED_DATA else 0
            position = -(-position // 8) * 8 if is_aligned else position
            content = bytes(count)
        elif element == _FILL:
            count = take(4)
            count += take(8) - 1 if count == _ESCAPED_FILL else 0
            content = (_EXT_FILL_DATA + _FILL_BYTE * count)[:count]
        else:
            break
        position += 8 * count
        if position > size:
            break
        shift = size - position
        value &= ~(((1 << 8 * count) - 1) << shift)
        value |= int.from_bytes(content, "big") << shift
    return value.to_bytes(len(block), "big")
