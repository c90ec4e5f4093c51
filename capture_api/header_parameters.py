"""A media type with its parameters, as DICOMweb clients really write them."""

from __future__ import annotations

import re

_PARAMETER = re.compile(r';\s*([A-Za-z0-9_-]+)\s*=\s*("[^"]*"|[^;"\s]*)')


def read_media_type(header: str) -> tuple[str, dict[str, str]]:
    """Return the media type in lower case and its parameters by name in lower case.

    Many clients write `type=application/dicom` without the quotes that RFC 2045 asks for
    around a slash; they are understood.
    """
    name, _, _ = header.partition(";")
    found = _PARAMETER.findall(header[len(name) :])
    return name.strip().lower(), {key.lower(): value.strip('"') for key, value in found}
