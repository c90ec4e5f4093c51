"""Sample descriptions of videos that are made to be long."""

from __future__ import annotations

import pytest

from hub.media import sample_entries
from hub.media.boxes import Malformed, box


@pytest.mark.parametrize(("format_", "record"), [(b"avc1", b"avcC"), (b"hvc1", b"hvcC")])
def test_a_decoder_configuration_of_megabytes_is_not_walked(format_: bytes, record: bytes):
    empty_units = bytes(22) + b"\x01\x20\xff\xff" + bytes(2 * 65_535)
    entry = bytes(78) + box(record, empty_units)
    with pytest.raises(Malformed, match="too long"):
        sample_entries.picture(format_, memoryview(entry))
