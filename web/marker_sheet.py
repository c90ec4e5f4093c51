"""The sheet with the scale marker, as a PDF of vectors written by hand (ISO 32000-1)."""

from __future__ import annotations

from collections.abc import Iterator

from hub.media.marker import APART, CELL, PATTERN, QUIET, SIDE, SQUARE

WIDTH, HEIGHT = 210.0, 279.4
"""Millimetres: as wide as A4 and as high as Letter, so that both hold it at 100 %."""
MARKERS = ((32.0, 206.0), (138.0, 206.0), (32.0, 142.0), (138.0, 142.0))
"""Left and lower edge of each marker from the lower left corner of the page."""
CARD_WIDTH, CARD_HEIGHT = 85.6, 53.98
"""A bank card, ISO/IEC 7810 ID-1."""
LINE = 100.0
_POINTS = 72 / 25.4
_LINE_FROM, _LINE_AT = (26.0, 116.0), (184.0, 20.0)
"""Where the line across begins, and the line upwards."""
_CARD_FROM = (26.0, 48.0)
_WORDS = (
    (26, 268, 5.0, "Scale marker for photos"),
    (26, 261, 3.2, "Print at 100 % \\(actual size, not fitted\\) on matt white A4 or Letter."),
    (26, 121, 3.2, "Check with a ruler: this line and the one on the right are 100 mm long."),
    (32, 92, 3.2, "Check with a bank card: it fills"),
    (32, 87, 3.2, "this frame \\(85.6 x 54.0 mm\\)."),
    (32, 80, 3.2, "If one of them does not fit, do"),
    (32, 75, 3.2, "not use the markers: print again."),
    (26, 40, 3.2, "Cut out one marker along the grey line: its white edge is needed."),
    (26, 35, 3.2, "Lay it flat, in the same plane as what you photograph and close to it."),
    (26, 30, 3.2, "Hold the camera straight above. Nothing may cover the marker."),
    (26, 25, 3.2, "Use it once on a patient, or clean it as you clean a ruler."),
    (26, 18, 2.6, "Encounter Imaging Hub: black square 40 mm, white squares 30 mm apart"),
)


def marker_sheet() -> bytes:
    """Return one page: markers to cut out, and two lines and a card's outline to check."""
    x, y = _LINE_FROM
    u, v = _LINE_AT
    commands = [
        f"{_POINTS:.6f} 0 0 {_POINTS:.6f} 0 0 cm",
        *(command for place in MARKERS for command in _marker(*place)),
        "0 G 0.2 w",
        f"{x:g} {y:g} m {x + LINE:g} {y:g} l S",
        *(f"{x + n:g} {y - 1.5:g} m {x + n:g} {y + 1.5:g} l S" for n in range(0, 101, 10)),
        f"{u:g} {v:g} m {u:g} {v + LINE:g} l S",
        *(f"{u - 1.5:g} {v + n:g} m {u + 1.5:g} {v + n:g} l S" for n in range(0, 101, 10)),
        f"{_CARD_FROM[0]:g} {_CARD_FROM[1]:g} {CARD_WIDTH:g} {CARD_HEIGHT:g} re S",
        "0 g",
        *(_text(*words) for words in _WORDS),
    ]
    return _file("\n".join(commands).encode())


def _marker(left: float, bottom: float) -> Iterator[str]:
    cut = SIDE + 2 * QUIET
    yield f"0.6 G 0.1 w {left - QUIET:g} {bottom - QUIET:g} {cut:g} {cut:g} re S"
    yield "0 g"
    yield _square(left, bottom, SIDE)
    yield "1 g"
    first, cells = (SIDE - APART - SQUARE) / 2, (SIDE - 4 * CELL) / 2
    for x in (first, first + APART):
        for y in (first, first + APART):
            yield _square(left + x, bottom + y, SQUARE)
    for row in range(4):
        for column in range(4):
            if PATTERN[row, column]:
                # Rows count from the top, PDF from the bottom.
                yield _square(left + cells + column * CELL, bottom + cells + (3 - row) * CELL, CELL)


def _square(x: float, y: float, side: float) -> str:
    return f"{x:g} {y:g} {side:g} {side:g} re f"


def _text(x: float, y: float, height: float, words: str) -> str:
    return f"BT /F {height:g} Tf {x:g} {y:g} Td ({words}) Tj ET"


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
