"""Search, study, patient and worklist as people see them."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from desk import IDENTITY, RADIOGRAPH, Desk, post, token_of
from drawn import encoded, scene
from drawn_marker import with_marker
from flask.testing import FlaskClient
from PIL import Image
from served import serving
from werkzeug.test import TestResponse

from factories import NOON, draw_jpeg
from hub.errors import SearchUnavailable
from hub.model import Role

DATE = re.compile(r"\b\d{2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4}\b")


def search(client: FlaskClient, words: str) -> TestResponse:
    """Type words and follow to the list."""
    return client.get(post(client, "/search", q=words).headers["Location"])


def text_of(answer: TestResponse) -> str:
    """What is read on the page, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


class TestSearch:
    def test_without_words_shows_the_newest_studies(self, desk: Desk):
        answer = desk.person().get("/")

        assert "Recent studies" in answer.text
        assert desk.study in answer.text
        assert f"/studies/{RADIOGRAPH}" in answer.text

    def test_finds_by_words_and_says_how_they_were_read(self, desk: Desk):
        text = text_of(search(desk.person(), "left hand photo"))

        assert "1 study" in text
        assert "Body site Hand" in text
        assert "Side Left" in text
        assert "Kind Photo" in text
        assert "OKAFOR, Grace (Mrs)" in text

    def test_words_are_never_in_an_address(self, desk: Desk):
        client = desk.person()
        kept = post(client, "/search", q="Okafor 1297287652").headers["Location"]
        typed = client.get("/?q=Okafor")

        assert re.fullmatch(r"/\?s=[0-9a-f]{18}", kept)
        assert re.fullmatch(r"/\?s=[0-9a-f]{18}", typed.headers["Location"])

    def test_a_list_can_be_loaded_again(self, desk: Desk):
        client = desk.person()
        kept = post(client, "/search", q="left hand").headers["Location"]
        post(client, "/search", q="chest")

        assert 'value="left hand"' in client.get(kept).text
        assert post(client, "/search", q="left hand").headers["Location"] == kept

    def test_another_session_does_not_know_the_words(self, desk: Desk):
        kept = post(desk.person(), "/search", q="Okafor").headers["Location"]
        answer = desk.person(user="other").get(kept)

        assert "typed in another session" in answer.text
        assert 'value="Okafor"' not in answer.text

    def test_twenty_lists_are_kept(self, desk: Desk):
        client = desk.person()
        kept = [post(client, "/search", q=f"hand {n}").headers["Location"] for n in range(21)]

        assert "typed in another session" in client.get(kept[0]).text
        assert 'value="hand 1"' in client.get(kept[1]).text

    def test_a_facet_narrows_and_can_be_taken_away(self, desk: Desk):
        client = desk.person()
        narrowed = client.get("/?modality=CR")

        assert f"/studies/{RADIOGRAPH}" in narrowed.text
        assert desk.study not in narrowed.text
        assert "Remove X-ray" in text_of(narrowed)
        assert '<a href="/" title="Remove">' in narrowed.text

    def test_a_chip_taken_away_widens(self, desk: Desk):
        client = desk.person()
        page = search(client, "right hand photo")
        assert "Nothing found" in page.text
        without_side = next(
            words
            for words, chip in re.findall(
                r'name="q" value="([^"]*)">.*?<span class="sr-only">([^<]+)</span>', page.text, re.S
            )
            if chip == "Remove Right"
        )

        assert without_side == "hand photo"
        assert desk.study in search(client, without_side).text

    def test_what_fits_less_well_stands_apart(self, desk: Desk):
        text = text_of(search(desk.person(), "left hand"))

        # The radiograph says HAND and no side.
        assert text.index("1 study") < text.index("Side not recorded") < text.index("X-ray")

    def test_a_card_says_only_what_the_chips_do_not(self, desk: Desk):
        chips_say_it = search(desk.person(), "left hand photo").text
        in_the_note = text_of(search(desk.person(), "left hand eczema"))

        assert 'class="why"' not in chips_say_it
        assert "“eczema” in note" in in_the_note
        assert "Hand, left" not in in_the_note

    def test_the_table_shows_the_same(self, desk: Desk):
        answer = desk.person().get("/?view=table")

        assert "<table" in answer.text
        assert "OKAFOR, Grace (Mrs)" in answer.text

    def test_says_what_to_do_when_nothing_fits(self, desk: Desk):
        assert "No study fits all of it" in search(desk.person(), "zzzzqqq").text

    def test_when_the_engine_is_down_the_page_stays(self, desk: Desk, monkeypatch):
        client = desk.person()

        def down(*_: object, **__: object) -> None:
            raise SearchUnavailable

        monkeypatch.setattr("search.service.Search.find", down)
        answer = client.get("/")
        api = client.get("/api/v1/search?q=hand")

        assert answer.status_code == 503
        assert "Search does not answer just now" in answer.text
        assert 'id="q"' in answer.text
        assert api.status_code == 503
        assert api.json["code"] == "search-unavailable"

    def test_a_card_shows_the_photo_that_was_taken_last(self, tmp_path):
        with serving(tmp_path) as served:
            newest = served.photo(draw_jpeg(width=320), captured_at=NOON + timedelta(minutes=9))
            served.photo(captured_at=NOON)
            page = Desk(served, newest).person().get("/").text

        assert "2 images" in page
        assert re.findall(r"/images/([^/]+)/thumbnail", page) == [newest.sop_instance_uid]

    @pytest.mark.parametrize(
        ("role", "way_on"),
        [
            (Role.EHR_VIEWER, "Open the images from the health record"),
            (Role.AUDITOR, "An auditor's account shows no images."),
        ],
        ids=str,
    )
    def test_is_not_for_everybody(self, desk: Desk, role: Role, way_on: str):
        answer = desk.person(role).get("/")

        assert answer.status_code == 403
        assert "Your role does not allow this." in answer.text
        assert way_on in text_of(answer)
        assert "Go to search" not in answer.text


class TestSearchForPrograms:
    def test_answers_ids_and_how_the_words_were_read(self, desk: Desk):
        answer = desk.served.client(Role.RECORDS).get("/api/v1/search?q=left+hand+photo")

        assert answer.json["total"] == 1
        assert answer.json["next"] is None
        assert answer.json["degraded"] is False
        assert answer.json["tiers"] == {"sideNotRecorded": 0, "lessSpecific": 0}
        (item,) = answer.json["items"]
        assert item["studyInstanceUID"] == desk.study_uid
        assert item["patientId"] == "1297287652"
        assert item["issuer"] == "HOSP"
        assert item["modalities"] == ["XC"]
        assert item["studyDate"] == "2026-11-20"
        assert item["tier"] == "match"
        assert "Hand, left" in item["why"]
        assert {"field": "mod", "label": "Photo"}.items() <= answer.json["chips"][2].items()
        assert answer.json["facets"]["modality"][0]["value"] == "XC"

    def test_calls_each_kind_what_the_page_calls_it(self, desk: Desk):
        facets = desk.served.client().get("/api/v1/search").json["facets"]["modality"]
        page = text_of(desk.person().get("/"))

        assert {v["value"]: v["label"] for v in facets} == {"XC": "Photo", "CR": "X-ray"}
        assert all(f"{label} 1 studies" in page for label in ("Photo", "X-ray"))

    def test_pages_by_cursor(self, desk: Desk):
        client = desk.served.client()
        first = client.get("/api/v1/search?q=&limit=1").json
        second = client.get("/api/v1/search", query_string={"limit": 1, "cursor": first["next"]})

        assert first["total"] == 2
        assert first["items"] != second.json["items"]
        assert second.json["next"] is None

    @pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
    def test_refuses_an_absurd_limit(self, desk: Desk, limit: str):
        answer = desk.served.client().get(f"/api/v1/search?q=hand&limit={limit}")

        assert answer.status_code == 400

    def test_is_written_to_the_audit_log_with_the_words(self, desk: Desk):
        desk.served.client(Role.RECORDS).get("/api/v1/search?q=left+hand")

        event = desk.audited("query")[-1]
        assert event.by == "machine-records"
        assert event.detail["q"] == "left hand"


class TestStudy:
    def test_says_who_what_where_and_why(self, desk: Desk):
        text = text_of(desk.person().get(desk.study))

        assert "OKAFOR, Grace (Mrs) Born 14-Jul-1945 (81y) Sex Female MRN 1297287652" in text
        assert "Photo · Left hand" in text
        assert "Eczema on the back of the hand" in text
        assert "Department Dermatology" in text
        assert "By BERG, Ida" in text
        assert "Encounter number V-1001" in text

    def test_times_are_the_sites(self, desk: Desk):
        # Taken at 12:00 UTC; the site is in Berlin. Screen readers hear the long form.
        assert "Taken 20-Nov-2026 20 November 2026 13:00" in text_of(desk.person().get(desk.study))

    def test_shows_the_image_without_script(self, desk: Desk):
        page = desk.person().get(desk.study).text

        assert f'<img src="{desk.image}/rendered"' in page

    def test_a_picture_without_scale_has_no_spacing(self, desk: Desk):
        assert "data-spacing" not in desk.person().get(desk.study).text

    def test_a_picture_with_a_scale_says_its_spacing(self, tmp_path):
        photo = encoded(with_marker(scene(640, 480), 160), "JPEG", quality=90)
        with serving(tmp_path) as served:
            marked = Desk(served, served.photo(photo, scale_marker=True))
            page = marked.person().get(marked.study).text
            report = text_of(marked.person().get(f"{marked.image}/report"))

        row, column = re.search(r'<img [^>]*data-spacing="(\S+) (\S+)"', page).groups()
        assert row == column
        assert float(row) == pytest.approx(0.25, rel=0.015)
        assert 'data-action="measure"' in page
        assert "Scale found: 0.2" in report

    def test_is_written_to_the_audit_log(self, desk: Desk):
        desk.person().get(desk.study)
        event = desk.audited("read")[-1]

        assert (event.by, event.study_instance_uid) == ("person-clinician", desk.study_uid)
        assert event.detail["via"] == "page"

    def test_absent_and_forbidden_look_the_same(self, desk: Desk):
        client = desk.person(Role.EHR_VIEWER)
        absent, forbidden = client.get("/studies/1.2.3"), client.get(desk.study)

        assert absent.status_code == forbidden.status_code == 404
        assert len(absent.data) == len(forbidden.data)
        assert not any(word in forbidden.text for word in IDENTITY)

    @pytest.mark.parametrize("number", ["0", "-3", "99", "x"])
    def test_a_picture_number_out_of_range_shows_one_that_exists(self, desk: Desk, number: str):
        assert desk.person().get(f"{desk.study}?image={number}").status_code == 200

    def test_several_pictures_are_steps_of_one_page(self, tmp_path_factory):
        with serving(tmp_path_factory.mktemp("two")) as served:
            receipt = served.photo()
            palm = served.photo(note="And the palm")
            two = Desk(served, receipt)
            client = two.person()
            first, second = client.get(two.study), client.get(f"{two.study}?image=2")
            by_uid = client.get(f"{two.study}?image={palm.sop_instance_uid}")

        assert "Photo 1 of 2, Left hand" in first.text
        assert 'id="caption">Photo 2 of 2, Left hand' in second.text
        assert 'id="caption">Photo 2 of 2, Left hand' in by_uid.text
        assert 'id="next"' in first.text
        assert f'href="{two.study}?image=2"' in first.text
        assert "And the palm" in second.text
        assert "Photo (2 images): safe in the record" in second.text


class TestPictures:
    def test_are_jpeg_made_by_the_hub(self, desk: Desk):
        client = desk.person()
        whole = Image.open(io.BytesIO(client.get(f"{desk.image}/rendered").data))
        small = Image.open(io.BytesIO(client.get(f"{desk.image}/thumbnail").data))

        assert (whole.format, whole.size) == ("JPEG", (160, 120))
        assert small.format == "JPEG"

    def test_are_written_to_the_audit_log(self, desk: Desk):
        desk.person().get(f"{desk.image}/thumbnail")
        event = desk.audited("read")[-1]

        assert event.detail["via"] == "thumbnail"
        assert event.study_instance_uid == desk.study_uid

    def test_are_not_for_a_link_that_named_another_study(self, desk: Desk):
        answer = desk.person(Role.EHR_VIEWER).get(f"{desk.image}/rendered")

        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"


class TestPatient:
    def test_shows_photos_and_radiology_by_day(self, desk: Desk):
        text = text_of(desk.person().get(desk.patient))

        assert "OKAFOR, Grace (Mrs) Born 14-Jul-1945 (81y)" in text
        assert text.index("20-Nov-2026") < text.index("Photo")
        assert text.index("Photo") < text.index("19-Nov-2026") < text.index("X-ray")

    def test_can_be_narrowed_to_what_a_link_named(self, desk: Desk):
        answer = desk.person().get(f"{desk.patient}?study={desk.study_uid}")

        assert desk.study in answer.text
        assert f"/studies/{RADIOGRAPH}" not in answer.text
        assert "Show all 2" in answer.text

    def test_unknown_is_not_found(self, desk: Desk):
        assert desk.person().get("/patients/nobody").status_code == 404


class TestWorklist:
    def test_lists_who_is_here_with_a_way_onto_the_phone(self, desk: Desk):
        answer = desk.person().get("/worklist?status=all")

        assert "OKAFOR, Grace (Mrs)" in answer.text
        assert "V-1001" in answer.text
        assert re.search(r'href="/m/#/encounter/[^"]+"', answer.text)

    def test_names_are_looked_up_without_an_address_that_says_them(self, desk: Desk):
        client = desk.person()
        to = post(client, "/worklist", q="okaf", status="all", department="").headers["Location"]

        assert "okaf" not in to
        assert "OKAFOR" in client.get(to).text

    def test_says_so_when_nobody_fits(self, desk: Desk):
        client = desk.person()
        to = post(client, "/worklist", q="zzz").headers["Location"]

        assert "No encounters here" in client.get(to).text

    def test_an_admin_sees_it_but_takes_no_photo(self, desk: Desk):
        answer = desk.person(Role.ADMIN).get("/worklist?status=all")

        assert "OKAFOR" in answer.text
        assert "/m/" not in answer.text
        assert ">Photo</th>" not in answer.text

    def test_is_not_for_radiology(self, desk: Desk):
        assert desk.person(Role.RADIOLOGY).get("/worklist").status_code == 403


def pages(desk: Desk) -> list[str]:
    return ["/", "/?view=table", "/worklist?status=all", desk.study, desk.patient]


def test_no_address_in_a_page_names_a_patient(desk: Desk):
    client = desk.person()

    for path in pages(desk):
        addresses = re.findall(r'(?:href|src|action)="([^"]*)"', client.get(path).text)
        assert addresses
        for address in addresses:
            assert not any(word in unquote(address) for word in IDENTITY), address


def test_no_title_names_a_patient(desk: Desk):
    client = desk.person()

    for path in pages(desk):
        title = re.search(r"<title>(.*?)</title>", client.get(path).text)
        assert title
        assert not any(word in title[1] for word in IDENTITY)


def test_pages_have_neither_inline_script_nor_inline_style(desk: Desk):
    client = desk.person()

    for path in [*pages(desk), "/login", "/nowhere"]:
        page = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=", page)


def test_dates_are_clinical(desk: Desk):
    client = desk.person()

    for path in pages(desk):
        assert DATE.search(client.get(path).text), path


def test_every_page_with_patient_data_has_its_audit_row(desk: Desk):
    client = desk.person()

    for path in [*pages(desk), f"{desk.image}/rendered", f"{desk.image}/thumbnail"]:
        before = len(desk.served.audited())
        assert client.get(path).status_code == 200
        assert len(desk.served.audited()) > before, path


def test_a_hostile_note_is_text(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("hostile")) as served:
        receipt = served.photo(note="<script>alert(1)</script>{{7*7}}")
        hostile = Desk(served, receipt)
        page = hostile.person().get(hostile.study).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "<script>alert" not in page


def test_token_is_in_every_form(desk: Desk):
    client = desk.person()

    for path in pages(desk):
        page = client.get(path).text
        posts = len(re.findall(r'<form[^>]*method="post"', page))
        assert page.count('name="csrf_token"') == posts
    assert token_of(client, "/")
