"""How the hub's steps stand in an object: one contribution each, what was done and why."""

from __future__ import annotations

from hub.model import Change

HUB_NAME = "Encounter Imaging Hub"
"""Manufacturer of the hub among the contributing equipment."""

WHY = ". Why: "
"""What parts the two halves of a Contribution Description (0018,A003)."""


def sentence(change: Change) -> str:
    """Return a step as a reader of any DICOM viewer sees it."""
    return f"{change.what}{WHY}{change.why}."
