"""Whether the decoders of untrusted photos are newer than the holes that are known of them."""

from __future__ import annotations

import pillow_heif

from hub.errors import MisconfiguredHub

OLDEST_LIBHEIF = (1, 22, 2)
"""What the tests of hostile photos ask for, too."""


def check_decoders() -> None:
    """Raise MisconfiguredHub where libheif is older than it may be."""
    version = str(pillow_heif.libheif_info()["libheif"])
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_LIBHEIF:
        wanted = ".".join(map(str, OLDEST_LIBHEIF))
        raise MisconfiguredHub(f"libheif is {version}; {wanted} or newer is needed to be safe.")
