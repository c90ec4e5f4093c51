"""The fidelity report of a stored photo, as an expert reads it in the browser."""

from __future__ import annotations

from desk import Desk

from hub.model import Role


def test_it_says_source_and_object_by_their_digests(desk: Desk):
    page = desk.person().get(f"{desk.image}/report")
    instance = desk.served.hub.catalog.instance(desk.receipt.sop_instance_uid)
    assert page.status_code == 200
    assert desk.receipt.sha256 in page.text
    assert instance is not None
    assert instance.sha256 in page.text
    assert "byte for byte" in page.text


def test_the_study_page_leads_to_it(desk: Desk):
    assert f"{desk.image}/report" in desk.person().get(desk.study).text


def test_it_runs_nothing(desk: Desk):
    page = desk.person().get(f"{desk.image}/report").text
    assert "<style" not in page
    assert " style=" not in page


def test_it_is_written_to_the_audit_log(desk: Desk):
    desk.person().get(f"{desk.image}/report")
    event = desk.audited("read")[-1]
    assert event.detail["via"] == "report"
    assert event.study_instance_uid == desk.study_uid


def test_it_is_not_for_a_link_that_named_another_study(desk: Desk):
    assert desk.person(Role.EHR_VIEWER).get(f"{desk.image}/report").status_code == 404


def test_an_image_that_is_not_there(desk: Desk):
    assert desk.person().get("/images/1.2.3/report").status_code == 404
