"""FHIR R4: ImagingStudy by id and by search, and what this server can do."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import Blueprint, Response, current_app, request

from capture_api.auth import allowed, public
from capture_api.current import current_hub
from capture_api.problems import problem_of
from hub import access
from hub.errors import Forbidden, HubError, InvalidRequest, NotFound
from hub.fhir.imaging_study import imaging_study
from hub.model import Practitioner, Study
from search.service import Search
from web.dicomweb.media_types import Offer, choose
from web.dicomweb.resources import check_uids

from .answers import FHIR_JSON, outcome_response, resource_response, searchset
from .capabilities import capability_statement
from .queries import StudyQuery, read_query

bp = Blueprint("fhir", __name__, url_prefix="/fhir")


@bp.errorhandler(HubError)
def on_hub_error(error: HubError) -> Response:
    """Say a refusal as FHIR does, with the same status and headers as elsewhere."""
    problem = problem_of(error)
    response = outcome_response(error.message, error.code, problem.status_code)
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in problem.headers:
            response.headers[name] = problem.headers[name]
    return response


@bp.get("/metadata")
@public
def metadata() -> Response:
    """Return the CapabilityStatement."""
    _check_format()
    return resource_response(capability_statement(_base()))


@bp.get("/.well-known/smart-configuration")
@public
def smart_configuration() -> Response:
    """Say that there is no SMART authorization server here: tokens are given by the hub."""
    names = ("capabilities", "grant_types_supported", "scopes_supported")
    body: dict[str, list[str]] = {name: [] for name in names}
    return Response(json.dumps(body), mimetype="application/json")


@bp.get("/ImagingStudy/<study_uid>")
@allowed(access.may_read)
def read_imaging_study(study_uid: str, by: Practitioner) -> Response:
    """Return one study; its logical id is the Study Instance UID."""
    _check_format()
    check_uids(study_uid)
    return resource_response(_resource(current_hub().reading.study(study_uid, by, via="fhir")))


@bp.get("/ImagingStudy")
@allowed(access.may_read)
def search_imaging_studies(by: Practitioner) -> Response:
    """Search by patient, identifier, date and modality, page by page."""
    _check_format()
    query = _query()
    studies, total = _find(query, by)
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k not in query.ignored]
    resources = [_resource(study) for study in studies]
    return resource_response(searchset(_base(), resources, total, arguments, query.offset))


@bp.get("/<path:anything>")
@allowed(access.signed_in)
def read_other(anything: str, by: Practitioner) -> Response:
    """Say that this server has no such resource."""
    raise NotFound("This server has ImagingStudy and metadata only.")


def _query() -> StudyQuery:
    """Read the search. Raises InvalidRequest, also for unknown parameters if asked to."""
    query = read_query(request.args.items(multi=True))
    if query.ignored and "handling=strict" in request.headers.get("Prefer", ""):
        raise InvalidRequest("A search parameter is not known here.")
    return query


def _find(query: StudyQuery, by: Practitioner) -> tuple[Sequence[Study], int]:
    """Return a page of studies and how many there are in all."""
    asked = {"via": "fhir", "query": request.query_string.decode("latin-1")}
    reading = current_hub().reading
    if query.patient_key:
        _, studies = reading.patient(query.patient_key, by)
    elif query.study_uid:
        studies = reading.studies([query.study_uid], by, query=asked)
    elif access.may_search(by):
        search: Search = current_app.extensions["search"]
        page = search.qido(query.keys(), by, limit=query.count, offset=query.offset, fuzzy=False)
        studies = reading.studies(page.ids, by, query=asked)
        shown = [s for s in studies if query.holds_for(s)]
        return shown, page.total - len(page.ids) + len(shown)
    else:
        raise Forbidden
    found = [s for s in studies if query.holds_for(s)]
    return found[query.offset : query.offset + query.count], len(found)


def _resource(study: Study) -> dict[str, object]:
    dicomweb_url = f"{current_hub().settings.public_url.rstrip('/')}/dicom-web"
    return imaging_study(study, dicomweb_url=dicomweb_url)


def _check_format() -> None:
    """Refuse XML and others; `_format` wins over Accept (FHIR R4 3.1.0.1.11)."""
    shorthand = {"json": FHIR_JSON, "xml": "application/fhir+xml"}
    wanted = request.args.get("_format", "")
    offers = [Offer(t) for t in (FHIR_JSON, "application/json", "text/json")]
    choose(offers, request.headers.get("Accept", ""), shorthand.get(wanted, wanted))


def _base() -> str:
    return f"{current_hub().settings.public_url.rstrip('/')}/fhir"
