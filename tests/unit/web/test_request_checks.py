"""Requests that another host, another site, or nobody's page made are refused at the door."""

from __future__ import annotations

import pytest
from desk import Desk, post, token_of

from hub.model import Role


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "a@localhost:1", ""]
)
def test_another_host_is_refused(desk: Desk, host: str):
    answer = desk.served.anonymous().get("/healthz", headers={"Host": host})

    assert answer.status_code == 400
    assert answer.json["code"] == "unknown-host"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_this_machine_is_answered(desk: Desk, host: str):
    assert desk.served.anonymous().get("/healthz", headers={"Host": host}).status_code == 200


def test_forwarded_headers_are_ignored(desk: Desk):
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = desk.served.anonymous().get("/worklist", headers=forwarded)

    assert answer.headers["Location"] == "/login?next=/worklist"


class TestWrites:
    def test_without_the_token_nothing_happens(self, desk: Desk):
        client = desk.person()
        answer = client.post("/logout")

        assert answer.status_code == 403
        assert client.get("/api/v1/session").status_code == 200

    def test_a_wrong_token_is_none(self, desk: Desk):
        assert desk.person().post("/logout", data={"csrf_token": "x"}).status_code == 403

    def test_the_token_of_another_session_is_none(self, desk: Desk):
        other = token_of(desk.person(user="other"), "/")

        assert desk.person().post("/logout", data={"csrf_token": other}).status_code == 403

    def test_programs_in_the_page_send_it_in_a_header(self, desk: Desk):
        client = desk.person()
        token = client.get("/api/v1/session").json["csrfToken"]
        answer = client.post("/search", data={"q": "hand"}, headers={"X-CSRFToken": token})

        assert answer.status_code == 303

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "http://localhost.evil.example"},
            {"Origin": "null"},
            {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        ],
        ids=str,
    )
    def test_from_another_site_even_the_token_does_not_help(self, desk: Desk, headers: dict):
        client = desk.person()
        token = token_of(client, "/")
        answer = client.post("/search", data={"q": "x", "csrf_token": token}, headers=headers)

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://localhost"},
            {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "same-origin"},
            {},
        ],
        ids=str,
    )
    def test_from_our_own_page_they_are_taken(self, desk: Desk, headers: dict):
        client = desk.person()
        token = token_of(client, "/")
        answer = client.post("/search", data={"q": "x", "csrf_token": token}, headers=headers)

        assert answer.status_code == 303

    def test_a_machine_needs_no_token(self, desk: Desk):
        answer = desk.served.client(Role.CLINICIAN).post("/search", data={"q": "hand"})

        assert answer.status_code == 303

    def test_a_made_up_bearer_token_does_not_open_the_cookies_session(self, desk: Desk):
        client = desk.person()
        answer = client.post("/logout", headers={"Authorization": "Bearer x"})

        assert answer.status_code in (401, 303)
        assert client.get("/api/v1/session").status_code == 200

    def test_the_method_cannot_be_overridden(self, desk: Desk):
        client = desk.person()
        client.get("/logout", headers={"X-HTTP-Method-Override": "POST"})

        assert client.get("/api/v1/session").status_code == 200

    def test_the_login_form_itself_needs_it(self, desk: Desk):
        user = desk.account(Role.CLINICIAN)
        form = {"username": user, "password": "correct horse battery"}

        assert desk.served.anonymous().post("/login", data=form).status_code == 403


def test_compressed_bodies_are_refused(desk: Desk):
    headers = {"Content-Encoding": "gzip"}
    answer = desk.served.client().post("/dicom-web/studies", data=b"x", headers=headers)

    assert answer.status_code == 415
    assert answer.json["code"] == "unsupported-encoding"


def test_a_form_over_the_limit_is_not_read(desk: Desk):
    client = desk.person()
    answer = post(client, "/search", q="x" * 600_000)

    assert answer.status_code == 413
    assert "too large" in answer.text
