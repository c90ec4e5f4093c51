"""What every answer tells the browser not to do: on every route, errors included."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk, sign_in
from served import serving
from werkzeug.test import TestResponse

from hub.model import Role
from web.headers import PAGE_POLICY

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def paths(desk: Desk) -> list[str]:
    """Pages, pictures, APIs, files and failures."""
    return [
        *("/", "/login", "/worklist", desk.study, desk.patient, "/static/shell.css", "/m/"),
        *(f"{desk.image}/rendered", f"{desk.image}/thumbnail", "/api/v1/search?q=hand"),
        *("/api/v1/session", "/api/v1/worklist", "/healthz", "/readyz", "/robots.txt"),
        *(f"/dicom-web/studies/{desk.study_uid}", "/dicom-web/studies", "/fhir/metadata"),
        *(
            "/nowhere",
            "/api/nowhere",
            "/studies/1.2.3",
            "/metrics",
            "/logout",
            "/images/1/rendered",
        ),
        f"/IHEInvokeImageDisplay?requestType=STUDY&studyUID={desk.study_uid}",
    ]


def check(answer: TestResponse) -> None:
    where = (answer.request.path, answer.status_code)
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value, (name, where)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "X-Powered-By" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    if answer.mimetype == "text/html":
        assert policy == PAGE_POLICY, where
    answer.close()


@pytest.mark.parametrize("role", [None, Role.CLINICIAN, Role.ADMIN], ids=str)
def test_every_answer_carries_them(desk: Desk, role: Role | None):
    client = desk.person(role) if role else desk.served.anonymous()

    for path in paths(desk):
        check(client.get(path))
        check(client.options(path, headers={"Origin": "https://evil.example"}))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "PATCH"])
def test_refused_methods_carry_them_too(desk: Desk, method: str):
    answer = desk.person().open("/healthz", method=method)

    assert answer.status_code in (403, 405)
    check(answer)


def test_only_the_phone_app_may_use_the_camera(desk: Desk):
    client = desk.person()

    with client.get("/m/") as phone:
        assert "camera=(self)" in phone.headers["Permissions-Policy"]
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


def test_nothing_with_patient_data_is_kept_by_the_browser(desk: Desk):
    client = desk.person()

    for path in paths(desk):
        answer = client.get(path)
        answer.close()
        if not path.startswith(("/static/", "/m/")):
            assert answer.headers["Cache-Control"] == "no-store", path
            assert {"Cookie", "Authorization"} <= set(answer.vary), path


def test_a_picture_can_run_nothing(desk: Desk):
    answer = desk.person().get(f"{desk.image}/rendered")

    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "inline"


def test_plain_http_on_this_machine_promises_no_tls(desk: Desk):
    answer = desk.served.anonymous().get("/login")

    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Set-Cookie"].startswith("session=")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_behind_tls_the_cookie_is_bound_to_the_host(tmp_path: Path):
    with serving(tmp_path, public_url="https://hub.example.org") as served:
        client = served.anonymous()
        answer = client.get("/login", base_url="https://hub.example.org")

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_two_processes_of_one_site_accept_each_others_cookies(desk: Desk):
    client = desk.served.anonymous()
    sign_in(client, desk.account(Role.CLINICIAN, "roaming"))
    cookie = client.get_cookie("session")
    assert cookie is not None

    other = type(desk.served)(
        desk.served.hub, desk.served.settings, desk.served.worker, desk.served.folder
    ).anonymous()
    other.set_cookie("session", cookie.value)

    assert other.get("/api/v1/session").json["user"] == "roaming"
