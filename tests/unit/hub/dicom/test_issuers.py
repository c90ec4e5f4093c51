"""Assigning authorities in the forms HL7, FHIR and DICOM write them."""

from __future__ import annotations

import pytest

from hub.dicom.codes import code_item
from hub.dicom.issuers import issuer_sequence, issuer_text
from hub.model import Code


@pytest.mark.parametrize(
    "text",
    [
        "HOSP",
        "HOSP&1.2.3&ISO",
        "urn:oid:1.2.3",
        "https://hospital.example/mrn",
        "urn:uuid:5d3f6d6c-5a55-4a0e-9f0b-5a2d6e1a7c11",
    ],
)
def test_an_authority_comes_back_as_it_was_written(text: str):
    assert issuer_text(issuer_sequence(text)[0]) == text


def test_a_universal_id_of_no_known_type_is_not_written():
    (item,) = issuer_sequence("HOSP&abc&L")
    assert "UniversalEntityID" not in item


class TestCodeItem:
    def test_a_long_value_stays_whole(self):
        item = code_item(Code("SCT", "1119256001000004102", "Long"))
        assert item.LongCodeValue == "1119256001000004102"
        assert "CodeValue" not in item

    @pytest.mark.parametrize(
        ("scheme", "designator"),
        [("SCT", "SCT"), ("http://snomed.info/sct", "SCT"), ("http://loinc.org", "LN")],
    )
    def test_schemes_by_url_get_their_designator(self, scheme: str, designator: str):
        assert code_item(Code(scheme, "1", "x")).CodingSchemeDesignator == designator

    def test_a_local_scheme_gets_a_private_designator_that_repeats(self):
        first, again, other = (
            code_item(Code(f"https://hospital.example/{name}", "1", "x")).CodingSchemeDesignator
            for name in ("codes", "codes", "others")
        )
        assert first == again != other
        assert first.startswith("99")
        assert len(first) <= 16

    def test_a_code_without_meaning_means_its_value(self):
        assert code_item(Code("99X", "A1")).CodeMeaning == "A1"
