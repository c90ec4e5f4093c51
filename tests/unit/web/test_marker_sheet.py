"""The printed sheet holds the marker that the hub finds, in its true size."""

from __future__ import annotations

import re

import numpy as np
import pytest
from desk import Desk
from PIL import Image, ImageDraw

from hub.media.marker import scale_of
from web.marker_sheet import marker_sheet

DPI = 254
"""Ten dots a millimetre."""


def drawn(pdf: bytes) -> Image.Image:
    """The filled rectangles of the page at 254 dpi, by its own matrix and page size."""
    content = re.search(rb"stream\n(.*)\nendstream", pdf, re.DOTALL)[1].decode()
    width, height = map(float, re.search(rb"MediaBox\[0 0 (\S+) (\S+)\]", pdf).groups())
    per_unit = float(re.search(r"^(\S+) 0 0 \S+ 0 0 cm", content)[1]) * DPI / 72
    page = Image.new("L", (round(width * DPI / 72), round(height * DPI / 72)), 255)
    draw, ink = ImageDraw.Draw(page), 0
    for line in content.splitlines():
        if grey := re.fullmatch(r"([01]) g", line):
            ink = 255 * int(grey[1])
        if box := re.fullmatch(r"(\S+) (\S+) (\S+) (\S+) re f", line):
            x, y, w, h = (float(v) * per_unit for v in box.groups())
            top = page.height - y - h
            draw.rectangle((round(x), round(top), round(x + w) - 1, round(top + h) - 1), fill=ink)
    return page


def test_anybody_may_print_it(desk: Desk):
    answer = desk.served.anonymous().get("/marker.pdf")

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data == marker_sheet()


def test_is_measured_in_its_true_size():
    grey = np.asarray(drawn(marker_sheet()))

    assert scale_of(grey).millimetres_per_pixel == pytest.approx(0.1, rel=0.001)


def test_every_object_is_where_the_table_says():
    pdf = marker_sheet()
    table = int(re.search(rb"startxref\n(\d+)", pdf)[1])
    places = [int(p) for p in re.findall(rb"(\d{10}) 00000 n", pdf[table:])]

    assert pdf[table:].startswith(b"xref\n")
    assert [pdf[p : p + 7] for p in places] == [b"%d 0 obj" % n for n in range(1, 6)]


def test_asks_for_its_size_and_has_a_line_to_check():
    pdf = marker_sheet()

    assert b"/PrintScaling/None" in pdf
    assert b"are 100 mm long" in pdf
    assert b"bank card" in pdf
