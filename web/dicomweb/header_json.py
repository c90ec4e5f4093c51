"""The metadata of an instance (PS3.18 10.4.1.1.2): its stored header, with absolute URIs."""

from __future__ import annotations

from typing import Any

from hub.model import Instance

from .rows import attribute, instance_url


def metadata_of(instance: Instance, base: str) -> dict[str, Any]:
    """Return the header of an instance as DICOM JSON, without group 0002.

    Bulk data stay where they are: the URIs, relative in the catalog, become those of this
    server.
    """
    url = instance_url(instance, base)
    header = {
        **{tag: _absolute(element, url) for tag, element in instance.header.items()},
        "00081190": attribute("UR", [url]),
        "00083002": attribute("UI", [instance.transfer_syntax_uid]),
    }
    return dict(sorted(header.items()))


def _absolute(element: Any, url: str) -> Any:
    if "BulkDataURI" in element:
        return {**element, "BulkDataURI": f"{url}/{element['BulkDataURI']}"}
    if element.get("vr") == "SQ" and "Value" in element:
        items = [{t: _absolute(e, url) for t, e in item.items()} for item in element["Value"]]
        return {**element, "Value": items}
    return element
