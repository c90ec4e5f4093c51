"""Directories of slides: what they tell, and what nobody should be led into by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_tiff import LONG, Page, jpeg, ndpi, page, plain, scene, svs, tiff, tiles

from hub.media.slide_tiff import answer

Facts = Callable[[bytes], dict]


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    def facts(content: bytes) -> dict:
        path = tmp_path / "slide.tif"
        path.write_bytes(content)
        return answer({"path": str(path)})[0]

    return facts


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (svs(), "svs"),
        (svs(big=True), "svs"),
        (ndpi(512), "ndpi"),
        (plain(), "tiff"),
        (plain(big=True), "tiff"),
    ],
    ids=["svs", "bigtiff svs", "ndpi", "tiff", "bigtiff"],
)
def test_slides_are_known_with_what_was_lost_before(facts: Facts, content: bytes, format: str):
    found = facts(content)

    assert (found["slide"], found["format"]) == (True, format)
    assert found["lossy"][1] == "ISO_10918_1"
    assert found["lossy"][0] > 5


def test_a_slide_says_when_it_was_scanned(facts: Facts):
    assert facts(svs())["takenAt"] == "2026-11-20T09:00:00"
    assert facts(plain())["takenAt"] == ""


def test_what_could_name_somebody_is_counted_and_not_repeated(facts: Facts):
    found = facts(svs(private="Okafor Grace"))

    assert found["leftOut"]["XMP"] == 2
    assert found["leftOut"]["image description"] == 5
    assert "Okafor" not in str(found)


@pytest.mark.parametrize(
    "content",
    [b"", b"II*\0", b"MM\0*\0\0\0\x08", b"no TIFF at all, but long enough", plain()[:40]],
)
def test_what_is_no_slide_is_left_to_the_reader_of_photos(facts: Facts, content: bytes):
    assert facts(content) == {"slide": False}


def test_a_tiff_in_one_piece_is_no_slide(facts: Facts):
    pixels = scene(100)
    whole = page(pixels, [pixels.tobytes()], tags={259: 1, 262: 2, 278: 100}, tiled=False)
    del whole.tags[322], whole.tags[323]

    assert facts(tiff([whole])) == {"slide": False}


def _bent(raw: dict | None = None, **tags: object) -> bytes:
    """A slide of nine tiles with other values in its only directory."""
    pixels = scene(600)
    made = page(pixels, [jpeg(tile) for tile in tiles(pixels)])
    made.tags |= {int(tag[1:]): value for tag, value in tags.items()}
    made.raw = {**made.raw, **(raw or {})}
    return tiff([made])


def _longs(number: int, value: int) -> tuple[int, int, bytes]:
    return LONG, number, value.to_bytes(4, "little") * number


def _shared() -> bytes:
    """A slide of 250,000 tiles that are all one tile."""
    places = {324: _longs(250_000, 8), 325: _longs(250_000, 3_000)}
    return _bent(places, _256=256 * 500, _257=256 * 500)


@pytest.mark.parametrize("tag", [257, 324])
def test_a_directory_that_cannot_be_read_is_left_to_the_reader_of_photos(facts: Facts, tag: int):
    assert facts(_bent({tag: (LONG, 1 << 28, bytes(8))})) == {"slide": False}


def _chain(length: int) -> bytes:
    small = scene(300)
    coded = [jpeg(tile) for tile in tiles(small)]
    return tiff([page(small, coded)] + [Page(page(small, coded).tags, [])] * length)


OTHER_FILE = '<OME UUID="urn:uuid:1"><TiffData><UUID FileName="../b.tif">urn:uuid:2</UUID></OME>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (tiff([page(scene(600), [jpeg(t) for t in tiles(scene(600))])] * 2, loop=0), "circles"),
        (tiff([page(scene(600), [jpeg(t) for t in tiles(scene(600))])], loop=0), "circles"),
        (_bent(_256=1 << 30, _257=1 << 30), "more pixels"),
        (_bent(_257=0), "more pixels"),
        (_bent(_256=60_000), "number of tiles"),
        (_bent(_323=0), "too large"),
        (_bent(_323=1 << 31), "too large"),
        (_bent(_259=33003), "colours"),
        (_bent(_270=OTHER_FILE), "other files"),
        (_bent({324: _longs(9, 1 << 31)}), "beyond the end"),
        (svs()[:-2_000], "too early|beyond"),
        (_shared(), "share"),
        (_chain(3), "number of tiles"),
    ],
    ids=[
        *("loop", "self-loop", "giant", "no rows", "too few tiles", "no tile", "giant tile"),
        *(
            "33003",
            "other file",
            "offsets away",
            "cut",
            "one tile for all",
            "empty directories",
        ),
    ],
)
def test_what_leads_astray_is_refused_by_its_directories(facts: Facts, content: bytes, reason: str):
    found = facts(content)

    assert found["slide"] is True
    assert any(part in found["refused"] for part in reason.split("|"))


def test_an_ome_slide_that_names_only_itself_is_taken(facts: Facts):
    own = '<OME UUID="urn:uuid:1"><TiffData><UUID FileName="a.tif">urn:uuid:1</UUID></OME>'

    assert "refused" not in facts(_bent(_270=own))


def test_a_directory_chain_without_end_stops(facts: Facts):
    content = bytearray(_bent())
    link = int.from_bytes(content[4:8], "little")
    first = bytes(content[link:])
    count = int.from_bytes(first[:2], "little")
    for _number in range(2_100):
        at = len(content)
        content[link + 2 + 12 * count : link + 6 + 12 * count] = at.to_bytes(4, "little")
        content += first[: 6 + 12 * count]
        link = at
    content[link + 2 + 12 * count : link + 6 + 12 * count] = bytes(4)

    assert "too many directories" in facts(bytes(content))["refused"]
