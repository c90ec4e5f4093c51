"""DICOM attributes to the query tree."""

from __future__ import annotations

import pytest

from hub.errors import InvalidRequest
from search.qido import read_params
from search.query import And, Everything, OneOf, Or, Prefix, Range, Wildcard, equals


def test_a_keyword_and_its_tag_are_the_same_key() -> None:
    assert read_params([("PatientID", "4711")]) == read_params([("00100020", "4711")])
    assert read_params([("PatientID", "4711")]).node == equals("patient_id", "4711")


@pytest.mark.parametrize("value", ["", "*", "**", " "])
def test_an_empty_value_or_a_lone_star_matches_everything(value: str) -> None:
    assert read_params([("AccessionNumber", value)]).node == Everything()


def test_wildcards_are_for_text_and_keep_its_case() -> None:
    assert read_params([("AccessionNumber", "A*1?")]).node == Wildcard("accession_number", "A*1?")


@pytest.mark.parametrize("value", ["1.2.3,1.2.4", "1.2.3\\1.2.4"])
def test_uid_lists_come_by_comma_and_by_backslash(value: str) -> None:
    assert read_params([("StudyInstanceUID", value)]).node == equals(
        "study_instance_uid", "1.2.3", "1.2.4"
    )


@pytest.mark.parametrize(
    ("value", "node"),
    [
        ("20261118", Range("study_date", 20261118, 20261118)),
        ("20261101-20261130", Range("study_date", 20261101, 20261130)),
        ("20261101-", Range("study_date", 20261101, None)),
        ("-20261130", Range("study_date", None, 20261130)),
    ],
)
def test_dates_are_ranges_with_both_ends(value: str, node: Range) -> None:
    assert read_params([("StudyDate", value)]).node == node


def test_a_shortened_time_spans_what_it_leaves_out() -> None:
    assert read_params([("StudyTime", "10")]).node == Range("study_time", 100000, 105959)
    assert read_params([("StudyTime", "0930-")]).node == Range("study_time", 93000, None)


def test_date_and_time_together_are_one_range() -> None:
    params = [("StudyTime", "1000-1200"), ("StudyDate", "20261101-20261103")]
    assert read_params(params).node == Range("moment", 20261101100000, 20261103120059)


def test_a_name_matches_without_case_and_with_components_left_out() -> None:
    assert read_params([("PatientName", "OKAFOR")]).node == Or(
        (OneOf("patient_name", frozenset({"okafor"})), Prefix("patient_name", "okafor^"))
    )


def test_keys_are_joined_and_unknown_ones_warned_about() -> None:
    asked = read_params(
        [("PatientSex", "F"), ("Colour", "red"), ("PatientID", "1"), ("limit", "3")]
    )
    assert asked.node == And((equals("sex", "F"), equals("patient_id", "1")))
    assert asked.warnings == ("The key Colour is not supported and was ignored.",)


def test_a_warning_never_carries_odd_characters() -> None:
    asked = read_params([("Bad\r\nSet-Cookie: x", "1")])
    assert asked.warnings == ("The key given is not supported and was ignored.",)


@pytest.mark.parametrize(
    "params",
    [
        [("StudyDate", "2026*")],
        [("StudyDate", "20261341")],
        [("StudyDate", "-")],
        [("StudyTime", "25")],
        [("StudyInstanceUID", "1.2.*")],
        [("PatientBirthDate", "1945")],
        [("PatientID", "1"), ("00100020", "2")],
    ],
)
def test_values_that_are_none_of_their_kind_are_refused(params: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidRequest):
        read_params(params)


def test_an_srt_code_matches_its_sct_equal() -> None:
    asked = read_params([("AnatomicRegionSequence.CodeValue", "T-D8700")])
    assert isinstance(asked.node, OneOf)
    assert "SCT:85562004" in asked.node.values
