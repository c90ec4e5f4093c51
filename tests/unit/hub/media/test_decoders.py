from __future__ import annotations

import pillow_heif
import pytest

from hub.bootstrap import build_hub
from hub.errors import MisconfiguredHub
from hub.settings import Settings


@pytest.mark.parametrize("version", ["1.22.1", "1.9.9", "0.99.0"])
def test_a_hub_with_an_old_decoder_of_heic_does_not_start(monkeypatch, tmp_path, version):
    monkeypatch.setattr(pillow_heif, "libheif_info", lambda: {"libheif": version})

    with pytest.raises(MisconfiguredHub, match=r"libheif.*1\.22\.2"):
        build_hub(Settings(data=tmp_path / "data"))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("version", ["1.22.2", "1.23.0", "2.0.0"])
def test_a_newer_one_is_fine(monkeypatch, tmp_path, version):
    monkeypatch.setattr(pillow_heif, "libheif_info", lambda: {"libheif": version})

    build_hub(Settings(data=tmp_path / "data")).catalog.close()
