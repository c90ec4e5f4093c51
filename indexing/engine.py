"""What the worker may ask of a search engine's writing side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from indexing.documents import Document


class Build(Protocol):
    """A new index being filled, not yet in force."""

    name: str

    def write(self, documents: Sequence[Document]) -> Mapping[str, str]:
        """Add documents; return the refused ones: Study UID and why."""

    def put_in_force(self) -> None:
        """Make it durable, let readers see it instead of the old one, remove the old one."""

    def abandon(self) -> None:
        """Remove what was built."""


class IndexEngine(Protocol):
    """The writing side of one index. Errors of the engine are SearchUnavailable."""

    def current(self) -> str:
        """Return the name of the index in force; empty when there is none of this format."""

    def write(self, documents: Sequence[Document], gone: Sequence[str]) -> Mapping[str, str]:
        """Replace `documents`, remove the studies `gone`; durable and visible on return.

        Returns the refused ones: Study UID and why. Older versions never replace newer.
        """

    def build(self) -> Build:
        """Begin a new index beside the one in force."""

    def close(self) -> None:
        """Give back locks and connections."""
