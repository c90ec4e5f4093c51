from __future__ import annotations

import pytest

from hub.terminology import departments, modalities


def test_families_are_what_the_lay_words_stand_for() -> None:
    families = modalities().families
    assert families["photo"] == {"XC", "DMS", "OP", "OSS"}
    assert families["plain_xray"] == {"CR", "DX", "RG", "DR"}


def test_a_modality_is_found_with_the_retired_values_that_meant_it() -> None:
    assert modalities().with_former(["US"]) == {"US", "EC", "DD", "CD"}
    assert modalities().with_former(["XX"]) == {"XX"}
    retired = modalities().get("EC")
    assert retired is not None
    assert (retired.meaning, retired.retired) == ("Echocardiography", True)


def test_an_unknown_modality_is_its_own_name() -> None:
    assert modalities().get("ZZ") is None
    assert modalities().name("ZZ") == "ZZ"
    assert modalities().name("XC") == "Photo"
    assert modalities().name("ECG") == "Electrocardiography"


@pytest.mark.parametrize(
    "text", ["derm", "Dermatology", " dermatology ", "309923008", "SCT:309923008"]
)
def test_a_department_is_found_by_code_name_and_alias(text: str) -> None:
    found = departments().resolve(text)
    assert found.code is not None
    assert (found.name, found.code.value) == ("Dermatology", "309923008")


def test_an_unknown_department_is_kept_as_text_without_code() -> None:
    found = departments().resolve(" Hut 7 ")
    assert (found.name, found.code) == ("Hut 7", None)
