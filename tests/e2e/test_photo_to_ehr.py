"""The walk of one photo, numbered as in the README: from the phone to the EHR's link."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from e2e_support import axe_violations, sign_in
from playwright.sync_api import BrowserContext, Page, expect
from pydicom import Dataset, dcmread

from servers.hub import RunningHub

pytestmark = pytest.mark.e2e

SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
NOTE = "Follow-up of the dressing, edges dry"


@dataclass
class Walk:
    """What one step hands to the next."""

    phone: Page
    receipt: dict = field(default_factory=dict)
    sent: bytes = b""
    patient_id: str = ""
    family_name: str = ""
    ds: Dataset = field(default_factory=Dataset)


@pytest.fixture(scope="module")
def walk(phone: BrowserContext, demo_hub: RunningHub) -> Iterator[Walk]:
    page = phone.new_page()
    page.add_init_script(KEEP_WHAT_IS_SENT)
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield Walk(page)
    assert not [p for p in problems if "401" not in p]


@pytest.fixture(scope="module")
def records(demo_hub: RunningHub) -> Iterator[httpx.Client]:
    with demo_hub.client("records") as client:
        yield client


@pytest.fixture(scope="module")
def desk_page(desk: BrowserContext, demo_hub: RunningHub) -> Page:
    page = desk.new_page()
    sign_in(page, demo_hub.url, "records")
    return page


def test_00_the_desk_shows_the_demo(desk_page, demo_hub):
    found_by_words(desk_page, "left hand photo last week")

    expect(desk_page.locator("main img").first).to_be_visible()
    desk_page.goto(f"{demo_hub.url}/")
    desk_page.wait_for_load_state("networkidle")
    assert axe_violations(desk_page) == []
    picture(desk_page, "search")
    desk_page.locator("main a[href^='/studies/']").first.click()
    desk_page.wait_for_load_state("networkidle")
    picture(desk_page, "study")


def test_01_the_phone_shows_the_worklist(walk, demo_hub):
    sign_in(walk.phone, demo_hub.url, "clinician", then="/m/")

    expect(walk.phone.get_by_test_id("worklist-item").first).to_be_visible()
    assert axe_violations(walk.phone) == []
    picture(walk.phone, "phone")


def test_02_a_photo_is_taken_with_site_side_and_note(walk):
    page = walk.phone
    page.get_by_test_id("worklist-item").first.click()
    banner = page.get_by_test_id("banner")
    expect(banner).to_contain_text("Born")
    walk.family_name = re.match(r"\s*([A-ZÀ-Þ' -]+),", banner.inner_text()).group(1)
    page.get_by_test_id("take-photo").click()
    expect(page.get_by_test_id("shutter")).to_be_enabled()
    expect(page.get_by_test_id("banner")).to_be_visible()
    page.get_by_test_id("shutter").click()
    page.get_by_test_id("region-search").fill("forearm")
    page.get_by_test_id("region-option").first.click()
    page.get_by_test_id("side-L").click()
    page.get_by_test_id("note").fill(NOTE)
    assert axe_violations(page) == []


def test_03_it_is_sent_and_acknowledged(walk):
    with walk.phone.expect_response("**/captures") as answer:
        walk.phone.get_by_test_id("send").click()

    expect(walk.phone.get_by_test_id("status")).to_contain_text("In the record")
    walk.receipt = answer.value.json()
    link = walk.phone.get_by_test_id("open-study")
    expect(link).to_have_attribute("href", re.compile(walk.receipt["sopInstanceUID"]))
    capture, walk.sent = what_was_sent(walk.phone)
    walk.patient_id = capture["patient"]["patientId"]
    assert answer.value.status == 201
    assert hashlib.sha256(walk.sent).hexdigest() == walk.receipt["sha256"]
    assert axe_violations(walk.phone) == []


def test_04_the_object_is_valid_and_its_codestream_is_the_one_sent(walk, records, tmp_path):
    path = "/dicom-web/studies/{studyInstanceUID}/series/{seriesInstanceUID}/instances/"
    path = (path + "{sopInstanceUID}").format(**walk.receipt)
    answer = records.get(path, headers={"Accept": "application/dicom"})
    (tmp_path / "photo.dcm").write_bytes(answer.content)

    walk.ds = dcmread(io.BytesIO(answer.content))

    assert dciodvfy_errors(tmp_path / "photo.dcm") == []
    assert walk.ds.SOPClassUID.name == "VL Photographic Image Storage"
    assert walk.ds.PatientID == walk.patient_id
    assert walk.ds.AnatomicRegionSequence[0].CodeMeaning == "Forearm"
    assert walk.ds.ImageLaterality == "L"
    assert walk.ds.ImageComments == NOTE
    assert walk.ds.TimezoneOffsetFromUTC
    assert entropy_coded(walk.sent) in walk.ds.PixelData


@pytest.mark.parametrize("words", ["left forearm photo", "dressing edges"])
def test_05_it_is_found_by_words(walk, records, words):
    assert walk.receipt["studyInstanceUID"] in studies_found(records, words, walk)


def test_06_it_is_found_by_name_start_id_and_filters(walk, records):
    uid = walk.receipt["studyInstanceUID"]
    department = walk.ds.InstitutionalDepartmentName

    assert uid in studies_found(records, f"name:{walk.family_name[:4].strip()}", walk)
    assert uid in studies_found(records, f"mrn:{walk.patient_id}", walk)
    assert uid in studies_found(records, f'mod:XC dept:"{department}" today', walk)


def test_07_qido_finds_it_at_study_level(walk, records):
    answer = records.get("/dicom-web/studies", params={"PatientID": walk.patient_id})

    found = {row["0020000D"]["Value"][0]: row for row in answer.json()}
    row = found[walk.receipt["studyInstanceUID"]]
    assert "XC" in row["00080061"]["Value"]


def test_08_the_page_finds_it_and_opens_the_study(walk, desk_page):
    found_by_words(desk_page, f"{walk.family_name} left forearm today")
    desk_page.locator(f"a[href*='{walk.receipt['studyInstanceUID']}']").first.click()

    expect(desk_page.locator(".banner")).to_contain_text(walk.family_name)
    expect(desk_page.locator("body")).to_contain_text(NOTE)
    expect(desk_page.locator("body")).to_contain_text("Left forearm")
    image = desk_page.locator(".view img")
    assert image.evaluate("i => i.decode().then(() => i.naturalWidth)") > 200
    assert axe_violations(desk_page) == []


def test_09_the_ehr_link_opens_it_after_sign_in_and_is_audited(walk, playwright, demo_hub, desk):
    page = desk.browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    link = f"/IHEInvokeImageDisplay?requestType=STUDY&studyUID={walk.receipt['studyInstanceUID']}"
    page.goto(demo_hub.url + link)
    assert "/login" in page.url
    sign_in(page, demo_hub.url, "ehr_viewer", then=quote(link, safe=""))

    expect(page.locator("body")).to_contain_text(NOTE)
    other = page.goto(f"{demo_hub.url}/")
    assert other.status in (403, 404)
    assert demo_hub.audited(walk.receipt["studyInstanceUID"], via="iid")


def test_10_fhir_has_the_imaging_study(walk, records):
    uid = walk.receipt["studyInstanceUID"]

    read = records.get(f"/fhir/ImagingStudy/{uid}").json()
    by_uid = records.get("/fhir/ImagingStudy", params={"identifier": f"urn:oid:{uid}"}).json()
    by_patient = records.get(
        "/fhir/ImagingStudy",
        params={"patient.identifier": f"{walk.ds.IssuerOfPatientID}|{walk.patient_id}"},
    ).json()

    assert read["resourceType"] == "ImagingStudy"
    assert {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}.items() <= (
        read["identifier"][0].items()
    )
    assert [e["resource"]["id"] for e in by_uid["entry"]] == [uid]
    assert uid in [e["resource"]["id"] for e in by_patient["entry"]]


def test_11_radiology_stands_beside_it_on_the_patients_page(walk, desk_page, demo_hub):
    found_by_words(desk_page, "hand x-ray")
    desk_page.locator("a[href^='/studies/']").first.click()
    desk_page.get_by_role("link", name="All images").first.click()

    expect(desk_page.locator("main")).to_contain_text("X-ray")
    expect(desk_page.locator("main")).to_contain_text("Photo")


def test_12_the_app_can_be_installed(walk, demo_hub):
    walk.phone.goto(f"{demo_hub.url}/m/")
    walk.phone.wait_for_load_state("networkidle")
    session = walk.phone.context.new_cdp_session(walk.phone)

    answer = session.send("Page.getInstallabilityErrors")

    assert answer["installabilityErrors"] == []


def picture(page: Page, name: str) -> None:
    """Renew a picture of the README, when asked to (`make screenshots`)."""
    if os.environ.get("HUB_SCREENSHOTS"):
        page.screenshot(path=SCREENSHOTS / f"{name}.png")


def found_by_words(page: Page, words: str) -> None:
    page.goto(re.match(r"https?://[^/]+", page.url).group(0) + "/")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_load_state("load")
    assert "q=" not in page.url


def studies_found(client: httpx.Client, words: str, walk: Walk) -> list[str]:
    """Ask until the walk's study is there: the index follows the feed."""
    deadline = time.monotonic() + 15
    while True:
        items = client.get("/api/v1/search", params={"q": words, "limit": 100}).json()["items"]
        found = [i["studyInstanceUID"] for i in items]
        if walk.receipt["studyInstanceUID"] in found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


# The browser keeps blobs out of reach of its debugger, so the page itself keeps a copy.
KEEP_WHAT_IS_SENT = """
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  if (body instanceof FormData) window.sentForm = body;
  return send.call(this, body);
};
"""
READ_WHAT_WAS_SENT = """async () => {
  const bytes = new Uint8Array(await window.sentForm.get("file").arrayBuffer());
  const text = Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  return { capture: await window.sentForm.get("capture").text(), file: btoa(text) };
}"""


def what_was_sent(page: Page) -> tuple[dict, bytes]:
    """The JSON part and the file part of the capture, as the phone gave them to send."""
    sent = page.evaluate(READ_WHAT_WAS_SENT)
    return json.loads(sent["capture"]), base64.b64decode(sent["file"])


def dciodvfy_errors(path: Path) -> list[str]:
    validator = Path(sys.executable).parent / "dciodvfy"
    done = subprocess.run([validator, "-new", path], capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]


def entropy_coded(jpeg: bytes) -> bytes:
    return jpeg[jpeg.index(b"\xff\xda") : jpeg.rindex(b"\xff\xd9") + 2]
