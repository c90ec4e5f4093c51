"""A study as the index keeps it. Pure: the same study gives the same document."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hub.model import Study
from indexing.fields import FIELDS, facts

Document = dict[str, list[str | int]]


def document(study: Study, zone: ZoneInfo) -> Document:
    """Return the search document of `study`; `zone` decides which day an image was taken."""
    read = facts(study, zone)
    return {
        field.name: [value for value in dict.fromkeys(field.fill(read)) if value != ""]
        for field in FIELDS
    }
