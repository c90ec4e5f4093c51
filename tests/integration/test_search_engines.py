"""The same searches on both engines: against the oracle, and against what people expect."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from oracle import OracleSearch
from studies import NOW, make_series, make_study, many_studies, region

from factories import make_patient, make_practitioner
from fakes import FakeCatalog
from hub.errors import Forbidden, SearchUnavailable
from hub.model import Laterality, Role, Study
from hub.settings import Settings
from indexing import build_engine
from indexing.documents import document
from indexing.rebuild import rebuild
from indexing.worker import IndexingWorker
from search import build_search
from search.engine import SearchEngine
from search.query import Everything
from search.service import Search, SearchPage
from servers.elasticsearch import Missing, running

pytestmark = pytest.mark.integration

BY = make_practitioner()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[str]:
    try:
        with running() as url:
            yield url
    except Missing as exc:
        pytest.skip(f"not on this machine: {exc}")


@pytest.fixture(params=["tantivy", "elasticsearch"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "tantivy":
        return Settings(data=tmp_path)
    server = request.getfixturevalue("elasticsearch")
    return Settings(data=tmp_path, search_url=f"{server}/test-{uuid.uuid4().hex[:12]}")


@pytest.fixture
def indexed(settings: Settings) -> Iterator[Callable[..., Search]]:
    """Index studies in a fresh index; return the search over it."""
    engine = build_engine(settings)

    def indexed(*studies: Study) -> Search:
        IndexingWorker(FakeCatalog(studies), engine, settings).drain()
        return build_search(settings)

    yield indexed
    engine.close()


def uids(page: SearchPage) -> list[str]:
    return [item.study_instance_uid for item in page.items]


def tiers(page: SearchPage) -> dict[str, str]:
    return {item.study_instance_uid: item.tier for item in page.items}


# --- against the oracle ------------------------------------------------------

LINES = (
    "",
    "left hand photo last week",
    "left hand",
    "right index finger",
    "hand photo",
    "left face",
    "left nose",
    "both eyes",
    "hand and foot",
    "hand foot",
    "-hand",
    "hand -x-ray",
    "not photo",
    "upper limb",
    "RUE",
    "left photo",
    "x-ray",
    "CXR",
    "echo",
    "derm",
    "derm ED",
    'dept:"Hut 7"',
    "okafor",
    "oka gra",
    "Müller",
    "mueller",
    "muller photo",
    "O'Brien",
    "brien",
    "smith-jones",
    "smithjones",
    "okafer",
    "山田",
    "łukasz",
    "Mr Hand",
    "name:hand",
    "mrn:4711@HOSPA",
    "mrn:4712",
    "4712",
    "004712",
    "4711^^^HOSPA&1.2.3&ISO^MR",
    "dob:1988",
    "dob:1945-07-14",
    "14-Jul-1945",
    "20261118",
    "last month",
    "past 10 days",
    "since 2026-11-01",
    "date:..2026-09-30",
    "2026",
    '"back of the hand"',
    '"of back"',
    "eczema",
    "burns",
    "burn hand",
    'reason:"mole check"',
    "who:berg",
    "who:strom",
    "note:wunde",
    "desc:views",
    "side:R",
    "fingr",
    "xyzzy",
    "body:SCT:85562004 side:L",
    "acc:EIH",
    "chest CT last year",
    "extremity",
)

FILTERS: tuple[dict[str, list[str]], ...] = (
    {"modality": ["XC"]},
    {"side": ["L", "R"], "modality": ["CR", "DX"]},
    {"department": ["SCT:309923008"], "year": ["2026"], "bodySite": ["SCT:85562004"]},
)


@pytest.fixture(scope="module", params=["tantivy", "elasticsearch"])
def sixty(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Search, Search]]:
    """The same sixty studies in a real engine and in the oracle."""
    settings = Settings(data=tmp_path_factory.mktemp("index"))
    if request.param == "elasticsearch":
        url = f"{request.getfixturevalue('elasticsearch')}/sixty"
        settings = Settings(data=settings.data, search_url=url)
    engine = build_engine(settings)
    studies = many_studies()
    rebuild(FakeCatalog(studies), engine, settings.zone)
    oracle = OracleSearch(document(study, settings.zone) for study in studies)
    yield build_search(settings), Search(oracle, settings)
    engine.close()


@pytest.mark.parametrize("line", LINES)
def test_an_engine_answers_as_the_oracle_does(sixty: tuple[Search, Search], line: str) -> None:
    clicked = FILTERS[LINES.index(line) % len(FILTERS)]
    for filters in ({}, clicked):
        engine, oracle = (s.find(line, BY, filters=filters, now=NOW) for s in sixty)
        assert engine == oracle


def test_the_lines_above_find_something_and_not_everything(sixty: tuple[Search, Search]) -> None:
    totals = {line: sixty[1].find(line, BY, now=NOW).total for line in LINES}
    telling = [line for line, total in totals.items() if 0 < total < 60]
    assert len(telling) > 0.75 * len(LINES), totals


@pytest.mark.parametrize(
    "params",
    [
        [("PatientName", "okafor")],
        [("PatientName", "OKAFOR^GR*")],
        [("PatientName", "m?ller*")],
        [("00100010", "*=山田^太郎")],
        [("PatientID", "004712")],
        [("PatientID", "47??")],
        [("PatientBirthDate", "19450101-19601231")],
        [("PatientSex", "O")],
        [("StudyDate", "20261001-20261031")],
        [("StudyDate", "-20260930")],
        [("StudyTime", "10")],
        [("StudyDate", "20261001-"), ("StudyTime", "0930-10")],
        [("ModalitiesInStudy", "CR\\DX")],
        [("ReferringPhysicianName", "strom")],
        [("InstitutionalDepartmentName", "Hut*")],
        [("BodyPartExamined", "HAND*")],
        [("AnatomicRegionSequence.CodeValue", "T-D8700")],
        [("StudyInstanceUID", "1.2.826.7.1,1.2.826.7.2")],
        [("AccessionNumber", "*"), ("StudyDescription", "")],
    ],
    ids=lambda params: "&".join(f"{k}={v}" for k, v in params),
)
@pytest.mark.parametrize("fuzzy", [False, True])
def test_an_engine_answers_qido_as_the_oracle_does(
    sixty: tuple[Search, Search], params: list[tuple[str, str]], fuzzy: bool
) -> None:
    engine, oracle = (s.qido(params, BY, limit=20, offset=2, fuzzy=fuzzy) for s in sixty)
    assert engine == oracle
    assert engine.total > 0


def test_pages_follow_each_other_without_gap_or_repeat(sixty: tuple[Search, Search]) -> None:
    search, oracle = sixty
    whole = oracle.find("left upper limb", BY, limit=200, now=NOW)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = search.find("left upper limb", BY, limit=3, cursor=cursor, now=NOW)
        found += uids(page)
        cursor = page.next
    assert found == uids(whole)
    assert len(set(tiers(whole).values())) == 3


# --- what people expect --------------------------------------------------------


def hand(uid: str, side: Laterality | None, **changes: object) -> Study:
    return make_study(uid, make_series(uid, laterality=side, **changes))


def test_a_left_hand_photo_of_last_week_is_found_by_these_words(
    indexed: Callable[..., Search],
) -> None:
    search = indexed(
        hand("1.1", Laterality.LEFT),
        hand("1.2", Laterality.RIGHT),
        hand("1.3", Laterality.LEFT, modality="CR"),
        make_study(
            "1.4", make_series("1.4", laterality=Laterality.LEFT), study_date=date(2026, 1, 5)
        ),
    )
    page = search.find("left hand photo last week", BY, now=NOW)
    assert uids(page) == ["1.1"]
    assert page.total == 1
    assert [(c.field, c.label) for c in page.chips] == [
        ("body", "Hand"),
        ("side", "Left"),
        ("mod", "Photo"),
        ("date", "Taken 09-Nov-2026 to 20-Nov-2026"),
    ]
    assert page.items[0].why == ("Photo", "Hand, left", "Taken 09-Nov-2026 to 20-Nov-2026")


def test_modality_region_and_side_hold_within_one_series(indexed: Callable[..., Search]) -> None:
    foot = make_series(
        "2.1", 1, modality="CR", anatomic_region=region("foot"), laterality=Laterality.LEFT
    )
    right_hand = make_series("2.1", 2, laterality=Laterality.RIGHT)
    search = indexed(make_study("2.1", foot, right_hand))
    assert search.find("left hand", BY, now=NOW).items == ()
    assert search.find("foot photo", BY, now=NOW).items == ()
    assert uids(search.find("right hand photo", BY, now=NOW)) == ["2.1"]
    assert uids(search.find("left foot x-ray and right hand", BY, now=NOW)) == []
    assert uids(search.find("left foot and right hand", BY, now=NOW)) == ["2.1"]


def test_an_unrecorded_side_and_a_vague_region_come_after_all_matches(
    indexed: Callable[..., Search],
) -> None:
    upper_limb = region("upper limb")
    search = indexed(
        make_study(
            "3.1", make_series("3.1", anatomic_region=upper_limb), study_date=date(2026, 11, 20)
        ),
        hand("3.2", None),
        make_study(
            "3.3", make_series("3.3", laterality=Laterality.LEFT), study_date=date(2020, 1, 1)
        ),
        hand("3.4", Laterality.RIGHT),
        make_study(
            "3.5", make_series("3.5", anatomic_region=upper_limb, laterality=Laterality.RIGHT)
        ),
        hand("3.6", Laterality.BOTH),
    )
    page = search.find("left hand", BY, now=NOW)
    assert list(tiers(page).items()) == [
        ("3.6", "match"),
        ("3.3", "match"),
        ("3.2", "sideNotRecorded"),
        ("3.1", "lessSpecific"),
    ]
    assert (page.total, page.tiers) == (2, {"sideNotRecorded": 1, "lessSpecific": 1})
    assert sum(value.count for value in page.facets["modality"]) == 2


def test_left_face_takes_in_its_left_parts_and_leaves_out_the_right(
    indexed: Callable[..., Search],
) -> None:
    cheek = region("cheek")
    search = indexed(
        make_study("4.1", make_series("4.1", anatomic_region=cheek, laterality=Laterality.LEFT)),
        make_study("4.2", make_series("4.2", anatomic_region=cheek, laterality=Laterality.RIGHT)),
        make_study("4.3", make_series("4.3", anatomic_region=region("face"))),
    )
    found = tiers(search.find("left face", BY, now=NOW))
    assert found == {"4.1": "match", "4.3": "sideNotRecorded"}


def test_a_region_without_sides_ignores_the_side_and_says_so(
    indexed: Callable[..., Search],
) -> None:
    search = indexed(make_study("5.1", make_series("5.1", anatomic_region=region("nose"))))
    page = search.find("left nose", BY, now=NOW)
    assert tiers(page) == {"5.1": "match"}
    assert page.notices == ("Nose has no left and right; the side was not used.",)


def test_a_body_site_that_somebody_is_called_offers_the_name(
    indexed: Callable[..., Search],
) -> None:
    named = make_study(
        "6.1",
        make_series("6.1", anatomic_region=region("foot")),
        patient=make_patient(name="Hand^Leonard"),
    )
    search = indexed(named, hand("6.2", None))
    page = search.find("hand", BY, now=NOW)
    assert uids(page) == ["6.2"]
    assert page.chips[0].alternative == "name:hand"
    assert uids(search.find(page.chips[0].alternative, BY, now=NOW)) == ["6.1"]


def test_every_chip_typed_as_field_and_value_means_the_same(
    sixty: tuple[Search, Search],
) -> None:
    search = sixty[0]
    for line in LINES:
        page = search.find(line, BY, limit=200, now=NOW)
        if any(" and " in line or chip.field in ("dob", "-dob") for chip in page.chips):
            continue  # "and", and the OR of birth and study date, are no chips.
        again = " ".join(
            f'{"-" * chip.field.startswith("-")}{chip.field.lstrip("-")}:"{chip.value}"'
            for chip in page.chips
        )
        assert uids(search.find(again, BY, limit=200, now=NOW)) == uids(page), (line, again)


def test_a_link_viewer_finds_and_counts_only_what_the_link_named(
    indexed: Callable[..., Search],
) -> None:
    search = indexed(hand("7.1", None), hand("7.2", None), hand("7.3", None))
    viewer = make_practitioner(Role.EHR_VIEWER, named_studies=frozenset({"7.2"}))
    page = search.find("hand", viewer, now=NOW)
    assert (uids(page), page.total) == (["7.2"], 1)
    assert [(v.value, v.count) for v in page.facets["modality"]] == [("XC", 1)]
    assert search.qido([], viewer, limit=10).ids == ("7.2",)
    assert search.find("hand", make_practitioner(Role.EHR_VIEWER), now=NOW).total == 0
    with pytest.raises(Forbidden):
        search.find("hand", make_practitioner(Role.AUDITOR), now=NOW)


# --- writing -------------------------------------------------------------------


def test_a_changed_study_replaces_and_a_removed_one_goes(settings: Settings) -> None:
    catalog = FakeCatalog([hand("8.1", Laterality.LEFT), hand("8.2", Laterality.LEFT)])
    worker = IndexingWorker(catalog, build_engine(settings), settings)
    worker.drain()
    catalog.put(hand("8.1", Laterality.RIGHT))
    catalog.remove("8.2")
    assert worker.drain() == 2
    search = build_search(settings)
    assert uids(search.find("right hand", BY, now=NOW)) == ["8.1"]
    assert search.find("", BY, now=NOW).total == 1


def test_a_rebuild_swaps_in_whole_while_search_goes_on(settings: Settings) -> None:
    catalog = FakeCatalog([hand("9.1", None)])
    engine = build_engine(settings)
    rebuild(catalog, engine, settings.zone)
    search = build_search(settings)
    assert search.find("", BY, now=NOW).total == 1
    before = engine.current()
    seen: list[int] = []
    for number in range(2, 5):
        catalog.put(hand(f"9.{number}", None))
    rebuild(
        catalog, engine, settings.zone, lambda _: seen.append(search.find("", BY, now=NOW).total)
    )
    assert seen == [1]
    assert search.find("", BY, now=NOW).total == 4
    assert engine.current() != before
    assert IndexingWorker(catalog, engine, settings).drain() == 0


def test_without_an_index_search_says_that_it_does_not_answer(settings: Settings) -> None:
    with pytest.raises(SearchUnavailable):
        build_search(settings).find("hand", BY, now=NOW)


def test_an_older_version_does_not_replace_a_newer_one_in_elasticsearch(
    elasticsearch: str, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, search_url=f"{elasticsearch}/versions")
    engine = build_engine(settings)
    newer = make_study("10.1", make_series("10.1", laterality=Laterality.RIGHT), version=5)
    older = make_study("10.1", make_series("10.1", laterality=Laterality.LEFT), version=4)
    rebuild(FakeCatalog([newer]), engine, settings.zone)
    assert engine.write([document(older, UTC)], []) == {}
    assert build_search(settings).find("right hand", BY, now=NOW).total == 1
    engine.close()


def test_times_of_day_do_not_reorder_equal_pages(sixty: tuple[Search, Search]) -> None:
    engine: SearchEngine = sixty[0]._engine
    keys = [hit.sort_key for hit in engine.page(Everything(), 60)]
    assert keys == sorted(keys)
    assert datetime.strptime(str(99_999_999 - int(keys[0][:8])), "%Y%m%d").year == 2026
