"""The sheet with the scale marker, as a PDF of vectors written by hand (ISO 32000-1)."""

from __future__ import annotations

from hub.media.marker import APART, CELL, PATTERN, QUIET, SIDE, SQUARE

WIDTH, HEIGHT = 105.0, 148.0
"""A6, in millimetres."""
_POINTS = 72 / 25.4
_LEFT, _BOTTOM = (WIDTH - SIDE) / 2, 82.0
_LINE = 50.0


def marker_sheet() -> bytes:
    """Return one A6 page: the marker, where to cut, a line to check with a ruler."""
    left, bottom, cut = _LEFT - QUIET, _BOTTOM - QUIET, SIDE + 2 * QUIET
    start = (WIDTH - _LINE) / 2
    commands = [
        f"{_POINTS:.6f} 0 0 {_POINTS:.6f} 0 0 cm",
        f"0.6 G 0.1 w {left:g} {bottom:g} {cut:g} {cut:g} re S",
        "0 g",
        _square(_LEFT, _BOTTOM, SIDE),
        "1 g",
        *_white(),
        f"0 G 0.3 w {start:g} 55 m {start + _LINE:g} 55 l S",
        *(f"{x:g} 53 m {x:g} 57 l S" for x in (start, start + _LINE)),
        "0 g",
        _text(start, 48, "Print at 100 %, check with ruler: this line is 50 mm."),
        _text(start, 42, "Lay it flat beside what you photograph, in the"),
        _text(start, 38, "same plane, and hold the camera straight above."),
        _text(start, 32, "Encounter Imaging Hub, scale marker 40 mm"),
    ]
    return _file("\n".join(commands).encode())


def _white() -> list[str]:
    first, cells = (SIDE - APART - SQUARE) / 2, (SIDE - 4 * CELL) / 2
    ends = (first, first + APART)
    squares = [_square(_LEFT + x, _BOTTOM + y, SQUARE) for x in ends for y in ends]
    # Rows count from the top, PDF from the bottom.
    inner = [
        _square(_LEFT + cells + column * CELL, _BOTTOM + cells + (3 - row) * CELL, CELL)
        for row in range(4)
        for column in range(4)
        if PATTERN[row, column]
    ]
    return squares + inner


def _square(x: float, y: float, side: float) -> str:
    return f"{x:g} {y:g} {side:g} {side:g} re f"


def _text(x: float, y: float, words: str) -> str:
    return f"BT /F 2.6 Tf {x:g} {y:g} Td ({words}) Tj ET"


def _file(content: bytes) -> bytes:
    """One page around its content, with the table of where each object begins."""
    box = f"[0 0 {WIDTH * _POINTS:.3f} {HEIGHT * _POINTS:.3f}]".encode()
    objects = (
        # A viewer that would fit the page to the paper is asked not to.
        b"<</Type/Catalog/Pages 2 0 R/ViewerPreferences<</PrintScaling/None>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox" + box + b"/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = b"%PDF-1.6\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end
