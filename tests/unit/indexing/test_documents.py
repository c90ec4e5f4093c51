"""A study as the index keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from studies import make_series, make_study, many_studies, region

from factories import HAND, make_patient
from hub.model import Department, Laterality, Study
from indexing.documents import Document, document
from indexing.fields import FIELDS
from search.engine import recency_of, uid_of


def indexed(study: Study) -> Document:
    return document(study, ZoneInfo("Europe/Berlin"))


def test_the_same_study_gives_the_same_document_with_every_field() -> None:
    for study in many_studies(20):
        made = indexed(study)
        assert list(made) == [field.name for field in FIELDS]
        assert made == indexed(study)
        assert all(value != "" for values in made.values() for value in values)


def test_modality_region_and_side_of_one_series_are_one_term() -> None:
    hand = make_series("1.1", 1, laterality=Laterality.LEFT)
    foot = make_series("1.1", 2, modality="CR", anatomic_region=region("foot"))
    made = indexed(make_study("1.1", hand, foot))
    upper_limb = region("upper limb").value
    assert {"XC/SCT:85562004/L", f"*/SCT:{upper_limb}/L", "*/*/L", "CR/*/N"} <= set(made["place"])
    assert "CR/SCT:85562004/L" not in made["place"]
    assert f"*/SCT:{upper_limb}/L" not in made["own_place"]


def test_site_and_side_of_one_image_do_not_mix_with_another_image_of_its_series() -> None:
    forearm = region("forearm")
    series = make_series("1.1", anatomic_region=None, laterality=None)
    (image,) = series.instances
    images = (
        replace(image, anatomic_region=HAND, laterality=Laterality.LEFT),
        replace(image, anatomic_region=forearm, laterality=Laterality.RIGHT),
    )
    made = indexed(make_study("1.1", replace(series, instances=images)))
    assert {f"XC/SCT:{HAND.value}/L", f"XC/SCT:{forearm.value}/R"} <= set(made["place"])
    assert f"XC/SCT:{HAND.value}/R" not in made["place"]
    assert f"XC/SCT:{forearm.value}/L" not in made["place"]


def test_a_photo_taken_after_midnight_is_of_the_day_of_the_site() -> None:
    taken = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    made = indexed(
        make_study("1.1", make_series("1.1", taken=taken), study_date=date(2026, 11, 17))
    )
    assert set(made["taken"]) == {20261119, 20261117}


def test_newer_studies_sort_first_and_undated_ones_last() -> None:
    newer = make_study("1.1", study_time="101500.5")
    older = make_study("1.2", study_time="101500.4")
    undated = make_study("1.3", study_date=None, study_time="")
    keys = [str(indexed(study)["sort_key"][0]) for study in (newer, older, undated)]
    assert keys == sorted(keys)
    assert [uid_of(key) for key in keys] == ["1.1", "1.2", "1.3"]
    assert [recency_of(key) for key in keys] == [20261118101500, 20261118101500, 0]
    assert indexed(undated)["moment"] == []


def test_identity_is_indexed_under_the_whole_issuer_and_its_name() -> None:
    patient = make_patient(patient_id="A00123", issuer="HOSPA&1.2.3&ISO")
    made = indexed(make_study("1.1", patient=patient))
    assert set(made["identities"]) == {"a00123|hospa&1.2.3&iso", "a00123|hospa"}


def test_a_partial_birth_date_ends_in_zeros() -> None:
    born = make_study("1.1", patient=make_patient(birth_date="1988"))
    assert indexed(born)["birth_date"] == [19880000]


def test_an_unknown_department_is_kept_by_its_text() -> None:
    made = indexed(make_study("1.1", department=Department("Hut 7")))
    assert made["department"] == ["Hut 7"]


def test_genital_photos_are_marked_sensitive() -> None:
    photo = make_series("1.1", anatomic_region=region("penis"))
    assert indexed(make_study("1.1", photo))["sensitive"] == ["y"]
    assert indexed(make_study("1.2"))["sensitive"] == ["n"]
