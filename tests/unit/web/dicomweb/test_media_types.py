"""Accept headers as browsers, viewers and scripts really send them."""

from __future__ import annotations

import pytest

from hub.errors import NotAcceptable
from web.dicomweb.media_types import Offer, choose

BASELINE = "1.2.840.10008.1.2.4.50"
PARTS = Offer("application/dicom", True, (BASELINE,))
SINGLE = Offer("application/dicom", False, (BASELINE,))
DICOM = (PARTS, SINGLE)


@pytest.mark.parametrize(
    ("accept", "offer"),
    [
        ("", PARTS),
        ("*/*", PARTS),
        ("*", PARTS),
        ('multipart/related; type="application/dicom"', PARTS),
        ("multipart/related; type=application/dicom", PARTS),
        ("multipart/related;type=application/dicom;transfer-syntax=*", PARTS),
        (f'multipart/related; type="application/dicom"; transfer-syntax={BASELINE}', PARTS),
        ("Multipart/Related; Type=Application/DICOM", PARTS),
        ("application/dicom", SINGLE),
        ("application/*", SINGLE),
        ('multipart/related; type="application/dicom";q=0.2, application/dicom', SINGLE),
        ("text/html, application/dicom;q=0.9, */*;q=0.1", SINGLE),
    ],
)
def test_the_first_offer_the_client_likes_best_is_given(accept: str, offer: Offer) -> None:
    assert choose(DICOM, accept) is offer


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/dicom+xml",
        "application/dicom; q=0",
        'multipart/related; type="image/jpeg"',
        'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1',
        "application/dicom;q=nonsense",
        "\x00;;;,=",
        ";" * 2000,
        "multipart/related; type",
    ],
)
def test_what_we_cannot_give_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        choose((SINGLE,), accept)


def test_the_accept_parameter_wins_over_the_header() -> None:
    assert choose(DICOM, "text/html", "application/dicom") is SINGLE
