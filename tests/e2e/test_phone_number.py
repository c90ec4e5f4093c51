"""The patient's number on the phone: grouped for the eye, one number for everything else."""

from __future__ import annotations

import re

import pytest
from e2e_support import sign_in
from playwright.sync_api import BrowserContext

from servers.hub import RunningHub

pytestmark = pytest.mark.e2e

COPY = """element => {
  getSelection().selectAllChildren(element);
  return getSelection().toString();
}"""


def test_it_is_copied_and_read_without_gaps(desk: BrowserContext, demo_hub: RunningHub):
    page = desk.browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(page, demo_hub.url, "clinician", then="/m/")
    page.get_by_test_id("worklist-item").first.click()
    number = page.get_by_test_id("banner").locator(".digits")

    copied = number.evaluate(COPY)

    assert re.fullmatch(r"\d{10}", copied)
    assert number.locator("span").count() == 3
    assert copied in number.aria_snapshot()
    page.context.close()
