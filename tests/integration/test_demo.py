"""The demo fills a real hub, once, by the ways that phones and radiology take."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pydicom
import pytest

from hub.bootstrap import Hub, build_hub
from hub.model import Study
from hub.settings import Settings
from hub.store.ports import WorklistQuery
from web.demo import ACCOUNTS, fill
from web.demo.accounts import practitioner
from web.demo.exams import EXAMS
from web.demo.visits import VISITS

pytestmark = pytest.mark.integration

DCIODVFY = Path(sys.executable).with_name("dciodvfy")


class TestFill:
    def test_every_photo_and_radiograph_is_stored(self, filled: Hub):
        stored = studies(filled)

        photos = [i for s in stored if s.modalities == ("XC",) for i in s.instances]
        radiographs = [i for s in stored if s.modalities == ("CR",) for i in s.instances]
        assert len(photos) == sum(len(v.shots) for v in VISITS)
        assert len(radiographs) == len(EXAMS)

    def test_an_inpatient_has_a_study_for_each_day_and_others_one(self, filled: Hub):
        encounters = [s.encounter_id for s in studies(filled)]

        assert encounters.count("A-26-00481") == 3
        assert encounters.count("V-26-30240") == 1

    def test_photo_and_x_ray_of_the_same_left_hand_belong_to_one_patient(self, filled: Hub):
        okafor = [s for s in studies(filled) if s.patient.name.startswith("Okafor")]

        assert len({s.patient_key for s in okafor}) == 1
        hands = {
            (x.modality, x.laterality)
            for s in okafor
            for x in s.series
            if x.anatomic_region and x.anatomic_region.value == "85562004"
        }
        assert hands == {("XC", "L"), ("CR", "L")}

    def test_open_encounters_with_orders_are_on_the_worklist(self, filled: Hub):
        page = filled.worklist.page(WorklistQuery(), practitioner("clinician"))

        shown = {e.encounter_id: e for e in page.items}
        assert set(shown) == {v.encounter_id for v in VISITS if v.lasts is None}
        assert [o.accession_number for o in shown["V-26-30355"].orders] == ["DEMO71001"]

    def test_the_chosen_order_is_in_the_object(self, filled: Hub):
        specimen = next(s for s in studies(filled) if s.encounter_id == "S-26-11873")
        ds = stored_object(filled, specimen)

        assert ds.RequestAttributesSequence[0].AccessionNumber == "DEMO71005"

    def test_the_place_in_the_photo_stays_behind(self, filled: Hub):
        for study in studies(filled):
            assert not [e.keyword for e in stored_object(filled, study) if "GPS" in e.keyword]

    def test_dciodvfy_finds_no_error(self, filled: Hub, tmp_path: Path):
        for study in studies(filled):
            for instance in study.instances:
                path = filled.objects.path(instance.sha256)
                run = subprocess.run(
                    [DCIODVFY, "-new", path], capture_output=True, text=True, check=False
                )
                assert [x for x in run.stderr.splitlines() if x.startswith("Error")] == []

    def test_everybody_can_sign_in(self, filled: Hub):
        for user, password, role, _ in ACCOUNTS:
            assert filled.accounts.sign_in(user, password).role == role


class TestFillingAgain:
    def test_a_week_later_nothing_is_added_or_moved(
        self, filled: Hub, monkeypatch: pytest.MonkeyPatch
    ):
        before = snapshot(filled)

        class NextWeek(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + timedelta(days=7)

        monkeypatch.setattr("web.demo.filling.datetime", NextWeek)
        fill(filled)

        assert snapshot(filled) == before

    def test_more_studies_are_added_only_once(self, filled: Hub):
        shown = len(studies(filled))
        said: list[tuple[int, int]] = []

        fill(filled, studies=6, progress=lambda done, of: said.append((done, of)))
        fill(filled, studies=6)

        assert len(studies(filled)) == shown + 6
        assert said[-1][0] == said[-1][1]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    data = tmp_path_factory.mktemp("demo")
    hub = build_hub(Settings(data=data, time_zone="Europe/Berlin"))
    fill(hub)
    return hub


def studies(hub: Hub) -> list[Study]:
    return list(hub.catalog.studies(hub.catalog.all_study_uids()))


def stored_object(hub: Hub, study: Study) -> pydicom.Dataset:
    with hub.objects.open(study.instances[0].sha256) as file:
        return pydicom.dcmread(file, stop_before_pixels=True)


def snapshot(hub: Hub) -> list[object]:
    encounters = [hub.catalog.encounters(v.encounter_id, "HOSP") for v in VISITS]
    return [encounters, [(s.study_instance_uid, s.version) for s in studies(hub)]]
