"""The desk every test of the pages looks at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from desk import Desk
from served import make_radiograph, serving


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("desk")) as served:
        receipt = served.photo()
        served.dicom(make_radiograph())
        yield Desk(served, receipt)
