"""Sessions live on the server: a cookie is worth what the hub says it is, no longer."""

from __future__ import annotations

import pytest
from desk import Desk, post, sign_in, token_of

from hub.model import Role
from web.login import local_path


class TestSigningIn:
    def test_leads_to_where_the_person_was_going(self, desk: Desk):
        client = desk.served.anonymous()
        asked = client.get(desk.study)
        answer = sign_in(client, desk.account(Role.CLINICIAN), next=desk.study)

        assert asked.headers["Location"] == f"/login?next={desk.study}"
        assert answer.headers["Location"] == desk.study
        assert client.get(desk.study).status_code == 200

    def test_gives_a_session_of_its_own(self, desk: Desk):
        client = desk.served.anonymous()
        token_of(client)
        before = client.get_cookie("session")
        sign_in(client, desk.account(Role.CLINICIAN))
        after = client.get_cookie("session")

        assert before is not None
        assert after is not None
        assert before.value != after.value
        fresh = desk.served.anonymous()
        fresh.set_cookie("session", before.value)
        assert fresh.get("/api/v1/session").status_code == 401

    def test_leaves_the_token_of_the_time_before_worth_nothing(self, desk: Desk):
        client = desk.served.anonymous()
        before = token_of(client)
        sign_in(client, desk.account(Role.CLINICIAN))

        assert client.post("/logout", data={"csrf_token": before}).status_code == 403

    def test_again_ends_the_session_before(self, desk: Desk):
        client = desk.person(user="twice")
        old = client.get_cookie("session")
        sign_in(client, "twice")

        assert old is not None
        assert not _opens(desk, old.value)

    def test_is_written_to_the_audit_log(self, desk: Desk):
        desk.person(user="logged")

        assert desk.audited("sign-in")[-1].by == "logged"

    @pytest.mark.parametrize("user", ["person-clinician", "nobody"])
    def test_with_a_wrong_password_says_the_same_for_everybody(self, desk: Desk, user: str):
        desk.account(Role.CLINICIAN)
        answer = sign_in(desk.served.anonymous(), user, "a guess")

        assert answer.status_code == 401
        assert "The user name or password is not right." in answer.text
        assert f'value="{user}"' in answer.text
        assert "a guess" not in answer.text
        assert desk.audited("sign-in")[-1].outcome == "refused"

    def test_ten_wrong_passwords_make_the_account_wait(self, desk: Desk):
        user = desk.account(Role.CLINICIAN, "guessed")
        client = desk.served.anonymous()
        for _ in range(10):
            assert sign_in(client, user, "wrong").status_code == 401
        answer = sign_in(client, user)

        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "300"
        assert "Too many attempts" in answer.text

    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/a\nb",
            "javascript:x",
        ],
    )
    def test_leads_nowhere_else(self, desk: Desk, target: str):
        answer = sign_in(desk.served.anonymous(), desk.account(Role.CLINICIAN), next=target)

        assert answer.headers["Location"] == "/"
        assert local_path(target) == "/"

    def test_keeps_what_may_be_a_name_out_of_the_address(self, desk: Desk):
        client = desk.served.anonymous()
        asked = client.get("/?q=Okafor")
        target = asked.headers["Location"].removeprefix("/login?next=")
        answer = sign_in(client, desk.account(Role.CLINICIAN), next=target)
        resumed = client.get(answer.headers["Location"])

        assert "Okafor" not in asked.headers["Location"]
        assert resumed.headers["Location"] == "/?q=Okafor"

    def test_each_resumed_path_is_known_to_this_browser_only(self, desk: Desk):
        assert desk.person().get("/login/resume/abc").status_code == 404


class TestSigningOut:
    def test_ends_the_session_on_the_server(self, desk: Desk):
        client = desk.person()
        cookie = client.get_cookie("session")
        answer = client.post("/logout", data={"csrf_token": token_of(client, "/")})

        assert answer.headers["Location"] == "/login"
        assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert cookie is not None
        assert not _opens(desk, cookie.value)
        assert desk.audited("sign-out")[-1].by == "person-clinician"

    def test_answers_programs_without_a_page(self, desk: Desk):
        client = desk.person()
        headers = {"X-CSRFToken": token_of(client, "/"), "Accept": "application/json"}

        assert client.post("/logout", headers=headers).status_code == 204


def test_a_disabled_account_is_out_at_once(desk: Desk):
    client = desk.person(user="leaving")
    assert client.get("/api/v1/session").status_code == 200
    desk.served.hub.accounts.disable("leaving")

    assert client.get("/api/v1/session").status_code == 401
    assert client.get(desk.study).status_code == 303


def test_the_session_says_who_is_there_and_how_to_write(desk: Desk):
    client = desk.person()
    facts = client.get("/api/v1/session").json

    assert facts["user"] == "person-clinician"
    assert facts["name"] == "Berg^Ida^^Dr"
    assert facts["role"] == "clinician"
    headers = {"X-CSRFToken": facts["csrfToken"]}
    assert client.post("/search", data={"q": ""}, headers=headers).status_code == 303


def test_nobody_gets_a_problem_that_says_so(desk: Desk):
    answer = desk.served.anonymous().get("/api/v1/session")

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "not-signed-in"
    assert "WWW-Authenticate" in answer.headers


def test_light_or_dark_is_kept_by_the_browser(desk: Desk):
    client = desk.person()
    chosen = post(client, "/appearance", theme="dark", next=desk.study)

    assert chosen.headers["Location"] == desk.study
    assert 'data-theme="dark"' in client.get("/").text


def _opens(desk: Desk, cookie: str) -> bool:
    client = desk.served.anonymous()
    client.set_cookie("session", cookie)
    return client.get("/api/v1/session").status_code == 200
