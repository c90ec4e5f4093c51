from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.catalog import SqlCatalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[SqlCatalog]:
    catalog = SqlCatalog(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    yield catalog
    catalog.close()
