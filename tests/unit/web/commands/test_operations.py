"""`user`, `token`, `audit verify` and `verify` as an operator calls them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from factories import make_new_instance
from hub.bootstrap import Hub, build_hub
from hub.errors import HubError
from hub.model import Role
from hub.settings import Settings
from hub.store.engine import writing
from web.commands import audit, token, user, verify

PASSWORD = "correct horse battery"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(command, *arguments: str, data: Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(command, [*arguments, "--data", str(data)], input=stdin)


def opened(data: Path) -> Hub:
    return build_hub(Settings(data=data))


def refusal(result: Result) -> str:
    """The sentence that `imaging-hub` prints for the error before it exits with 1."""
    assert isinstance(result.exception, HubError), result.output
    return result.exception.message


class TestUser:
    def test_an_added_user_can_sign_in(self, data):
        line = ("add", "ida", "--role", "clinician", "--person", "Berg^Ida", "--password-stdin")
        assert run(user.user, *line, data=data, stdin=f"{PASSWORD}\n").exit_code == 0

        account = opened(data).accounts.sign_in("ida", PASSWORD)

        assert (account.name, account.role) == ("Berg^Ida", Role.CLINICIAN)

    def test_the_password_is_asked_for_on_a_terminal(self, data):
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        result = run(user.user, "add", "ida", "--role", "admin", data=data, stdin=typed)

        assert result.exit_code == 0
        assert PASSWORD not in result.output
        assert opened(data).accounts.sign_in("ida", PASSWORD).role is Role.ADMIN

    def test_a_short_password_and_an_unknown_role_are_refused(self, data):
        line = ("add", "ida", "--role", "clinician", "--password-stdin")
        assert "8 characters" in refusal(run(user.user, *line, data=data, stdin="short\n"))
        assert run(user.user, "add", "ida", "--role", "king", data=data).exit_code == 2
        assert opened(data).accounts.all() == []

    def test_a_disabled_user_cannot_sign_in(self, data):
        line = ("add", "ida", "--role", "clinician", "--password-stdin")
        run(user.user, *line, data=data, stdin=PASSWORD)
        assert run(user.user, "disable", "ida", data=data).exit_code == 0

        assert run(user.user, "list", data=data).stdout == "ida\tclinician\tdisabled\n"
        assert "nobody" in refusal(run(user.user, "disable", "nobody", data=data))

    def test_every_change_is_in_the_access_log(self, data):
        line = ("add", "ida", "--role", "clinician", "--password-stdin")
        run(user.user, *line, data=data, stdin=PASSWORD)
        run(user.user, "disable", "ida", data=data)
        run(token.token, "create", "--user", "pacs", "--role", "radiology", data=data)

        actions = [r.event.action for r in opened(data).catalog.audit_rows()]
        assert actions == ["account-added", "account-disabled", "account-added", "token-created"]


class TestToken:
    def test_the_token_and_nothing_else_is_printed(self, data):
        line = ("create", "--user", "pacs", "--role", "radiology")
        result = run(token.token, *line, data=data)

        account = opened(data).accounts.by_token(result.stdout.removesuffix("\n"))
        assert (account.user, account.role, account.machine) == ("pacs", Role.RADIOLOGY, True)

    def test_an_account_that_exists_needs_no_role(self, data):
        run(token.token, "create", "--user", "pacs", "--role", "radiology", data=data)
        result = run(token.token, "create", "--user", "pacs", data=data)

        assert opened(data).accounts.by_token(result.stdout.strip()).user == "pacs"

    def test_what_would_be_another_role_or_nobody_is_refused(self, data):
        assert "--role" in refusal(run(token.token, "create", "--user", "pacs", data=data))
        run(token.token, "create", "--user", "pacs", "--role", "radiology", data=data)
        line = ("create", "--user", "pacs", "--role", "admin")
        assert "radiology" in refusal(run(token.token, *line, data=data))
        run(user.user, "disable", "pacs", data=data)
        assert "disabled" in refusal(run(token.token, "create", "--user", "pacs", data=data))


class TestVerifying:
    def test_an_unbroken_log_is_said_with_its_head(self, data):
        run(token.token, "create", "--user", "pacs", "--role", "radiology", data=data)
        result = run(audit.audit, "verify", data=data)

        assert result.exit_code == 0
        assert "2 rows, unbroken" in result.stdout
        assert opened(data).catalog.audit_head()[1] in result.stdout

    def test_a_changed_log_fails_in_one_line(self, data):
        run(token.token, "create", "--user", "pacs", "--role", "radiology", data=data)
        with writing(opened(data).catalog.engine) as connection:
            connection.execute(text("DROP TRIGGER audit_log_no_UPDATE"))
            connection.execute(text("UPDATE audit_log SET by_user = 'me' WHERE seq = 2"))

        result = run(audit.audit, "verify", data=data)

        assert result.exit_code == 1
        assert "broken at row 2" in result.stderr

    def test_a_damaged_and_a_missing_object_are_named(self, data):
        hub = opened(data)
        digests = []
        for number in (1, 2, 3):
            incoming = hub.objects.incoming()
            incoming.write(b"object %d" % number)
            source = incoming.finish()
            hub.objects.keep(source)
            new = make_new_instance(number)
            stored = replace(new.instance, sha256=source.sha256, size=source.size)
            hub.catalog.add_instance(replace(new, instance=stored))
            digests.append(source.sha256)
        assert run(verify.verify, data=data).exit_code == 0

        Path(hub.objects.path(digests[0])).unlink()
        damaged = Path(hub.objects.path(digests[1]))
        damaged.chmod(0o600)
        damaged.write_bytes(b"object 9")
        result = run(verify.verify, data=data)

        assert result.exit_code == 1
        assert set(result.stdout.split()) == set(digests[:2])
        assert "2 of 3 objects are damaged or missing" in result.stderr

    def test_a_store_that_is_not_mounted_is_said_as_such(self, data):
        self.test_a_damaged_and_a_missing_object_are_named(data)
        (data / "objects").rename(data / "away")

        assert "cannot be reached" in refusal(run(verify.verify, data=data))


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way")

    assert "cannot be made" in refusal(run(verify.verify, data=tmp_path / "file" / "data"))
