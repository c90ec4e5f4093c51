"""A hub with one photo and one radiograph of the same patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from served import Served, make_radiograph, serving

from factories import draw_jpeg
from hub.model import Receipt

RADIOGRAPH = "1.2.826.0.1.3680043.9.9999.1"


@dataclass
class Archive:
    """`client` is radiology's; URLs are those of the photo's and the radiograph's instance."""

    served: Served
    client: FlaskClient
    jpeg: bytes
    receipt: Receipt

    @property
    def photo(self) -> str:
        r = self.receipt
        return (
            f"/dicom-web/studies/{r.study_instance_uid}/series/{r.series_instance_uid}"
            f"/instances/{r.sop_instance_uid}"
        )

    @property
    def radiograph(self) -> str:
        return f"/dicom-web/studies/{RADIOGRAPH}/series/{RADIOGRAPH}.1/instances/{RADIOGRAPH}.1.1"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    jpeg = draw_jpeg()
    with serving(tmp_path_factory.mktemp("archive")) as served:
        receipt = served.photo(jpeg)
        served.dicom(make_radiograph(1))
        served.dicom(make_radiograph(2))
        yield Archive(served, served.client(), jpeg, receipt)
