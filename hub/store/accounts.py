"""Accounts, sessions and tokens in the catalog's database. Secrets are kept hashed.

Passwords by argon2id; the ids of sessions and tokens are random, so a plain digest is enough.
An unknown user is treated like a known one in time, count and words.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, delete, insert, select, update

from hub.errors import NotFound, SignInRefused, TooManyAttempts
from hub.model import Role
from hub.settings import Settings
from hub.store.ports import Account

from .engine import reading, writing
from .rows import AnyRow
from .tables import account, bearer_token, login_session, sign_in_attempts

MOST_ATTEMPTS = 10
WAIT = timedelta(minutes=5)
_SEEN_EVERY = timedelta(seconds=60)
"""A session's last use is written no more often: a page has many requests."""


def _now() -> datetime:
    return datetime.now(UTC)


class SqlAccounts:
    """People and machines that sign in. See `hub.store.ports.Accounts`."""

    def __init__(
        self, engine: Engine, settings: Settings, *, now: Callable[[], datetime] = _now
    ) -> None:
        self._engine = engine
        self._idle = timedelta(minutes=settings.session_idle_minutes)
        self._absolute = timedelta(hours=settings.session_hours)
        self._now = now
        self._hasher = PasswordHasher()

    # accounts

    def add(self, new: Account, password: str | None) -> None:
        """Create or replace the account; sessions opened with an older password end."""
        values = {
            "name": new.name,
            "role": new.role.value,
            "machine": new.machine,
            "disabled": new.disabled,
            "practitioner_issuer": new.practitioner_issuer,
            "password_hash": None if password is None else self._hasher.hash(password),
        }
        with writing(self._engine) as connection:
            _end_sessions(connection, new.user)
            if _account(connection, new.user) is None:
                connection.execute(insert(account).values(user_name=new.user, **values))
            else:
                found = account.c.user_name == new.user
                connection.execute(update(account).where(found).values(values))

    def get(self, user: str) -> Account | None:
        """Return the account, or None."""
        with reading(self._engine) as connection:
            return _account(connection, user)

    def all(self) -> Sequence[Account]:
        """Return all accounts by user name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(account).order_by(account.c.user_name))
            return [_account_of(row) for row in rows]

    def disable(self, user: str) -> None:
        """Stop sign-in, sessions and tokens at once. Raises NotFound."""
        with writing(self._engine) as connection:
            found = update(account).where(account.c.user_name == user)
            if connection.execute(found.values(disabled=True)).rowcount == 0:
                raise NotFound("There is no such user.")
            _end_sessions(connection, user)
            connection.execute(delete(bearer_token).where(bearer_token.c.user_name == user))

    # passwords

    def sign_in(self, user: str, password: str) -> Account:
        """Return the account. Raises SignInRefused, TooManyAttempts."""
        nobody = self._hash_of_nobody
        self._count_attempt(user)
        with reading(self._engine) as connection:
            found = _account(connection, user)
            query = select(account.c.password_hash).where(account.c.user_name == user)
            known = connection.execute(query).scalar()
        right = self._verify(known or nobody, password)
        if found is None or known is None or found.disabled or not right:
            raise SignInRefused
        self._forget_attempts(user)
        return found

    @cached_property
    def _hash_of_nobody(self) -> str:
        return self._hasher.hash(secrets.token_hex())

    def _verify(self, known: str, password: str) -> bool:
        try:
            return bool(self._hasher.verify(known, password))
        except (VerificationError, InvalidHashError):
            return False

    def _count_attempt(self, user: str) -> None:
        """Count before the password is looked at, so that guesses side by side all count."""
        table, now = sign_in_attempts, self._now()
        digest = _digest(user)
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.last_at <= now - WAIT))
            query = select(table.c.failures).where(table.c.user_digest == digest)
            failures = connection.execute(query).scalar()
            if failures is None:
                row = {"user_digest": digest, "failures": 1, "last_at": now}
                connection.execute(insert(table).values(row))
            elif failures >= MOST_ATTEMPTS:
                raise TooManyAttempts
            else:
                found = update(table).where(table.c.user_digest == digest)
                connection.execute(found.values(failures=failures + 1, last_at=now))

    def _forget_attempts(self, user: str) -> None:
        found = sign_in_attempts.c.user_digest == _digest(user)
        with writing(self._engine) as connection:
            connection.execute(delete(sign_in_attempts).where(found))

    # sessions

    def open_session(self, user: str) -> str:
        """Open a session; return its secret id. Ended sessions are swept on the way."""
        secret, now = secrets.token_urlsafe(32), self._now()
        table = login_session
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.opened_at <= now - self._absolute))
            connection.execute(
                insert(table).values(
                    session_digest=_digest(secret),
                    user_name=user,
                    opened_at=now,
                    seen_at=now,
                    data="{}",
                )
            )
        return secret

    def session(self, session_id: str) -> tuple[Account, Mapping[str, str]] | None:
        """Return the account and data of a living session, or None."""
        found = login_session.c.session_digest == _digest(session_id)
        with reading(self._engine) as connection:
            query = select(login_session, account).join(account).where(found)
            row = connection.execute(query).first()
        if row is None or row.disabled or self._has_ended(row):
            return None
        if self._now() - row.seen_at >= min(_SEEN_EVERY, self._idle / 10):
            with writing(self._engine) as connection:
                connection.execute(update(login_session).where(found).values(seen_at=self._now()))
        return _account_of(row), json.loads(row.data)

    def _has_ended(self, row: AnyRow) -> bool:
        now = self._now()
        return bool(now - row.seen_at >= self._idle or now - row.opened_at >= self._absolute)

    def put_session(self, session_id: str, data: Mapping[str, str]) -> None:
        """Replace the session's small data."""
        found = login_session.c.session_digest == _digest(session_id)
        with writing(self._engine) as connection:
            values = {"data": json.dumps(dict(data))}
            connection.execute(update(login_session).where(found).values(values))

    def close_session(self, session_id: str) -> None:
        """End it; a second call does nothing."""
        found = login_session.c.session_digest == _digest(session_id)
        with writing(self._engine) as connection:
            connection.execute(delete(login_session).where(found))

    # tokens

    def new_token(self, user: str) -> str:
        """Return a new bearer token of the account. Raises NotFound."""
        token = secrets.token_urlsafe(32)
        row = {"token_digest": _digest(token), "user_name": user, "made_at": self._now()}
        with writing(self._engine) as connection:
            if _account(connection, user) is None:
                raise NotFound("There is no such user.")
            connection.execute(insert(bearer_token).values(row))
        return token

    def by_token(self, token: str) -> Account | None:
        """Return the account of a living token, or None."""
        found = bearer_token.c.token_digest == _digest(token)
        with reading(self._engine) as connection:
            row = connection.execute(select(account).join(bearer_token).where(found)).first()
        return None if row is None or row.disabled else _account_of(row)


def _end_sessions(connection: Connection, user: str) -> None:
    connection.execute(delete(login_session).where(login_session.c.user_name == user))


def _account(connection: Connection, user: str) -> Account | None:
    row = connection.execute(select(account).where(account.c.user_name == user)).first()
    return _account_of(row) if row else None


def _account_of(row: AnyRow) -> Account:
    return Account(
        user=row.user_name,
        name=row.name,
        role=Role(row.role),
        machine=row.machine,
        disabled=row.disabled,
        practitioner_issuer=row.practitioner_issuer,
    )


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
