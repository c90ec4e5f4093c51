"""The demo's story holds together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.terminology import anatomy, departments
from web.demo.exams import EXAMS
from web.demo.people import person
from web.demo.pictures import PICTURES
from web.demo.visits import VISITS, Visit

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class TestVisits:
    def test_numbers_are_given_once(self):
        assert len({v.encounter_id for v in VISITS}) == len(VISITS)

    def test_some_are_open_and_some_ended_days_ago(self):
        ended = [v for v in VISITS if v.lasts is not None]

        assert len(VISITS) - len(ended) >= 8
        assert any(v.hours_ago - v.lasts > 48 for v in ended)

    def test_all_pictures_are_used(self):
        assert {s.picture for v in VISITS for s in v.shots} == set(PICTURES)

    @pytest.mark.parametrize("visit", VISITS, ids=lambda v: v.encounter_id)
    def test_photos_are_taken_during_the_encounter_and_before_now(self, visit: Visit):
        for shot in visit.shots:
            assert 0 <= shot.after <= visit.hours_ago
            assert visit.lasts is None or shot.after <= visit.lasts

    @pytest.mark.parametrize("visit", VISITS, ids=lambda v: v.encounter_id)
    def test_sides_are_given_where_the_site_has_two(self, visit: Visit):
        for shot in visit.shots:
            region = anatomy().get(shot.region.scheme, shot.region.value)
            assert region is not None
            assert region.paired is (shot.side is not None)
            assert not region.sensitive

    @pytest.mark.parametrize("visit", VISITS, ids=lambda v: v.encounter_id)
    def test_the_chosen_order_is_one_of_the_encounter(self, visit: Visit):
        numbers = {order.accession_number for order in visit.orders}

        assert {s.accession_number for s in visit.shots} - {""} <= numbers
        assert all(len(number) <= 16 for number in numbers)

    def test_most_departments_are_coded_and_one_is_not(self):
        names = {v.department for v in VISITS}
        uncoded = {name for name in names if departments().resolve(name).code is None}

        assert len(names) >= 6
        assert uncoded == {"Podiatry"}

    def test_a_left_hand_was_photographed_last_week_and_x_rayed(self):
        hands = [
            v.hours_ago - s.after
            for v in VISITS
            for s in v.shots
            if s.region.meaning == "Hand" and s.side == "L" and v.patient == "okafor"
        ]
        assert min(hands) < 7 * 24
        assert any(e.patient == "okafor" and e.order.laterality == "L" for e in EXAMS)


class TestPeople:
    def test_two_authorities_gave_the_same_number(self):
        okafor, zhang = person("okafor", NOW), person("zhang", NOW)

        assert okafor.patient_id == zhang.patient_id
        assert okafor.issuer != zhang.issuer

    def test_the_newborn_is_three_days_old(self):
        assert person("newborn", NOW).birth_date == (NOW - timedelta(days=3)).date().isoformat()

    def test_names_fit_a_person_name(self):
        for key in {v.patient for v in VISITS}:
            assert all(len(g) <= 64 for g in person(key, NOW).name.split("="))
