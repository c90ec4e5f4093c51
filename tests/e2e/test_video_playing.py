"""A stored video in a real browser: it shows itself, plays, and goes to any moment."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from drawn import CORNERS, corner_names
from drawn_nal_units import planted
from drawn_video import HIGH, draw
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from factories import draw_jpeg, make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import build_hub
from hub.model import AuditEvent, Kind, Receipt, Role
from hub.settings import Settings
from hub.store.ports import Account, Registered
from servers.hub import RunningHub, running_hub

pytestmark = pytest.mark.e2e

SECONDS, TURN = 20, 10
PASSWORD = "correct horse battery staple"
MARKER = b"PRIVATE-0123456789-abcdefgh-MARK"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scene of `drawn` with noise, so that it is large; in its second half there is a white
    square in the middle. It has user data and unknown units around each picture."""
    folder = tmp_path_factory.mktemp("clip")
    square = f"drawbox=x=130:y=90:w=60:h=60:color=white:t=fill:enable='gte(t,{TURN})'"
    picture = ("-vf", f"{square},noise=alls=12:allf=t", "-g", "50")
    drawn = draw(folder / "drawn.mp4", *HIGH, *picture, sound=False, seconds=SECONDS)
    user_data = b"\x06\x05\x20" + MARKER + b"\x80"
    return planted(drawn, folder / "clip.mp4", "h264", [user_data, b"\x18" + MARKER], [b"\x1f\x01"])


@pytest.fixture(scope="module")
def hub(
    tmp_path_factory: pytest.TempPathFactory, clip: Path
) -> Iterator[tuple[RunningHub, Receipt]]:
    folder = tmp_path_factory.mktemp("hub")
    hub = build_hub(Settings(data=folder / "data"))
    now = datetime.now(UTC)
    encounter = make_encounter(started=now - timedelta(hours=1))
    hub.catalog.register(Registered(encounters=(encounter,)), AuditEvent("import", by="test"))
    hub.accounts.add(Account("ida", "Ida Berg", Role.CLINICIAN), PASSWORD)
    for content, kind in ((draw_jpeg(), Kind.PHOTO), (clip.read_bytes(), Kind.VIDEO)):
        capture = make_capture(make_source(folder, content), kind=kind, captured_at=now)
        receipt, _ = hub.ingest.capture(capture, make_practitioner())
    with running_hub(folder / "data") as running:
        yield running, receipt


@pytest.fixture
def page(desk: BrowserContext, hub: tuple[RunningHub, Receipt]) -> Iterator[Page]:
    running, receipt = hub
    context = desk.browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{running.url}/login")
    page.get_by_label("User name").fill("ida")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login" not in address)
    image = receipt.sop_instance_uid
    page.goto(f"{running.url}/studies/{receipt.study_instance_uid}?image={image}")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()
    assert [c for c in complaints if not c.startswith("Failed to load resource")] == []


AT_FIRST = """async () => {
    const video = document.querySelector('video');
    if (video.readyState < 1) await new Promise(done => { video.onloadedmetadata = done; });
    const size = [video.videoWidth, video.videoHeight];
    return [video.paused, video.currentTime, ...size, Math.round(video.duration)];
}"""
PLAYED = """async () => {
    const video = document.querySelector('video');
    video.muted = true;
    await video.play();
    await new Promise(done => { video.ontimeupdate = () => video.currentTime > 0.3 && done(); });
    video.pause();
    return video.error;
}"""
GONE_TO = """async seconds => {
    const video = document.querySelector('video');
    await new Promise(done => { video.onseeked = done; video.currentTime = seconds; });
    return video.currentTime;
}"""
PICTURE = """() => {
    const video = document.querySelector('video');
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext('2d').drawImage(video, 0, 0);
    return canvas.toDataURL('image/png').split(',')[1];
}"""


def shown(page: Page) -> Image.Image:
    """The picture that the player shows."""
    return Image.open(io.BytesIO(base64.b64decode(page.evaluate(PICTURE)))).convert("RGB")


def test_it_shows_its_first_picture_until_it_is_played(page: Page):
    assert page.evaluate(AT_FIRST) == [True, 0, 320, 240, SECONDS]
    player = Image.open(io.BytesIO(page.locator("video").screenshot())).convert("RGB")
    width, height = player.size
    # The picture keeps its shape in the middle of the player; the controls lie over its edge.
    half_width, half_height = min(width / 2, height * 2 / 3), min(height / 2, width * 3 / 8)
    left, top = width / 2 - 0.9 * half_width, height / 2 - 0.5 * half_height
    inner = player.crop((left, top, width - left, height - top))
    assert corner_names(inner) == list(CORNERS)


def test_nothing_lies_over_the_controls(page: Page):
    player = page.locator("video").bounding_box()
    assert player
    tools = page.locator(".tools ul").bounding_box()
    assert tools
    assert tools["y"] + tools["height"] < player["y"] + player["height"] / 2
    expect(page.locator("#caption")).to_have_text("Video 2 of 2, Left hand")


def test_it_plays_and_goes_to_any_moment(page: Page):
    answers: list[tuple[int, str]] = []
    page.on("response", lambda r: answers.append((r.status, r.headers.get("content-range", ""))))

    assert page.evaluate(PLAYED) is None
    for seconds, middle_is_white in ((SECONDS * 0.75, True), (SECONDS * 0.25, False)):
        assert page.evaluate(GONE_TO, seconds) == seconds
        picture = shown(page)
        assert corner_names(picture) == list(CORNERS)
        assert (min(picture.getpixel((160, 120))) > 200) == middle_is_white
    assert {status for status, _range in answers} == {206}
    assert all(content_range for _status, content_range in answers)


def test_the_arrow_keys_step_to_the_photo_and_back(page: Page):
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#caption")).to_have_text("Photo 1 of 2, Left hand")
    page.wait_for_load_state()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#caption")).to_have_text("Video 2 of 2, Left hand")


def test_nothing_private_goes_to_the_player(page: Page, clip: Path):
    url = page.locator("video").get_attribute("src")
    assert url

    sent = page.request.get(page.url.partition("/studies")[0] + url).body()

    assert MARKER in clip.read_bytes()
    assert len(sent) > 1_000_000
    assert MARKER not in sent
