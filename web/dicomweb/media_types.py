"""Which of the media types we can give is the one the client asked for (PS3.18 8.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.http import parse_list_header

from capture_api.header_parameters import read_media_type
from hub.errors import NotAcceptable

DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
OCTETS = "application/octet-stream"
MULTIPART = "multipart/related"


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One range of an Accept header; `type` is that of the parts when it is multipart."""

    type: str
    is_multipart: bool = False
    transfer_syntax: str = "*"
    quality: float = 1.0

    def covers(self, offer: Offer) -> bool:
        """Whether `offer` is within this range."""
        if self.type == "*/*" and not self.is_multipart:
            return True
        if self.is_multipart != offer.is_multipart:
            return False
        family = offer.type.partition("/")[0]
        same_type = self.type in (offer.type, f"{family}/*", "*/*")
        return same_type and self.transfer_syntax in ("*", *offer.transfer_syntaxes)


@dataclass(frozen=True, slots=True)
class Offer:
    """A representation we can give; no transfer syntax where the media type says it all."""

    type: str
    is_multipart: bool = False
    transfer_syntaxes: tuple[str, ...] = field(default=())


def choose(offers: Sequence[Offer], accept: str, accept_parameter: str = "") -> Offer:
    """Return the offer the client likes best; without an Accept the first (PS3.18 8.7.4).

    The query parameter `accept` wins over the header. Raises NotAcceptable.
    """
    ranges = read_accept(accept_parameter or accept)
    if not ranges:
        return offers[0]
    for wanted in sorted(ranges, key=lambda r: -r.quality):
        for offer in offers:
            if wanted.quality > 0 and wanted.covers(offer):
                return offer
    raise NotAcceptable


def read_accept(header: str) -> list[MediaRange]:
    """Read an Accept header; a range that cannot be read covers nothing."""
    return [_media_range(item) for item in parse_list_header(header) if item.strip()]


def _media_range(item: str) -> MediaRange:
    name, parameters = read_media_type(item)
    is_multipart = name == MULTIPART
    part_type = parameters.get("type", DICOM).lower() if is_multipart else name
    return MediaRange(
        type="*/*" if part_type == "*" else part_type,
        is_multipart=is_multipart,
        transfer_syntax=parameters.get("transfer-syntax", "*"),
        quality=_quality(parameters.get("q", "1")),
    )


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
