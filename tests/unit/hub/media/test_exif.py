"""What is read from Exif, and what hostile or broken Exif cannot do."""

from __future__ import annotations

import struct
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from drawn import exif
from PIL.TiffImagePlugin import IFDRational

from hub.media.exif import ExifFacts, facts_of
from hub.media.exposure import decimal_string


def facts(**tags: object) -> ExifFacts:
    return facts_of(exif(**tags).removeprefix(b"Exif\x00\x00"))


class TestTime:
    def test_with_fraction_and_offset(self):
        taken = facts(t9003="2026:03:01 10:20:30", t9291="25", t9011="+05:30").taken_at
        zone = timezone(timedelta(hours=5, minutes=30))
        assert taken == datetime(2026, 3, 1, 10, 20, 30, 250_000, zone)

    def test_without_offset_it_stays_naive(self):
        assert facts(t9003="2026:03:01 10:20:30").taken_at == datetime(2026, 3, 1, 10, 20, 30)

    def test_the_offset_of_another_time_is_not_borrowed(self):
        taken = facts(t9003="2026:03:01 10:20:30", t9010="+05:30").taken_at
        assert taken is not None
        assert taken.tzinfo is None

    def test_the_file_time_stands_in(self):
        taken = facts(t0132="2026:03:01 10:20:30", t9010="Z").taken_at
        assert taken == datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday"])
    def test_a_clock_that_was_never_set_says_nothing(self, text: str):
        assert facts(t9003=text).taken_at is None

    def test_when_it_was_digitized_comes_before_when_the_file_was_written(self):
        taken = facts(
            t9004="2026:03:01 10:20:30", t9292="5", t9012="Z", t0132="2026:05:05 00:00:00"
        )
        assert taken.taken_at == datetime(2026, 3, 1, 10, 20, 30, 500_000, UTC)

    @pytest.mark.parametrize("offset", ["+0530", "+5:30", "+05:75", "+15:00", "-14:00", "   :  "])
    def test_an_offset_that_is_none_is_not_guessed(self, offset: str):
        assert facts(t9003="2026:03:01 10:20:30", t9011=offset).taken_at == datetime(
            2026, 3, 1, 10, 20, 30
        )

    def test_the_offset_of_tiff_ep_counts(self):
        taken = facts_of(block(exif=[(0x9003, 2, TAKEN), (0x882A, 8, struct.pack("<h", -3))]))
        assert taken.taken_at == datetime(
            2026, 3, 1, 10, 20, 30, tzinfo=timezone(timedelta(hours=-3))
        )

    @pytest.mark.parametrize(
        ("utc", "hours"), [((4, 49, 12), 5.5), ((10, 20, 31), 0), ((4, 42, 0), None)]
    )
    def test_the_satellites_time_tells_the_offset(self, utc: tuple[int, ...], hours: float | None):
        time = struct.pack("<6I", *(n for part in utc for n in (part, 1)))
        gps = [(0x1D, 2, b"2026:03:01\x00"), (7, 5, time)]
        taken = facts_of(block(exif=[(0x9003, 2, TAKEN)], gps=gps)).taken_at
        assert taken is not None
        assert taken.utcoffset() == (None if hours is None else timedelta(hours=hours))


class TestDirectories:
    def test_the_orientation_of_another_directory_does_not_turn(self):
        stray = block(main=[(0x0112, 3, b"\x06\x00")], exif=[(0x0112, 3, b"\x01\x00")])
        assert facts_of(stray).orientation == 6


class TestExposure:
    @pytest.mark.parametrize(
        ("number", "type_", "pair"),
        [
            (0x9206, 5, (0xFFFFFFFF, 1)),
            (0x9206, 5, (0xFFFFFFFF, 0xFFFFFFFF)),
            (0x9206, 5, (0, 1)),
            (0x9203, 10, (0xFFFFFFFF, 100)),
            (0x9400, 10, (215, 0xFFFFFFFF)),
            (0x9401, 5, (500, 0xFFFFFFFF)),
        ],
    )
    def test_numbers_that_mean_unknown_are_left_out(
        self, number: int, type_: int, pair: tuple[int, int]
    ):
        assert facts_of(block(exif=[(number, type_, struct.pack("<2I", *pair))])).exposure == {}

    def test_a_third_of_a_stop_less_is_known(self):
        bias = block(exif=[(0x9204, 10, struct.pack("<2i", -1, 3))])
        assert facts_of(bias).exposure == {"ExposureBiasValue": "-0.3333333333333"}

    def test_values_have_the_form_of_their_representation(self):
        exposure = facts(
            t829A=IFDRational(1, 3), t829D=IFDRational(28, 10), t8827=400, t9209=0b1011001
        ).exposure
        assert exposure["ExposureTimeInSeconds"] == "0.33333333333333"
        assert exposure["FNumber"] == "2.8"
        assert exposure["PhotographicSensitivity"] == 400
        assert exposure["FlashFiringStatus"] == 1
        assert exposure["FlashMode"] == 3
        assert exposure["FlashRedEyeMode"] == 1

    def test_nothing_over_nothing_is_left_out(self):
        assert "SubjectDistance" not in facts(t9206=IFDRational(0, 0)).exposure

    def test_a_lens_of_four_values_is_kept_whole_or_not_at_all(self):
        whole = facts(tA432=tuple(IFDRational(n, 10) for n in (240, 700, 28, 28))).exposure
        assert whole["LensSpecification"] == ["24", "70", "2.8", "2.8"]
        unknown = (IFDRational(24), IFDRational(70), IFDRational(0, 0), IFDRational(0, 0))
        assert "LensSpecification" not in facts(tA432=unknown).exposure

    @pytest.mark.parametrize(("value", "kept"), [(1, True), (4, False), (900, False)])
    def test_a_makers_own_number_is_no_term(self, value: int, kept: bool):
        assert ("CustomRendered" in facts(tA401=value).exposure) is kept

    @pytest.mark.parametrize("value", [1 / 3, 1e-9 / 7, -1 / 3e12, 123456789012345678, 1e300, 0.1])
    def test_decimal_strings_fit_and_come_back(self, value: float):
        text = decimal_string(value)
        assert text is not None
        assert len(text) <= 16
        assert float(text) == pytest.approx(value, rel=1e-8)

    @pytest.mark.parametrize("value", [float("inf"), float("nan")])
    def test_what_is_no_number_is_none(self, value: float):
        assert decimal_string(value) is None


SHORTS = {
    "ExposureProgram": (0x8822, 2),
    "PhotographicSensitivity": (0x8827, 400),
    "SensitivityType": (0x8830, 3),
    "MeteringMode": (0x9207, 5),
    "LightSource": (0x9208, 21),
    "FocalLengthIn35mmFilm": (0xA405, 26),
    "SensingMethod": (0xA217, 7),
    "CustomRendered": (0xA401, 1),
    "ExposureMode": (0xA402, 2),
    "WhiteBalance": (0xA403, 1),
    "SceneCaptureType": (0xA406, 3),
    "GainControl": (0xA407, 4),
    "Contrast": (0xA408, 1),
    "Saturation": (0xA409, 2),
    "Sharpness": (0xA40A, 1),
    "SubjectDistanceRange": (0xA40C, 3),
}
LONGS = {
    "StandardOutputSensitivity": (0x8831, 401),
    "RecommendedExposureIndex": (0x8832, 402),
    "ISOSpeed": (0x8833, 403),
    "ISOSpeedLatitudeyyy": (0x8834, 404),
    "ISOSpeedLatitudezzz": (0x8835, 405),
}
RATIONALS = {
    "ExposureTimeInSeconds": (0x829A, 5),
    "FNumber": (0x829D, 5),
    "ShutterSpeedValue": (0x9201, 10),
    "ApertureValue": (0x9202, 5),
    "BrightnessValue": (0x9203, 10),
    "ExposureBiasValue": (0x9204, 10),
    "MaxApertureValue": (0x9205, 5),
    "SubjectDistance": (0x9206, 5),
    "FocalLength": (0x920A, 5),
    "Temperature": (0x9400, 10),
    "Humidity": (0x9401, 5),
    "Pressure": (0x9402, 5),
    "WaterDepth": (0x9403, 10),
    "Acceleration": (0x9404, 5),
    "CameraElevationAngle": (0x9405, 10),
    "FlashEnergy": (0xA20B, 5),
    "PhotographicExposureIndex": (0xA215, 5),
    "DigitalZoomRatio": (0xA404, 5),
}
TEXTS = {"SpectralSensitivity": 0x8824, "LensMake": 0xA433, "LensModel": 0xA434}


def test_every_tag_of_the_map_arrives_under_its_own_name():
    """PS3.17 Annex NNNN: each tag has a value that no other has."""
    entries = [(tag, 3, struct.pack("<H", value)) for tag, value in SHORTS.values()]
    entries += [(tag, 4, struct.pack("<I", value)) for tag, value in LONGS.values()]
    wanted: dict[str, object] = {name: value for name, (_, value) in (SHORTS | LONGS).items()}
    for number, (name, (tag, type_)) in enumerate(RATIONALS.items(), start=101):
        value = -number if type_ == 10 else number
        entries.append((tag, type_, struct.pack("<2i", value, 4)))
        wanted[name] = f"{value / 4:g}"
    for name, tag in TEXTS.items():
        entries.append((tag, 2, name.encode() + b"\x00"))
        wanted[name] = name
    entries += [(0x9000, 7, b"0232"), (0xA300, 7, b"\x03"), (0xA301, 7, b"\x01")]
    wanted |= {"EXIFVersion": "0232", "FileSource": 3, "SceneType": 1}
    entries.append((0xA432, 5, struct.pack("<8I", 24, 1, 70, 1, 28, 10, 4, 1)))
    wanted["LensSpecification"] = ["24", "70", "2.8", "4"]
    entries.append((0x9209, 3, struct.pack("<H", 0b1011101)))
    wanted |= {"FlashFiringStatus": 1, "FlashReturnStatus": 2, "FlashMode": 3}
    wanted |= {"FlashFunctionPresent": 0, "FlashRedEyeMode": 1}
    assert facts_of(block(exif=entries)).exposure == wanted


class TestHostileBlocks:
    @pytest.mark.parametrize("block", [b"", b"II*\x00", b"MM\x00*\xff\xff\xff\xff", bytes(100)])
    def test_garbage_gives_defaults(self, block: bytes):
        assert facts_of(block).orientation == 1

    @pytest.mark.timeout(10)
    def test_a_block_that_would_be_read_for_hours_ends_soon(self):
        started = time.monotonic()
        found = facts_of(block_of_many_reads(pointers=1500, values=900))
        assert time.monotonic() - started < 2
        assert found.readable is False

    def test_a_thousand_tags_that_name_the_same_megabytes_are_not_read(self):
        assert facts_of(block_of_shared_text(tags=1000, size=2_000_000)).readable is False

    def test_only_a_tiff_structure_is_read(self):
        png = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x1aeXIf" + exif(6)[6:]
        assert facts_of(png).readable is False


def block_of_shared_text(tags: int, size: int) -> bytes:
    """Every entry has the rest of the block as its text."""
    entries = b"".join(struct.pack("<HHII", 0x4000 + n, 2, size, 8) for n in range(tags))
    head = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", tags)
    return (head + entries + bytes(4)).ljust(size, b"A")


def block_of_many_reads(pointers: int, values: int) -> bytes:
    """Every entry of the first directory points at one whose entries each have many values."""
    second = 8 + 2 + 12 * pointers + 4
    pointer = struct.pack("<HHII", 0x8825, 4, 1, second)
    heavy = struct.pack("<HHII", 0x0002, 5, values, 8)
    block = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", pointers) + pointer * pointers
    return block + bytes(4) + struct.pack("<H", pointers) + heavy * pointers + bytes(4)


TAKEN = b"2026:03:01 10:20:30\x00"
SIZES = {2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 8: 2, 10: 8}
"""Bytes of one value of each field type."""

Entries = list[tuple[int, int, bytes]]


def block(main: Entries = (), exif: Entries = (), gps: Entries = ()) -> bytes:  # type: ignore[assignment]
    """An Exif block, little endian, with these entries (tag, type, value) as they are."""
    pointers = [(0x8769, 4, bytes(4)), (0x8825, 4, bytes(4))]
    places = [8, 8 + len(directory([*main, *pointers], 8))]
    places.append(places[1] + len(directory(exif, 0)))
    pointers = [
        (tag, 4, struct.pack("<I", at)) for (tag, *_), at in zip(pointers, places[1:], strict=True)
    ]
    parts = zip(([*main, *pointers], exif, gps), places, strict=True)
    return b"II*\x00\x08\x00\x00\x00" + b"".join(directory(entries, at) for entries, at in parts)


def directory(entries: Entries, at: int) -> bytes:
    """One directory (TIFF 6.0, section 2) that stands at `at`."""
    table, values, start = b"", b"", at + 2 + 12 * len(entries) + 4
    for tag, type_, value in sorted(entries):
        place = value.ljust(4, b"\x00")
        if len(value) > 4:
            place = struct.pack("<I", start + len(values))
            values += value + bytes(len(value) % 2)
        table += struct.pack("<HHI", tag, type_, len(value) // SIZES[type_]) + place
    return struct.pack("<H", len(entries)) + table + bytes(4) + values
