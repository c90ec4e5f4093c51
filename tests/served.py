"""A hub with its web application in this process: photos in, index filled, roles at hand."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from flask.testing import FlaskClient
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from factories import draw_jpeg, make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import Hub, build_hub
from hub.model import AuditEvent, Receipt, Role
from hub.settings import Settings
from hub.store.ports import Account, Registered
from indexing import build_engine
from indexing.worker import IndexingWorker
from search import build_search
from web.wsgi import create_app

CR = "1.2.840.10008.5.1.4.1.1.1"


@dataclass
class Served:
    """One hub. `client` is a machine of a role; `photo` takes one through the front door."""

    hub: Hub
    settings: Settings
    worker: IndexingWorker
    folder: Path

    def __post_init__(self) -> None:
        self._app = create_app(self.hub, build_search(self.settings), testing=True)

    def client(self, role: Role = Role.RADIOLOGY) -> FlaskClient:
        user = f"machine-{role}"
        self.hub.accounts.add(Account(user, "Machine", role, machine=True), None)
        client = self._app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.hub.accounts.new_token(user)}"
        return client

    def anonymous(self) -> FlaskClient:
        return self._app.test_client()

    def photo(self, jpeg: bytes = b"", **changes: object) -> Receipt:
        """Take a photo for encounter V-1001, and index it."""
        capture = make_capture(make_source(self.folder, jpeg or draw_jpeg()), **changes)
        receipt, _ = self.hub.ingest.capture(capture, make_practitioner())
        self.index()
        return receipt

    def dicom(self, content: bytes) -> None:
        """Store a DICOM file as radiology does, and index it."""
        by = make_practitioner(Role.RADIOLOGY)
        self.hub.ingest.dicom(make_source(self.folder, content), by)
        self.index()

    def index(self) -> None:
        self.worker.drain()

    def audited(self) -> list[AuditEvent]:
        return [row.event for row in self.hub.catalog.audit_rows(limit=10_000)]


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[Served]:
    chosen = replace(Settings(data=folder / "data", time_zone="Europe/Berlin"), **settings)
    hub = build_hub(chosen)
    records = Registered(encounters=(make_encounter(),))
    hub.catalog.register(records, AuditEvent("import", by="test"))
    worker = IndexingWorker(hub.catalog, build_engine(chosen), chosen)
    yield Served(hub, chosen, worker, folder)
    hub.catalog.close()


def make_radiograph(
    number: int = 1, *, study: str = "1.2.826.0.1.3680043.9.9999.1", **changes: object
) -> bytes:
    """A small CR image of the patient of `factories`, native, one frame."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = CR
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"{study}.1.{number}"
    ds.StudyInstanceUID = study
    ds.SeriesInstanceUID = f"{study}.1"
    ds.PatientID, ds.IssuerOfPatientID = "1297287652", "HOSP"
    ds.PatientName, ds.PatientBirthDate, ds.PatientSex = "Okafor^Grace^^Mrs", "19450714", "F"
    ds.StudyDate, ds.StudyTime, ds.TimezoneOffsetFromUTC = "20261119", "101500", "+0100"
    ds.AccessionNumber, ds.StudyID, ds.ReferringPhysicianName = "R-77", "77", ""
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CR", 1, number
    ds.BodyPartExamined = "HAND"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = 6, 8, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = (np.arange(48, dtype="<u2") * 80).tobytes()
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()
