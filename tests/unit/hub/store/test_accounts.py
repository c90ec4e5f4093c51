from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from hub.errors import NotFound, SignInRefused, TooManyAttempts
from hub.model import Role
from hub.settings import Settings
from hub.store.accounts import SqlAccounts
from hub.store.ports import Account

IDA = Account("ida", "Berg^Ida", Role.CLINICIAN, practitioner_issuer="HOSP")
PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(catalog, clock) -> SqlAccounts:
    settings = Settings(data=Path("unused"), session_idle_minutes=30, session_hours=12)
    accounts = SqlAccounts(catalog.engine, settings, now=clock)
    # As strong as it is in use, but not as slow.
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    accounts.add(IDA, PASSWORD)
    return accounts


def stored_bytes(catalog) -> bytes:
    path = Path(catalog.engine.url.database)
    return b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))


class TestAccounts:
    def test_accounts_are_read_back_as_given(self, accounts):
        machine = Account("pacs", "pacs", Role.RADIOLOGY, machine=True)
        accounts.add(machine, None)

        assert accounts.get("ida") == IDA
        assert accounts.get("nobody") is None
        assert accounts.all() == [IDA, machine]

    def test_a_replaced_account_has_its_new_role_and_password(self, accounts):
        accounts.add(replace(IDA, role=Role.ADMIN), "another password")

        assert accounts.sign_in("ida", "another password").role is Role.ADMIN
        with pytest.raises(SignInRefused):
            accounts.sign_in("ida", PASSWORD)

    def test_no_secret_is_kept_in_clear(self, accounts, catalog):
        session, token = accounts.open_session("ida"), accounts.new_token("ida")
        stored = stored_bytes(catalog)

        for secret in (PASSWORD, session, token):
            assert secret.encode() not in stored
        assert b"$argon2id$" in stored


class TestSignIn:
    def test_the_right_password_signs_in(self, accounts):
        assert accounts.sign_in("ida", PASSWORD) == IDA

    @pytest.mark.parametrize(
        ("user", "password"), [("ida", "wrong"), ("ida", ""), ("nobody", PASSWORD), ("", "")]
    )
    def test_anything_else_is_refused_in_the_same_words(self, accounts, user, password):
        with pytest.raises(SignInRefused) as refused:
            accounts.sign_in(user, password)
        assert refused.value.message == SignInRefused.message

    def test_an_account_without_password_cannot_sign_in(self, accounts):
        accounts.add(Account("pacs", "pacs", Role.RADIOLOGY, machine=True), None)

        with pytest.raises(SignInRefused):
            accounts.sign_in("pacs", "")

    @pytest.mark.parametrize("user", ["ida", "nobody"])
    def test_after_ten_wrong_passwords_even_the_right_one_waits(self, accounts, clock, user):
        for _ in range(10):
            with pytest.raises(SignInRefused):
                accounts.sign_in(user, "wrong")
        with pytest.raises(TooManyAttempts):
            accounts.sign_in(user, PASSWORD)
        clock.wait(minutes=4, seconds=59)
        with pytest.raises(TooManyAttempts):
            accounts.sign_in(user, PASSWORD)
        clock.wait(seconds=1)

        if user == "ida":
            assert accounts.sign_in(user, PASSWORD) == IDA

    def test_another_account_does_not_wait(self, accounts):
        for _ in range(11):
            with pytest.raises((SignInRefused, TooManyAttempts)):
                accounts.sign_in("someone", "wrong")

        assert accounts.sign_in("ida", PASSWORD) == IDA

    def test_a_good_sign_in_forgets_the_bad_ones(self, accounts):
        for _ in range(3):
            for _ in range(9):
                with pytest.raises(SignInRefused):
                    accounts.sign_in("ida", "wrong")
            accounts.sign_in("ida", PASSWORD)

    def test_guesses_side_by_side_all_count(self, accounts):
        def guess(_: int) -> str:
            try:
                accounts.sign_in("ida", "wrong")
            except (SignInRefused, TooManyAttempts) as refused:
                return refused.code
            return "in"

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(guess, range(24)))

        assert answers.count("sign-in-refused") == 10
        assert answers.count("too-many-attempts") == 14

    def test_an_unknown_user_takes_as_long(self, accounts, clock):
        accounts._hasher = PasswordHasher()
        accounts.add(IDA, PASSWORD)
        accounts.__dict__.pop("_hash_of_nobody", None)

        def seconds(user: str) -> float:
            took = []
            for _ in range(5):
                clock.wait(minutes=10)
                began = time.perf_counter()
                with pytest.raises(SignInRefused):
                    accounts.sign_in(user, "wrong")
                took.append(time.perf_counter() - began)
            return statistics.median(took)

        with pytest.raises(SignInRefused):
            accounts.sign_in("warm-up", "wrong")
        assert seconds("nobody") > seconds("ida") / 3


class TestSessions:
    def test_a_session_is_its_account_and_data(self, accounts):
        session = accounts.open_session("ida")
        assert accounts.session(session) == (IDA, {})

        accounts.put_session(session, {"named_studies": "2.25.1 2.25.2"})

        assert accounts.session(session) == (IDA, {"named_studies": "2.25.1 2.25.2"})
        assert accounts.session("guessed") is None
        assert accounts.open_session("ida") != session

    def test_a_closed_session_has_ended(self, accounts):
        session = accounts.open_session("ida")
        accounts.close_session(session)
        accounts.close_session(session)

        assert accounts.session(session) is None

    def test_an_idle_session_ends(self, accounts, clock):
        session = accounts.open_session("ida")
        clock.wait(minutes=29)
        assert accounts.session(session) is not None
        clock.wait(minutes=29)
        assert accounts.session(session) is not None
        clock.wait(minutes=30)

        assert accounts.session(session) is None

    def test_a_session_in_use_ends_after_its_longest_time(self, accounts, clock):
        session = accounts.open_session("ida")
        for _ in range(71):
            clock.wait(minutes=10)
            assert accounts.session(session) is not None
        clock.wait(minutes=10)

        assert accounts.session(session) is None

    def test_a_disabled_account_is_out_at_once(self, accounts):
        session, token = accounts.open_session("ida"), accounts.new_token("ida")

        accounts.disable("ida")

        assert accounts.session(session) is None
        assert accounts.by_token(token) is None
        with pytest.raises(SignInRefused):
            accounts.sign_in("ida", PASSWORD)
        assert accounts.get("ida").disabled

    def test_an_account_enabled_again_does_not_revive_old_secrets(self, accounts):
        session, token = accounts.open_session("ida"), accounts.new_token("ida")
        accounts.disable("ida")
        accounts.add(IDA, PASSWORD)

        assert accounts.session(session) is None
        assert accounts.by_token(token) is None

    def test_a_new_password_ends_the_sessions_of_the_old_one(self, accounts):
        session = accounts.open_session("ida")
        accounts.add(IDA, "another password")

        assert accounts.session(session) is None

    def test_disabling_nobody_is_said(self, accounts):
        with pytest.raises(NotFound):
            accounts.disable("nobody")


class TestTokens:
    def test_a_token_is_its_account(self, accounts):
        first, second = accounts.new_token("ida"), accounts.new_token("ida")

        assert accounts.by_token(first) == accounts.by_token(second) == IDA
        assert first != second
        assert accounts.by_token("guessed") is None

    def test_nobody_has_no_token(self, accounts):
        with pytest.raises(NotFound):
            accounts.new_token("nobody")
