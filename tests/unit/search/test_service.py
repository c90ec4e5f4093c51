"""Search over the oracle engine: words found nowhere, cursors, facets that are clicked."""

from __future__ import annotations

import base64

import pytest
from oracle import OracleSearch
from studies import NOW, make_series, make_study

from factories import make_patient, make_practitioner
from hub.errors import InvalidRequest
from hub.model import Study
from hub.settings import Settings
from indexing.documents import document
from search.service import Search

BY = make_practitioner()


def over(*studies: Study) -> Search:
    settings = Settings(time_zone="Europe/Berlin")
    return Search(OracleSearch(document(study, settings.zone) for study in studies), settings)


def named(uid: str, name: str, **patient: object) -> Study:
    return make_study(uid, patient=make_patient(name=name, **patient))


def found(search: Search, line: str) -> list[str]:
    return [item.study_instance_uid for item in search.find(line, BY, now=NOW).items]


def test_names_that_sound_alike_are_shown_only_when_the_name_itself_is_nowhere() -> None:
    search = over(named("1.1", "Smyth^Will"), named("1.2", "Okafor^Grace"))
    page = search.find("smith", BY, now=NOW)
    assert [item.study_instance_uid for item in page.items] == ["1.1"]
    assert page.notices == ("“smith” was not found; shown are names that sound like it.",)
    assert page.items[0].why == ("Name like smith",)
    both = over(named("1.1", "Smyth^Will"), named("1.2", "Smith^Ann"))
    assert found(both, "smith") == ["1.2"]


def test_a_typo_is_corrected_only_when_the_word_is_nowhere() -> None:
    hand = make_study("1.1", make_series("1.1"))
    page = over(hand).find("thums", BY, now=NOW)
    assert page.notices[0] == "“thums” was not found; searched “thumb”."
    noted = make_study("1.2", make_series("1.2", note="Sent by Thums"))
    assert found(over(hand, noted), "thums") == ["1.2"]


def test_leading_zeros_are_exact_first_and_then_left_out_with_a_notice() -> None:
    search = over(named("1.1", "A^B", patient_id="00123"), named("1.2", "C^D", patient_id="123"))
    assert found(search, "00123") == ["1.1"]
    assert found(search, "mrn:123") == ["1.2"]
    page = search.find("000123", BY, now=NOW)
    assert {item.study_instance_uid for item in page.items} == {"1.1", "1.2"}
    assert page.notices == ("000123 was not found; shown without regard to leading zeros.",)
    assert len(found(search, "mrn:0123")) == 2


def test_every_word_outside_the_dictionary_must_be_found_somewhere() -> None:
    noted = make_study("1.1", make_series("1.1", note="ulcer, dry"), reason="second look")
    search = over(noted, make_study("1.2", make_series("1.2", note="ulcer")))
    assert found(search, "ulcer okafor") == ["1.1", "1.2"]
    assert found(search, "ulcer second") == ["1.1"]
    assert found(search, '"dry ulcer"') == []


def test_why_says_where_a_word_was_found() -> None:
    page = over(make_study("1.1", make_series("1.1", note="okafor said so"))).find(
        "okafor", BY, now=NOW
    )
    assert page.items[0].why == ("“okafor” in name", "“okafor” in note")


def test_a_clicked_facet_narrows_the_results_and_not_its_own_counts() -> None:
    search = over(
        make_study("1.1", make_series("1.1", modality="XC")),
        make_study("1.2", make_series("1.2", modality="CR")),
    )
    page = search.find("hand", BY, filters={"modality": ["CR"]}, now=NOW)
    assert [item.study_instance_uid for item in page.items] == ["1.2"]
    assert {v.value: v.count for v in page.facets["modality"]} == {"XC": 1, "CR": 1}
    assert {v.label: v.count for v in page.facets["bodySite"]} == {"Hand": 1}


@pytest.mark.parametrize(
    "cursor", ["x", "///", base64.urlsafe_b64encode(b"9:1|2").decode(), "Mjo=", "\u00e4"]
)
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        over().find("hand", BY, cursor=cursor, now=NOW)


def test_the_day_is_the_sites_and_not_the_servers() -> None:
    search = over(make_study("1.1", study_date=NOW.date().replace(day=21)))
    late = NOW.replace(hour=23, minute=30)
    assert [i.study_instance_uid for i in search.find("today", BY, now=late).items] == ["1.1"]


def test_qido_counts_all_and_pages_by_offset() -> None:
    search = over(*(make_study(f"1.{n}") for n in range(5)))
    page = search.qido([], BY, limit=2, offset=3)
    assert (page.ids, page.total) == (("1.3", "1.4"), 5)
    assert search.qido([], BY, limit=0).ids == ()
