from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from drawn import jpeg

import hub.dicom
from factories import make_context
from hub.media import photograph


@pytest.fixture
def wrapped(tmp_path: Path) -> Callable[..., bytes]:
    """Make the file of an object from photo bytes and changes of its context."""

    def wrapped(content: bytes | None = None, **changes: object) -> bytes:
        path = tmp_path / "upload.part"
        path.write_bytes(jpeg() if content is None else content)
        built = hub.dicom.build(
            make_context(**changes), photograph(str(path), max_pixels=50_000_000)
        )
        out = io.BytesIO()
        built.write_to(out.write)
        return out.getvalue()

    return wrapped


@pytest.fixture
def read_back(wrapped: Callable[..., bytes]) -> Callable[..., pydicom.Dataset]:
    """As `wrapped`, read back as any receiver would."""
    return lambda *args, **changes: pydicom.dcmread(io.BytesIO(wrapped(*args, **changes)))
