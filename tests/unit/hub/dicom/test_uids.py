"""UIDs and accession numbers, and the secret they are derived under."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.dicom.check import is_uid
from hub.dicom.uids import UIDs, site_secret
from hub.errors import MisconfiguredHub
from hub.settings import Settings

ONE, OTHER = UIDs(b"one secret of a site"), UIDs(b"another site's secret")


class TestUIDs:
    def test_same_key_same_uid(self):
        assert ONE.study("V-1") == UIDs(b"one secret of a site").study("V-1")

    def test_another_secret_is_another_world(self):
        assert ONE.study("V-1") != OTHER.study("V-1")
        assert ONE.accession("V-1") != OTHER.accession("V-1")

    def test_parts_are_not_run_together(self):
        assert ONE.series("a", "bc") != ONE.series("ab", "c")
        assert ONE.series("a\x1fb") != ONE.series("a", "b")

    def test_study_series_and_instance_of_one_key_differ(self):
        assert len({ONE.study("x"), ONE.series("x"), ONE.instance("x")}) == 3

    def test_a_capture_id_counts_in_any_case(self):
        assert ONE.instance("ABCDEF-1") == ONE.instance("abcdef-1")

    def test_all_are_uids_of_uuids(self):
        for number in range(500):
            uid = ONE.study(str(number))
            assert is_uid(uid)
            assert uid.startswith("2.25.")

    def test_accession_numbers_fit_and_can_be_read_aloud(self):
        numbers = {ONE.accession(str(n)) for n in range(500)}
        assert len(numbers) == 500
        assert all(re.fullmatch(r"E[0-9A-HJKMNP-TV-Z]{15}", number) for number in numbers)


class TestSiteSecret:
    def test_it_is_made_once_for_its_owner_only(self, tmp_path: Path):
        settings = Settings(data=tmp_path / "new")
        secret = site_secret(settings)
        assert site_secret(settings) == secret
        assert os.stat(tmp_path / "new" / "site-secret").st_mode & 0o777 == 0o600
        assert [p.name for p in (tmp_path / "new").iterdir()] == ["site-secret"]

    def test_processes_that_start_at_once_agree(self, tmp_path: Path):
        settings = Settings(data=tmp_path)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(site_secret, [settings] * 16))) == 1

    def test_a_named_file_is_read(self, tmp_path: Path):
        (tmp_path / "secret").write_bytes(b"0123456789abcdef0123\n")
        settings = Settings(data=tmp_path, site_secret_file=str(tmp_path / "secret"))
        assert site_secret(settings) == b"0123456789abcdef0123"

    @pytest.mark.parametrize("content", [None, b"", b"short\n"])
    def test_a_named_file_that_is_no_secret_stops_the_hub(
        self, tmp_path: Path, content: bytes | None
    ):
        if content is not None:
            (tmp_path / "secret").write_bytes(content)
        settings = Settings(data=tmp_path, site_secret_file=str(tmp_path / "secret"))
        with pytest.raises(MisconfiguredHub):
            site_secret(settings)
        assert not (tmp_path / "site-secret").exists()


class TestIsUid:
    @pytest.mark.parametrize("text", ["1.2.840.10008.1.1", "2.25.0", "1." + "2" * 62])
    def test_uids(self, text: str):
        assert is_uid(text)

    @pytest.mark.parametrize(
        "text", ["", "1.", ".1", "1..2", "1.02", "1.a", "1.2\n", "../1", "1." + "2" * 63, None, 1]
    )
    def test_everything_else(self, text: object):
        assert not is_uid(text)
