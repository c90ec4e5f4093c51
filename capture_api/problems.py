"""HubError to HTTP: the one table of statuses, and RFC 9457 problem+json answers."""

from __future__ import annotations

import json
import uuid

from flask import Response

from hub import errors
from hub.errors import HubError

STATUS: dict[type[HubError], int] = {
    errors.HubError: 500,
    errors.InvalidRequest: 400,
    errors.UnknownHost: 400,
    errors.NotSignedIn: 401,
    errors.SignInRefused: 401,
    errors.Forbidden: 403,
    errors.ForeignRequest: 403,
    errors.NotFound: 404,
    errors.UnknownEncounter: 404,
    errors.NotAcceptable: 406,
    errors.EncounterAmbiguous: 409,
    errors.EncounterClosed: 409,
    errors.PatientMismatch: 409,
    errors.EncounterMismatch: 409,
    errors.CaptureConflict: 409,
    errors.NotStorable: 409,
    errors.DuplicateInstance: 409,
    errors.StudyOfAnotherPatient: 409,
    errors.BodyTooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.UnsupportedEncoding: 415,
    errors.NotAnImage: 415,
    errors.NotADocument: 415,
    errors.NotAVideo: 415,
    errors.TranscodingOff: 415,
    errors.DamagedImage: 422,
    errors.ImageTooLarge: 422,
    errors.DamagedDocument: 422,
    errors.DamagedVideo: 422,
    errors.SpecimenMissing: 422,
    errors.UnknownRegion: 422,
    errors.RegionMissing: 422,
    errors.LateralityMissing: 422,
    errors.LateralityNotApplicable: 422,
    errors.OperatorMissing: 422,
    errors.UnknownOrder: 422,
    errors.CapturedAtImplausible: 422,
    errors.TooManyAttempts: 429,
    errors.ObjectDamaged: 500,
    errors.MisconfiguredHub: 500,
    errors.EhrRefused: 502,
    errors.EhrUnavailable: 503,
    errors.StoreUnavailable: 503,
    errors.AuditUnavailable: 503,
    errors.SearchUnavailable: 503,
}

_RETRY_AFTER_SECONDS = {429: "300", 503: "5"}


def status_of(error: HubError) -> int:
    """Return the HTTP status of an error, of its nearest listed base class."""
    return next(STATUS[c] for c in type(error).__mro__ if c in STATUS)


def problem(code: str, message: str, status: int) -> Response:
    """Build an RFC 9457 answer with a stable `code` and a request id for support."""
    body = {
        "type": f"urn:encounter-imaging-hub:problem:{code}",
        "title": message,
        "status": status,
        "code": code,
        "detail": message,
        "requestId": str(uuid.uuid4()),
    }
    response = Response(json.dumps(body), status, mimetype="application/problem+json")
    if status in _RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS[status]
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="encounter-imaging-hub"'
    return response


def problem_of(error: HubError) -> Response:
    """Build the answer for a HubError."""
    return problem(error.code, error.message, status_of(error))
