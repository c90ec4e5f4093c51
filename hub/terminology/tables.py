"""The one reader of the data files."""

from __future__ import annotations

import csv
import hashlib
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of `data/<name>.csv` by column."""
    text = (files("hub.terminology") / "data" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def listed(cell: str) -> list[str]:
    """Return the parts of a cell that are separated by `|`."""
    return [part for part in cell.split("|") if part]


def digest() -> str:
    """Return a digest of the anatomy data, which decides what an index contains."""
    content = (files("hub.terminology") / "data" / "anatomy.csv").read_bytes()
    return hashlib.sha256(content).hexdigest()
