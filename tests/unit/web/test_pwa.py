"""The phone's app as it is served at /m/, from a small stand-in for the build."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import web.pwa

FILES = {
    "index.html": "<!doctype html><title>Encounter imaging</title>",
    "sw.js": "self.addEventListener('fetch', () => {})",
    "manifest.webmanifest": '{"name": "Encounter imaging"}',
    "assets/index-BvK1.js": "export {}",
    "assets/inter-latin.woff2": "wOF2",
    "icons/icon-192.png": "\x89PNG",
    ".env": "secret",
}


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """Read the whole answer, so that the file behind it is closed."""
    return client.get(path, headers=headers, buffered=True)


class TestABuiltApp:
    def test_the_page_is_asked_for_anew_each_time(self, client: FlaskClient) -> None:
        answer = fetch(client, "/m/")

        assert answer.status_code == 200
        assert answer.mimetype == "text/html"
        assert "Encounter imaging" in answer.text
        assert answer.headers["Cache-Control"] == "no-cache"

    def test_without_the_slash_leads_to_it(self, client: FlaskClient) -> None:
        assert fetch(client, "/m").headers["Location"].endswith("/m/")

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("sw.js", "text/javascript"),
            ("manifest.webmanifest", "application/manifest+json"),
            ("icons/icon-192.png", "image/png"),
        ],
    )
    def test_a_file_without_digest_in_its_name_is_asked_for_anew(
        self, client: FlaskClient, name: str, kind: str
    ) -> None:
        answer = fetch(client, f"/m/{name}")

        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.headers["Cache-Control"] == "no-cache"
        again = fetch(client, f"/m/{name}", **{"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304

    @pytest.mark.parametrize(
        ("name", "kind"),
        [("index-BvK1.js", "text/javascript"), ("inter-latin.woff2", "font/woff2")],
    )
    def test_an_asset_is_kept_for_good(self, client: FlaskClient, name: str, kind: str) -> None:
        answer = fetch(client, f"/m/assets/{name}")

        assert (answer.status_code, answer.mimetype) == (200, kind)
        assert answer.cache_control.immutable
        assert answer.cache_control.public
        assert answer.cache_control.max_age == 31_536_000

    @pytest.mark.parametrize(
        "path", ["assets/gone.js", "../pwa.py", "..%2fpwa.py", ".env", "assets", "icons/"]
    )
    def test_what_the_build_did_not_make_is_not_there(self, client: FlaskClient, path: str) -> None:
        assert fetch(client, f"/m/{path}").status_code == 404


class TestAnAppThatIsNotBuilt:
    def test_says_what_to_do_in_one_line(self, client: FlaskClient, built: Path) -> None:
        (built / "index.html").unlink()

        answer = fetch(client, "/m/")

        assert answer.status_code == 503
        assert answer.text.splitlines() == [
            "The phone app is not built on this hub. Run `make pwa`, then load this page again."
        ]

    def test_has_no_files_either(self, client: FlaskClient, built: Path) -> None:
        (built / "sw.js").unlink()

        assert fetch(client, "/m/sw.js").status_code == 404


def test_every_view_is_declared_public(client: FlaskClient) -> None:
    views = client.application.view_functions
    rules = {name: getattr(views[name], "access_rule", None) for name in views if "pwa" in name}

    assert rules == {"pwa.index": "public", "pwa.file": "public"}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pwa"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1"))
    monkeypatch.setattr(web.pwa, "BUILT", folder)
    return folder


@pytest.fixture
def client(built: Path) -> FlaskClient:
    app = Flask("phone")
    app.register_blueprint(web.pwa.bp)
    return app.test_client()
