"""A study's page while a video of it is coded again, in a real browser."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from drawn_video import AAC, HIGH, draw
from e2e_support import axe_violations, sign_in
from playwright.sync_api import BrowserContext, Page, Route, expect

import hub.media
from factories import make_pending, make_source
from hub.bootstrap import Hub, build_hub
from hub.conversion import Conversion
from hub.model import Kind, Receipt, Role
from hub.settings import Settings
from hub.store.files import FileObjectStore
from hub.store.ports import Account
from hub.store.sources import FileSourceStore
from servers.hub import RunningHub, running_hub
from web.demo import ACCOUNTS

pytestmark = pytest.mark.e2e


@pytest.fixture
def waiting(tmp_path: Path) -> tuple[Hub, Receipt]:
    """A hub with one video that waits, and someone who may see it."""
    hub = build_hub(Settings(data=tmp_path / "data"))
    for user, password, role, name in ACCOUNTS:
        hub.accounts.add(Account(user, name, Role(role)), password)
    assert isinstance(hub.objects, FileObjectStore)
    key = FileSourceStore(hub.objects).keep(make_source(tmp_path, b"the original"))
    pending = make_pending(source_key=key)
    hub.conversions.accept(pending)
    return hub, pending.capture.receipt


def page_of(receipt: Receipt) -> str:
    return f"/studies/{receipt.study_instance_uid}"


def opened(desk: BrowserContext, running: RunningHub, receipt: Receipt) -> tuple[Page, list[str]]:
    page = desk.browser.new_context().new_page()
    complaints: list[str] = []
    sign_in(page, running.url, "clinician")
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{running.url}{page_of(receipt)}")
    return page, complaints


def test_the_percentage_moves_and_the_video_appears(desk, waiting, tmp_path):
    hub_, receipt = waiting
    media = hub.media.read(Kind.VIDEO, str(draw(tmp_path / "clip.mp4", *HIGH, *AAC)), hub_.settings)
    assert isinstance(hub_.objects, FileObjectStore)
    sources = FileSourceStore(hub_.objects)
    lease = hub_.conversions.lease(600, 3)
    assert lease is not None
    hub_.conversions.renew(lease, 600, 40)
    with running_hub(tmp_path / "data", role="web") as running:
        page, complaints = opened(desk, running, receipt)
        expect(page.locator("#preparing")).to_contain_text("A video is being prepared – 40 %")
        expect(page.locator(".banner")).to_contain_text("1297287652")
        assert axe_violations(page) == []

        hub_.conversions.renew(lease, 600, 70)
        expect(page.locator("#preparing")).to_contain_text("70 %")

        hub_.conversions.give_back(lease)
        settings, stores = hub_.settings, (hub_.conversions, sources, hub_.objects)
        Conversion(*stores, settings, lambda *_: media).step(Event())
        page.wait_for_url(f"{running.url}{page_of(receipt)}?image={receipt.sop_instance_uid}")
        expect(page.locator(".view video")).to_be_visible()
        expect(page.locator("#preparing")).to_have_count(0)
        assert complaints == []


def test_one_that_was_given_up_is_said_plainly(desk, waiting, tmp_path):
    hub_, receipt = waiting
    for _ in range(3):
        lease = hub_.conversions.lease(600, 3)
        assert lease is not None
        hub_.conversions.fail(lease, "damaged-video", 0, 3)
    with running_hub(tmp_path / "data", role="web") as running:
        page, complaints = opened(desk, running, receipt)

        expect(page.locator("#preparing")).to_contain_text(
            "A video could not be converted. The original is kept; please tell support."
        )
        assert axe_violations(page) == []
        assert complaints == []


def test_the_phone_says_that_it_is_in_the_record_and_prepared(phone, demo_hub):
    state = {"state": "running", "percent": 40}

    def as_of_a_video(route: Route) -> None:
        receipt = route.fetch()
        route.fulfill(response=receipt, json={**receipt.json(), "conversion": state})

    phone.clear_cookies()
    page = phone.new_page()
    page.route("**/api/v1/captures/*", as_of_a_video)
    sign_in(page, demo_hub.url, "clinician", then="/m/")
    page.get_by_test_id("worklist-item").first.click()
    page.get_by_test_id("take-photo").click()
    page.get_by_test_id("shutter").click()
    page.get_by_test_id("region-search").fill("forearm")
    page.get_by_test_id("region-option").first.click()
    page.get_by_test_id("side-L").click()
    page.get_by_test_id("send").click()

    expect(page.get_by_test_id("status")).to_contain_text("In the record")
    expect(page.get_by_test_id("preparing")).to_have_text("The hub is preparing the video: 40 %")
    assert axe_violations(page) == []
    state.update(state="done", percent=100)
    expect(page.get_by_test_id("preparing")).to_have_count(0)
    page.close()
