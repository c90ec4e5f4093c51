"""Of a slide one level is shown, and no label ever stands for it."""

from __future__ import annotations

from dataclasses import replace

from factories import make_new_instance
from hub.model import Instance
from web.slide_levels import covers, full_size, pictures, size, spacing

PHOTO = make_new_instance().instance
SLIDE_IMAGE = "1.2.840.10008.5.1.4.1.1.77.1.6"


def image(flavor: str, columns: int, frames: int, organization: str = "TILED_FULL") -> Instance:
    measures = {"00280030": {"vr": "DS", "Value": [0.0005, 0.0005]}}
    header = {
        "00080008": {"vr": "CS", "Value": ["ORIGINAL", "PRIMARY", flavor, "NONE"]},
        "00209311": {"vr": "CS", "Value": [organization]},
        "00480006": {"vr": "UL", "Value": [columns]},
        "00480007": {"vr": "UL", "Value": [columns]},
        "52009229": {"vr": "SQ", "Value": [{"00289110": {"vr": "SQ", "Value": [measures]}}]},
    }
    facts = {"sop_class_uid": SLIDE_IMAGE, "number_of_frames": frames, "header": header}
    return replace(PHOTO, rows=256, columns=256, **facts)


BASE, MIDDLE, SMALL = (
    image("VOLUME", 30_000, 9_000),
    image("VOLUME", 1_000, 16),
    image("VOLUME", 250, 1),
)
THUMBNAIL, OVERVIEW, LABEL = (image(f, 200, 1) for f in ("THUMBNAIL", "OVERVIEW", "LABEL"))


def test_the_largest_level_that_is_one_picture_is_shown_and_the_label_last():
    scan = (BASE, SMALL, LABEL, THUMBNAIL, OVERVIEW, MIDDLE)

    assert pictures(scan) == (MIDDLE, OVERVIEW, LABEL)
    assert covers(scan) == (MIDDLE,)


def test_of_levels_that_are_all_too_large_the_smallest_is_shown():
    sparse = image("VOLUME", 15_000, 40, "TILED_SPARSE")

    assert pictures((BASE, sparse)) == (sparse,)
    assert size(sparse) == (256, 256)


def test_photos_and_objects_without_a_picture_are_as_they_were():
    photo, report = replace(PHOTO, rows=3, columns=4), replace(PHOTO, rows=None)

    assert pictures((photo, report)) == covers((photo, report)) == (photo,)
    assert size(photo) == (4, 3)
    assert full_size((photo,), photo) is None


def test_a_level_says_how_large_it_and_the_whole_slide_are():
    assert size(MIDDLE) == (1_000, 1_000)
    assert full_size((BASE, MIDDLE, LABEL), MIDDLE) == (30_000, 30_000)
    assert full_size((BASE, MIDDLE, LABEL), LABEL) is None
    assert list(spacing(MIDDLE)) == [0.0005, 0.0005]
