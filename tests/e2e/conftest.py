"""A demo hub as `make run` starts it, and a phone and a desk in real headless Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

from factories import draw_jpeg
from servers.hub import RunningHub, running_hub

SAMPLE_DATA = Path(os.environ.get("HUB_SAMPLE_DATA", Path(__file__).parents[3] / "shared" / "data"))
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def demo_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with running_hub(tmp_path_factory.mktemp("demo") / "data", role="demo") as hub:
        yield hub


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def fake_camera(tmp_path_factory: pytest.TempPathFactory, real_photo: Path) -> Path:
    """A video of one real photo, as Chromium's fake camera plays it (4:2:0 MJPEG)."""
    video = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    shape = "scale=1280:720:force_original_aspect_ratio=increase,crop=1280:720"
    loop = ["-loop", "1", "-i", str(real_photo), "-t", "2", "-r", "15"]
    look = ["-vf", f"{shape},noise=alls=6:allf=t,format=yuvj420p", "-c:v", "mjpeg", "-q:v", "3"]
    line = ["ffmpeg", "-loglevel", "error", *loop, *look, str(video)]
    subprocess.run(line, check=True, timeout=120)
    return video


@pytest.fixture(scope="session")
def real_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real photo where the sample data are at hand, else one of the demo's drawings."""
    real = SAMPLE_DATA / "photos" / "jpg" / "orientation" / "landscape_1.jpg"
    if real.exists():
        return real
    drawn = tmp_path_factory.mktemp("drawn") / "photo.jpg"
    drawn.write_bytes(draw_jpeg(1280, 720))
    return drawn


@pytest.fixture(scope="session")
def phone(
    playwright: Playwright, fake_camera: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A phone-sized browser whose camera sees the photo."""
    context = playwright.chromium.launch_persistent_context(
        str(tmp_path_factory.mktemp("phone")),
        executable_path=CHROMIUM,
        args=[
            *FLAGS,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={fake_camera}",
        ],
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
    )
    yield context
    context.close()


@pytest.fixture(scope="session")
def desk(playwright: Playwright) -> Iterator[BrowserContext]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser.new_context(viewport={"width": 1280, "height": 800})
    browser.close()
