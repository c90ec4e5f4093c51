"""A DICOM object from outside: examined in a child, then kept as it came (D1).

Only the 128 bytes before the object are emptied: they are no part of it, and a file
that is also a program or a web page would be one to somebody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from hub import child
from hub.errors import DuplicateInstance, NotStorable
from hub.model import Instance, Series, Study

from . import facts

_PREAMBLE_BYTES = 128
_CHUNK = 1024 * 1024
_LIMITS = child.Limits(memory=768 * child.MIB, cpu_seconds=10, wall_seconds=15.0)

Write = Callable[[bytes | memoryview], object]


@dataclass(frozen=True)
class ReceivedObject:
    """A complete object within the limits, with what its header says."""

    path: str
    transfer_syntax_uid: str
    header: Mapping[str, Any]
    """DICOM JSON without bulk data."""

    def write_to(self, write: Write) -> None:
        """Write the file as it came, with an empty preamble."""
        with open(self.path, "rb") as file:
            file.seek(_PREAMBLE_BYTES)
            write(bytes(_PREAMBLE_BYTES))
            while chunk := file.read(_CHUNK):
                write(chunk)

    def facts(self, sha256: str, size: int) -> tuple[Study, Series, Instance]:
        """What the catalog keeps, given digest and size of the written file."""
        ds = _dataset(self.header)
        return facts.of_dataset(ds, self.header, self.transfer_syntax_uid, sha256, size)


def read(path: str, *, study_instance_uid: str | None = None) -> ReceivedObject:
    """Examine an untrusted file of any SOP class.

    Raises NotStorable, with a sentence, when it is cut, deflated, nested beyond measure,
    lacks one of its UIDs, or is of another study than `study_instance_uid`.
    """
    try:
        outcome, payload = child.call("hub.dicom.examine", {"path": path}, _LIMITS)
    except child.ChildDied as exc:
        raise NotStorable("This file could not be read as a DICOM object.") from exc
    if "refused" in outcome:
        raise NotStorable(f"This DICOM object could not be stored: {outcome['refused']}.")
    found = json.loads(bytes(payload))
    incoming = ReceivedObject(path, found["transferSyntaxUID"], found["header"])
    if study_instance_uid not in (None, _study_uid(incoming)):
        raise NotStorable("This DICOM object belongs to another study than it was sent to.")
    return incoming


def check_same(stored: Instance, again: Instance) -> Instance:
    """Return the stored instance for the same bytes. Raises DuplicateInstance for others."""
    if stored.sha256 != again.sha256:
        raise DuplicateInstance
    return stored


def _study_uid(incoming: ReceivedObject) -> str:
    return str(incoming.header["0020000D"]["Value"][0])


def _dataset(header: Mapping[str, Any]) -> Dataset:
    """The attributes that facts are read from; one that does not parse is left out."""
    ds = Dataset()
    for keyword in facts.KEYWORDS:
        tag = f"{tag_for_keyword(keyword):08X}"
        if tag in header:
            element = _element_or_none(tag, header[tag])
            if element is not None:
                ds.add(element)
    return ds


def _element_or_none(tag: str, value: Mapping[str, Any]) -> DataElement | None:
    key = next((k for k in ("Value", "InlineBinary", "BulkDataURI") if k in value), None)
    try:
        content = value[key] if key else ""
        return DataElement.from_json(Dataset, tag, value["vr"], content, key)
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
