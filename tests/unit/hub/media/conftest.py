from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hub.media import photograph
from hub.model import Photograph


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., Photograph]:
    """Make a Photograph of bytes, as if they had been uploaded."""

    def taken(content: bytes, **options: object) -> Photograph:
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        return photograph(str(path), **{"max_pixels": 50_000_000, **options})

    return taken
