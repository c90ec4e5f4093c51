from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from factories import HAND, NOON, make_encounter, make_patient, make_practitioner
from hub import capture_rules as rules
from hub.errors import (
    CapturedAtImplausible,
    EncounterAmbiguous,
    EncounterClosed,
    EncounterMismatch,
    LateralityMissing,
    LateralityNotApplicable,
    OperatorMissing,
    RegionMissing,
    UnknownEncounter,
    UnknownOrder,
    UnknownRegion,
)
from hub.model import (
    Code,
    Department,
    FlagCode,
    Laterality,
    Operator,
    Order,
    OrderChoice,
    ReviewFlag,
    SealedEncounter,
)

HOUR = timedelta(hours=1)
TOLERANCE = timedelta(hours=26)


class TestChooseEncounter:
    def test_the_only_encounter_is_taken(self):
        encounter = make_encounter()

        assert rules.choose_encounter([encounter], SealedEncounter("V-1001")) is encounter

    def test_the_worklist_key_is_as_good_as_the_number(self):
        encounter = make_encounter(key="k1")

        assert rules.choose_encounter([encounter], SealedEncounter("k1", "HOSP")) is encounter

    @pytest.mark.parametrize(
        ("found", "sealed", "refusal"),
        [
            pytest.param([], SealedEncounter("V-1001"), UnknownEncounter, id="none"),
            pytest.param(
                [make_encounter(), make_encounter(issuer="OTHER")],
                SealedEncounter("V-1001"),
                EncounterAmbiguous,
                id="two_issuers",
            ),
            pytest.param(
                [make_encounter()], SealedEncounter("V-2"), EncounterMismatch, id="other_number"
            ),
            pytest.param(
                [make_encounter()],
                SealedEncounter("V-1001", "OTHER"),
                EncounterMismatch,
                id="other_issuer",
            ),
        ],
    )
    def test_anything_else_is_refused(self, found, sealed, refusal):
        with pytest.raises(refusal):
            rules.choose_encounter(found, sealed)


class TestCheckTime:
    def test_a_clock_that_agrees_brings_no_flag(self):
        assert rules.check_time(NOON, NOON + HOUR, make_patient(), TOLERANCE) == ()

    def test_a_clock_ahead_is_taken_and_flagged(self):
        flags = rules.check_time(NOON + 25 * HOUR, NOON, make_patient(), TOLERANCE)

        assert flags == (ReviewFlag(FlagCode.CLOCK, str(25 * 3600)),)

    @pytest.mark.parametrize(
        "captured_at",
        [
            pytest.param(NOON + 27 * HOUR, id="too_far_ahead"),
            pytest.param(datetime(1999, 12, 31, tzinfo=UTC), id="before_2000"),
            pytest.param(datetime(2026, 11, 1, tzinfo=UTC), id="before_birth"),
        ],
    )
    def test_an_impossible_time_is_refused(self, captured_at):
        with pytest.raises(CapturedAtImplausible):
            rules.check_time(captured_at, NOON, make_patient(birth_date="2026-11-10"), TOLERANCE)


class TestCheckWithin:
    @pytest.mark.parametrize("hours", [-11, 0, 5, 13])
    def test_the_grace_holds_on_both_sides(self, hours):
        encounter = make_encounter(started=NOON, ended=NOON + 2 * HOUR)

        rules.check_within(encounter, NOON + hours * HOUR, 12 * HOUR)

    @pytest.mark.parametrize("hours", [-13, 15])
    def test_a_photo_outside_is_refused(self, hours):
        encounter = make_encounter(started=NOON, ended=NOON + 2 * HOUR)

        with pytest.raises(EncounterClosed):
            rules.check_within(encounter, NOON + hours * HOUR, 12 * HOUR)


class TestChooseRegion:
    def test_a_paired_region_with_its_side(self):
        region, laterality = rules.choose_region(HAND, Laterality.LEFT)

        assert (region.code.meaning, region.paired, laterality) == ("Hand", True, Laterality.LEFT)

    @pytest.mark.parametrize(
        ("code", "laterality", "refusal"),
        [
            (None, None, RegionMissing),
            (Code("SCT", "1"), None, UnknownRegion),
            (HAND, None, LateralityMissing),
            (HAND, Laterality.UNPAIRED, LateralityMissing),
            (Code("FMA", "61439"), Laterality.RIGHT, LateralityNotApplicable),
        ],
    )
    def test_refusals(self, code, laterality, refusal):
        with pytest.raises(refusal):
            rules.choose_region(code, laterality)

    def test_an_unpaired_region_needs_no_side(self):
        _, laterality = rules.choose_region(Code("SCT", "816094009"), None)

        assert laterality is None


class TestChooseOrder:
    ORDERS = (
        Order(accession_number="A1", placer_order_number="P1"),
        Order(accession_number="A2", placer_order_number="P2"),
    )

    @pytest.mark.parametrize(
        ("choice", "index"), [(OrderChoice("A2"), 1), (OrderChoice("", "P1"), 0)]
    )
    def test_by_either_number(self, choice, index):
        assert rules.choose_order(choice, self.ORDERS) is self.ORDERS[index]

    def test_no_choice_is_no_order(self):
        assert rules.choose_order(None, self.ORDERS) is None

    @pytest.mark.parametrize("choice", [OrderChoice("A9"), OrderChoice("A1", "P2")])
    def test_an_order_of_nobody_is_refused(self, choice):
        with pytest.raises(UnknownOrder):
            rules.choose_order(choice, self.ORDERS)


class TestChooseOperator:
    def test_the_signed_in_person_takes_the_photo_unless_another_is_named(self):
        by = make_practitioner()
        named = Operator("n7", "Named^Other")

        assert rules.choose_operator(None, by, "HOSP").name == by.name
        assert rules.choose_operator(named, by, "HOSP") == replace(named, issuer="HOSP")

    def test_a_machine_takes_no_photos(self):
        with pytest.raises(OperatorMissing):
            rules.choose_operator(None, make_practitioner(machine=True), "HOSP")


def test_the_sealed_department_is_resolved_by_its_alias():
    assert rules.sealed_department("derm", Department("")).code == Code(
        "SCT", "309923008", "Dermatology"
    )


def test_without_a_sealed_department_the_encounter_decides():
    assert rules.sealed_department("", Department("Ward 7")) == Department("Ward 7")


@pytest.mark.parametrize(
    ("changes", "which"),
    [
        ({"name": "Okafor^Grace^^Mrs"}, None),
        ({"name": "OKAFOR^GRACE^^MRS", "birth_date": ""}, None),
        ({"name": "Okafor^Grace"}, "name"),
        ({"birth_date": "1945-07-15"}, "birth date"),
        ({"name": "Okafor", "birth_date": "1945"}, "name and birth date"),
    ],
)
def test_demographics_are_flagged_by_which_differ(changes, which: str | None):
    flags = rules.demographics_flags(make_patient(**changes), make_patient())

    assert [flag.detail for flag in flags] == ([which] if which else [])


def test_a_department_that_nobody_knows_is_flagged():
    known = rules.sealed_department("derm", Department(""))
    unknown = rules.sealed_department("Ward 7", known)

    assert rules.department_flags(known) == rules.department_flags(Department("")) == ()
    assert rules.department_flags(unknown) == (ReviewFlag(FlagCode.DEPARTMENT, "Ward 7"),)
