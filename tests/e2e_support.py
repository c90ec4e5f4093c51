"""What end-to-end tests do more than once in a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from web.demo import ACCOUNTS

REPOSITORY = Path(__file__).parents[1]


def sign_in(page: Page, url: str, role: str, then: str = "/") -> None:
    """Sign in at the page an anonymous person is sent to."""
    user, password = next((u, p) for u, p, r, _ in ACCOUNTS if r == role)
    type_password(page, url, user, password, then)


def type_password(page: Page, url: str, user: str, password: str, then: str = "/") -> None:
    """Sign in as anybody."""
    page.goto(f"{url}/login?next={then}")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login" not in address)


def axe_violations(page: Page) -> list[str]:
    """Rules of WCAG 2.2 AA that the page breaks, by axe-core, with the elements."""
    axe = REPOSITORY / "mobile_pwa" / "node_modules" / "axe-core" / "axe.min.js"
    page.evaluate(axe.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    result = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in result["violations"]]
