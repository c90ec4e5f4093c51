"""The file that is wrapped: hashed where it is, and a small one read only once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pydicom
import pytest

from factories import draw_jpeg, make_capture
from hub import wrap
from hub.dicom.uids import UIDs
from hub.settings import Settings
from hub.wrap import Wrap, source_of


def test_a_small_file_is_held(tmp_path: Path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw_jpeg())

    source = source_of(path)

    assert source.content == path.read_bytes()
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.path, source.size) == (str(path), path.stat().st_size)
    assert "content" not in repr(source)


def test_a_large_one_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wrap, "_SMALL", 1000)
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw_jpeg())

    source = source_of(path)

    assert source.content is None
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source.size == path.stat().st_size


def test_what_was_hashed_is_what_is_wrapped(tmp_path: Path):
    """A file that is replaced in between would have the digest of another picture."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw_jpeg())
    source = source_of(path)
    path.write_bytes(draw_jpeg(64, 48))

    built, _ = Wrap(UIDs(bytes(32)), Settings(data=tmp_path)).object_of(make_capture(source))

    out = tmp_path / "object.dcm"
    with out.open("wb") as file:
        built.write_to(file.write)
    ds = pydicom.dcmread(out)
    assert (ds.Rows, ds.Columns) == (120, 160)
    assert source.sha256 in str(ds.ContributingEquipmentSequence[0].ContributionDescription)
