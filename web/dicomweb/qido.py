"""QIDO-RS: searching studies, series and instances (PS3.18 10.6)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flask import Blueprint, Response, current_app, request

from capture_api.auth import allowed
from capture_api.current import current_hub
from hub import access
from hub.model import Practitioner, Study
from search.qido import QidoPage
from search.service import Search

from .media_types import DICOM_JSON, Offer
from .query import Query, read_query
from .resources import agreed, base, check_uids
from .rows import Row
from .selection import instance_rows, series_rows, study_rows

bp = Blueprint("qido", __name__, url_prefix="/dicom-web")

_MOST_EXPANDED = 200
"""Studies whose series are looked at in a search over all of them."""


@bp.get("/studies")
@allowed(access.may_search)
def search_for_studies(by: Practitioner) -> Response:
    """Search studies over all patients."""
    query = _query()
    everything = (*query.study_keys, *query.series_keys, *query.instance_keys)
    page = _search(replace(query, study_keys=everything), query.limit, query.offset, by)
    studies = current_hub().reading.studies(page.ids, by, query=_audited(query))
    rows = list(study_rows(studies, query, base()))
    remaining = max(page.total - query.offset - len(page.ids), 0)
    return _answer(rows, (*query.warnings, *page.warnings), remaining)


@bp.get("/studies/<study_uid>/series")
@allowed(access.may_read)
def search_for_series_of_study(study_uid: str, by: Practitioner) -> Response:
    """Search the series of one study."""
    query = _query()
    study = _study(study_uid, by)
    return _page(series_rows([study], query, base()), query)


@bp.get("/studies/<study_uid>/instances")
@allowed(access.may_read)
def search_for_instances_of_study(study_uid: str, by: Practitioner) -> Response:
    """Search the instances of one study."""
    query = _query()
    study = _study(study_uid, by)
    return _page(instance_rows([study], query, base(), levels=2), query)


@bp.get("/studies/<study_uid>/series/<series_uid>/instances")
@allowed(access.may_read)
def search_for_instances_of_series(study_uid: str, series_uid: str, by: Practitioner) -> Response:
    """Search the instances of one series."""
    query = _query(("SeriesInstanceUID", series_uid))
    study = _study(study_uid, by)
    return _page(instance_rows([study], query, base(), levels=1), query)


@bp.get("/series")
@allowed(access.may_search)
def search_for_series(by: Practitioner) -> Response:
    """Search series over all patients."""
    query = _query()
    studies, warnings = _studies_below(query, by)
    return _page(series_rows(studies, query, base(), levels=2), query, warnings)


@bp.get("/instances")
@allowed(access.may_search)
def search_for_instances(by: Practitioner) -> Response:
    """Search instances over all patients."""
    query = _query()
    studies, warnings = _studies_below(query, by)
    rows = instance_rows(studies, query, base(), levels=3)
    return _page(rows, query, warnings)


def _study(study_uid: str, by: Practitioner) -> Study:
    check_uids(study_uid)
    return current_hub().reading.study(study_uid, by, via="qido")


def _query(*further: tuple[str, str]) -> Query:
    """Read the request's query, refusing formats we cannot give. Raises NotAcceptable."""
    agreed((Offer(DICOM_JSON), Offer("application/json")))
    return read_query([*request.args.items(multi=True), *further])


def _search(query: Query, limit: int, offset: int, by: Practitioner) -> QidoPage:
    search: Search = current_app.extensions["search"]
    keys = list(query.study_keys)
    return search.qido(keys, by, limit=limit, offset=offset, fuzzy=query.fuzzy)


def _studies_below(query: Query, by: Practitioner) -> tuple[Sequence[Study], Sequence[str]]:
    """Return the studies in which to look for series, and what the client should know."""
    # A study without this modality has no series of it.
    modality = [key for key in query.series_keys if key[0] == "Modality"]
    narrowed = replace(query, study_keys=(*query.study_keys, *modality))
    page = _search(narrowed, _MOST_EXPANDED, 0, by)
    studies = current_hub().reading.studies(page.ids, by, query=_audited(query))
    if page.total > len(page.ids):
        cut = f"Only the newest {_MOST_EXPANDED} of {page.total} studies were searched."
        return studies, (*page.warnings, cut)
    return studies, page.warnings


def _audited(query: Query) -> dict[str, object]:
    keys = (*query.study_keys, *query.series_keys, *query.instance_keys)
    return {"via": "qido", "keys": [list(key) for key in keys], "fuzzy": query.fuzzy}


def _page(rows: Iterable[Row], query: Query, warnings: Sequence[str] = ()) -> Response:
    """Cut the page out of all matching rows."""
    found = list(rows)
    page = found[query.offset : query.offset + query.limit]
    remaining = max(len(found) - query.offset - len(page), 0)
    return _answer(page, (*query.warnings, *warnings), remaining)


def _answer(rows: Sequence[Row], warnings: Sequence[str], remaining: int) -> Response:
    """Return the rows as DICOM JSON; 204 when there are none (PS3.18 10.6.3)."""
    response = Response(json.dumps(rows) if rows else None, 200 if rows else 204)
    response.mimetype = DICOM_JSON
    if remaining:
        more = f"There are {remaining} additional results that can be requested"
        warnings = (*warnings, more)
    for text in dict.fromkeys(warnings):
        response.headers.add("Warning", f'299 {base()}: "{text}"')
    return response
