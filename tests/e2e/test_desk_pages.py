"""The pages at the desk in a real browser: for everybody, at every size, without script too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from e2e_support import axe_violations, sign_in
from playwright.sync_api import BrowserContext, Page, expect

from servers.hub import RunningHub

pytestmark = pytest.mark.e2e

PHONE, DESK, READING_ROOM = (390, 844), (1280, 800), (2560, 1440)
LOOKS = [
    pytest.param(PHONE, "light", id="phone"),
    pytest.param(PHONE, "dark", id="phone_dark"),
    pytest.param(DESK, "light", id="desk"),
    pytest.param(DESK, "dark", id="desk_dark"),
    pytest.param(READING_ROOM, "light", id="reading_room"),
]


@pytest.fixture
def opened(desk: BrowserContext) -> Iterator:
    """Open pages in contexts of their own; what the console complains of fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(**options: object) -> Page:
        contexts.append(desk.browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [c for c in complaints if "404 (NOT FOUND)" not in c and "401 (UNAUTH" not in c] == []


def signed_in(page: Page, hub: RunningHub) -> Page:
    sign_in(page, hub.url, "clinician")
    return page


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url("**/?s=*")


def a_study_with_several_images(page: Page) -> str:
    href = page.locator("a.card", has_text="2 images").first.get_attribute("href")
    assert href
    return href


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_everybody_can_use_every_page(
    opened, demo_hub: RunningHub, size: tuple[int, int], theme: str
):
    page = opened(viewport={"width": size[0], "height": size[1]}, color_scheme=theme)
    page.goto(f"{demo_hub.url}/login")
    found = {"login": _broken(page)}
    signed_in(page, demo_hub)
    study = a_study_with_several_images(page)
    for path in ("/", "/?view=table", "/worklist", study, f"{study}?image=2", "/nowhere"):
        page.goto(demo_hub.url + path)
        found[path] = _broken(page)
    page.goto(demo_hub.url + study)
    page.goto(demo_hub.url + (page.locator("a[href^='/patients/']").first.get_attribute("href")))
    found["patient"] = _broken(page)
    for words in ("left hand", "zzzqqq"):
        page.goto(demo_hub.url)
        search(page, words)
        found[words] = _broken(page)

    assert {path: broken for path, broken in found.items() if broken} == {}


def test_the_keyboard_is_enough(opened, demo_hub: RunningHub):
    page = signed_in(opened(viewport={"width": 1280, "height": 800}), demo_hub)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("left hand")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?s=*")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studies/*")
    page.go_back()

    expect(page.get_by_role("searchbox")).to_have_value("left hand")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_viewer_steps_and_zooms_without_leaving_the_page(opened, demo_hub: RunningHub):
    page = signed_in(opened(viewport={"width": 1280, "height": 800}), demo_hub)
    page.goto(demo_hub.url + a_study_with_several_images(page))
    image = page.locator(".view img")
    first = image.get_attribute("src")
    page.keyboard.press("ArrowRight")

    assert image.get_attribute("src") != first
    expect(page.locator("#place")).to_have_text("2 / 2")
    assert page.url.endswith("?image=2")
    page.keyboard.press("+")
    assert "scale(1.5)" in image.get_attribute("style")
    page.keyboard.press("0")
    assert "scale(1)" in image.get_attribute("style")


def test_without_script_all_of_it_still_works(opened, demo_hub: RunningHub):
    page = signed_in(opened(java_script_enabled=False), demo_hub)
    study = a_study_with_several_images(page)
    search(page, "left hand")
    page.get_by_role("button", name="Remove Left").click()
    expect(page.get_by_role("searchbox")).to_have_value("hand")
    page.goto(demo_hub.url + study)
    page.locator("#next").click()
    expect(page.locator("#place")).to_have_text("2 / 2")

    page.locator(".account summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    page.goto(demo_hub.url + study)
    assert "/login?next=/studies/" in page.url


def test_the_banner_never_scrolls_away(opened, demo_hub: RunningHub):
    for width in (390, 1280):
        page = signed_in(opened(viewport={"width": width, "height": 600}), demo_hub)
        page.goto(demo_hub.url + a_study_with_several_images(page))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")

        expect(page.locator(".banner .name")).to_be_in_viewport()


def _broken(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA, and whether the page must be scrolled sideways."""
    page.wait_for_load_state("networkidle")
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return axe_violations(page) + ([f"{wider} px too wide"] if wider > 0 else [])
