"""Where the index in force is: the one thing that its writer and its readers agree on.

An embedded index is a folder of its own; the file `CURRENT` beside it names the one in
force, so that a rebuild is swapped in by one rename. In Elasticsearch an alias does that.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from indexing.fields import FORMAT

_NAME = re.compile(r"[0-9a-f]{12}-(\d{14})-[0-9a-f]{6}")


def new_name() -> str:
    """Return a name for a new index; it starts with the form of its documents."""
    return f"{FORMAT}-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"


def is_of_this_format(name: str) -> bool:
    """Whether an index of that name was written by this version of `indexing.fields`."""
    return name.startswith(f"{FORMAT}-")


def left_over(names: Iterable[str], former: Iterable[str], kept: str) -> list[str]:
    """Return which of `names` can go: the former indexes, and builds begun a day ago.

    Younger ones may be another process's build. What is not named by `new_name` is
    somebody else's.
    """
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y%m%d%H%M%S}"
    ours = [m for m in map(_NAME.fullmatch, names) if m and m[0] != kept]
    return [m[0] for m in ours if m[0] in former or m[1] < yesterday]


def named_in(folder: Path) -> str:
    """Return the name in `CURRENT`; empty before the first index."""
    try:
        return (folder / "CURRENT").read_text("ascii").strip()
    except FileNotFoundError:
        return ""


def put_in_force(folder: Path, name: str) -> None:
    """Make `name` the index in force, durably."""
    draft = folder / f"CURRENT.{name}"
    with draft.open("w", encoding="ascii") as out:
        out.write(name)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(folder / "CURRENT")


def server_and_alias(search_url: str) -> tuple[str, str]:
    """Split HUB_SEARCH_URL: the path names the alias, so that hubs can share a cluster."""
    parts = urlsplit(search_url)
    alias = parts.path.strip("/") or "encounter-imaging"
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")), alias
