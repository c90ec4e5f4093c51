"""Failures say what happened and what to do, and never what is none of anybody's business."""

from __future__ import annotations

import logging

import pytest
from desk import Desk
from served import serving

from hub.errors import AuditUnavailable

SECRET = "Okafor^Grace 1297287652 SELECT * FROM patient"


@pytest.fixture
def broken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("hub.reading.Reading.study", fail)
    return desk


def test_the_unforeseen_is_a_page_with_a_number_for_support(broken: Desk, caplog):
    answer = broken.person().get(broken.study)

    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "SELECT" not in answer.text
    number = answer.text.split("request <span")[1].split(">")[1].split("<")[0]
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert number in record.getMessage()


def test_the_log_names_the_place_and_nobody(broken: Desk, caplog):
    broken.person().get(broken.study)

    logged = caplog.text
    assert "ValueError" in logged
    assert "show_study" in logged
    assert "Okafor" not in logged


def test_programs_get_a_problem(broken: Desk):
    answer = broken.person().get(broken.study, headers={"Accept": "application/json"})

    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "hub-error"
    assert "SELECT" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/dicom-web/nowhere", "/images/1/rendered"])
def test_under_an_api_the_missing_is_a_problem(desk: Desk, path: str):
    answer = desk.person().get(path)

    assert answer.status_code == 404
    assert answer.json["code"] == "not-found"
    assert answer.json["requestId"]


def test_a_page_that_is_not_there_says_where_to_go(desk: Desk):
    answer = desk.person().get("/nowhere")

    assert answer.status_code == 404
    assert "Search for the patient or the study instead." in answer.text
    assert 'href="/"' in answer.text


def test_a_wrong_method_names_the_right_ones(desk: Desk):
    answer = desk.served.client().put("/api/v1/search")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json["code"] == "method-not-allowed"


def test_nothing_is_shown_that_cannot_be_audited(desk: Desk, monkeypatch):
    client = desk.person()

    def refuse(*_: object) -> None:
        raise AuditUnavailable

    monkeypatch.setattr("hub.store.catalog.SqlCatalog.audit", refuse)

    for path in (desk.study, desk.patient, "/", f"{desk.image}/rendered", "/worklist"):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert "OKAFOR" not in answer.text
        assert answer.headers["Retry-After"] == "5"


def test_readiness_has_no_details(desk: Desk, monkeypatch):
    from hub.errors import StoreUnavailable

    def down(*_: object) -> None:
        raise StoreUnavailable

    ready = desk.served.anonymous().get("/readyz")
    monkeypatch.setattr("hub.store.catalog.SqlCatalog.feed_after", down)
    unready = desk.served.anonymous().get("/readyz")

    assert (ready.status_code, ready.json) == (200, {"status": "ready"})
    assert (unready.status_code, unready.json) == (503, {"status": "not ready"})
    assert desk.served.anonymous().get("/healthz").status_code == 200


def test_figures_are_for_admins(tmp_path_factory):
    from hub.model import Role

    with serving(tmp_path_factory.mktemp("figures")) as served:
        refused = served.client(Role.CLINICIAN).get("/metrics")
        given = served.client(Role.ADMIN).get("/metrics")

    assert refused.status_code == 403
    assert "hub_audit_rows " in given.text
    assert 'hub_conversions{state="failed"} 0\n' in given.text


def test_crawlers_stay_out(desk: Desk):
    assert "Disallow: /" in desk.served.anonymous().get("/robots.txt").text
