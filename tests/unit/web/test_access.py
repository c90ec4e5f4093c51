"""Every endpoint declares who may call it; those that anybody may call are listed here."""

from __future__ import annotations

from desk import IDENTITY, Desk

PUBLIC = {
    "static",
    "login.login_page",
    "login.sign_in",
    "health.alive",
    "health.ready",
    "health.robots",
    "marker.sheet",
    "pwa.index",
    "pwa.file",
    "fhir.metadata",
    "fhir.smart_configuration",
}

VALUES = {
    "filename": "shell.css",
    "anything": "Patient",
    "name": "sw.js",
    "encounter_id": "V-1001",
    "capture_id": "7c6f9e0e-2f0d-4f57-9f2c-0d7b5b1f2a10",
    "key": "k",
    "patient_key": "k",
    "numbers": "1",
    "path": "00091001",
}


def routes(desk: Desk) -> list[tuple[str, str, str]]:
    """(method, path, endpoint) of all that the application answers, with values filled in."""
    app = desk.served.anonymous().application
    found = []
    for rule in app.url_map.iter_rules():
        values = {name: _value(name, desk) for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
        found += [(m, path, rule.endpoint) for m in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return found


def _value(name: str, desk: Desk) -> str:
    known = {
        "study_instance_uid": desk.study_uid,
        "study_uid": desk.study_uid,
        "series_uid": desk.receipt.series_instance_uid,
        "sop_uid": desk.receipt.sop_instance_uid,
        "sop_instance_uid": desk.receipt.sop_instance_uid,
    }
    return known.get(name) or VALUES.get(name, "1")


def test_every_endpoint_declares_an_access_rule(desk: Desk):
    app = desk.served.anonymous().application

    without = [name for name, view in app.view_functions.items() if not rule_of(view)]

    assert without == []


def test_what_anybody_may_call_is_listed(desk: Desk):
    app = desk.served.anonymous().application

    public = {name for name, view in app.view_functions.items() if rule_of(view) == "public"}

    assert public == PUBLIC


def test_nobody_is_shown_anything_before_signing_in(desk: Desk):
    for method, path, endpoint in routes(desk):
        if endpoint in PUBLIC:
            continue
        with desk.served.anonymous().open(path, method=method) as answer:
            assert answer.status_code in (401, 303), (method, path, answer.status_code)
            assert not any(word in answer.text for word in IDENTITY), path


def test_reading_changes_nothing_but_the_audit_log(desk: Desk):
    before = desk.served.hub.catalog.feed_after(0)
    client = desk.person()

    for method, path, _ in routes(desk):
        if method == "GET":
            client.get(path).close()

    assert desk.served.hub.catalog.feed_after(0) == before


def rule_of(view: object) -> str:
    return getattr(view, "access_rule", "")
