"""Whether untrusted photos are decoded by programs, and in a place, that are safe enough."""

from __future__ import annotations

import logging

import pillow_heif

from hub import sandbox
from hub.errors import MisconfiguredHub

OLDEST_LIBHEIF = (1, 22, 2)
"""What the tests of hostile photos ask for, too."""

_log = logging.getLogger(__name__)


def check_decoders(*, require_sandbox: bool = False) -> None:
    """Raise MisconfiguredHub where libheif is older than it may be.

    Where the kernel cannot confine decoders wholly, raise as well, or say so in the log.
    """
    version = str(pillow_heif.libheif_info()["libheif"])
    if tuple(int(part) for part in version.split(".")[:3]) < OLDEST_LIBHEIF:
        wanted = ".".join(map(str, OLDEST_LIBHEIF))
        raise MisconfiguredHub(f"libheif is {version}; {wanted} or newer is needed to be safe.")
    if missing := " and no ".join(sandbox.missing()):
        if require_sandbox:
            raise MisconfiguredHub(f"This kernel has no {missing}, which HUB_REQUIRE_SANDBOX asks.")
        _log.warning("This kernel has no %s: decoders are confined by less.", missing)
