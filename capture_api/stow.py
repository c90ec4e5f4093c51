"""STOW-RS: DICOM objects come in (PS3.18 10.5), one part of the body after the other."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Request, Response, request

from hub import access, errors
from hub.bootstrap import Hub
from hub.dicom import received
from hub.errors import BodyTooLarge, InvalidRequest, NotStorable, UnsupportedMedia
from hub.model import Instance, Practitioner, SourceFile

from .auth import allowed
from .current import current_hub
from .header_parameters import read_media_type
from .multipart_related import Part, boundary_of, read_parts
from .store_response import Failure, store_response

DICOM = "application/dicom"

bp = Blueprint("stow", __name__, url_prefix="/dicom-web")

FAILURE_REASONS: dict[type[NotStorable], int] = {
    errors.NotStorable: 0xC000,
    errors.DuplicateInstance: 0x0111,
    errors.StudyOfAnotherPatient: 0xA900,
}
"""Failure Reason (0008,1197) by what was wrong (PS3.18 table I.2-2, PS3.7 C)."""


@bp.post("/studies")
@allowed(access.may_store_dicom)
def post_studies(by: Practitioner) -> Response:
    """Store instances of any studies."""
    return store_response(_store(request, None, by), current_hub().settings.public_url)


@bp.post("/studies/<study_instance_uid>")
@allowed(access.may_store_dicom)
def post_study(study_instance_uid: str, by: Practitioner) -> Response:
    """Store instances of one study; those of another one fail."""
    outcomes = _store(request, study_instance_uid, by)
    return store_response(outcomes, current_hub().settings.public_url)


def failure_reason(error: NotStorable) -> int:
    """Return the Failure Reason of an error, of its nearest listed base class."""
    return next(FAILURE_REASONS[c] for c in type(error).__mro__ if c in FAILURE_REASONS)


def _store(
    request: Request, study_instance_uid: str | None, by: Practitioner
) -> list[Instance | Failure]:
    """Keep the parts one by one: what was kept stays kept when a later one is cut off."""
    hub = current_hub()
    parts = _parts(request, hub.settings.max_upload_bytes)
    outcomes = [_store_part(part, hub, study_instance_uid, by) for part in parts]
    if not outcomes:
        raise InvalidRequest("The request has no parts.")
    return outcomes


def _store_part(
    part: Part, hub: Hub, study_instance_uid: str | None, by: Practitioner
) -> Instance | Failure:
    """Keep one part, or say why not; only the archive being unable ends the request."""
    if part.media_type not in ("", DICOM):
        return Failure(failure_reason(NotStorable()), "This part is not application/dicom.")
    incoming = hub.objects.incoming()
    try:
        for chunk in part.chunks:
            incoming.write(chunk)
        source = incoming.finish()
        try:
            return hub.ingest.dicom(source, by, study_instance_uid=study_instance_uid)[0]
        except NotStorable as exc:
            return _failure(exc, source)
    finally:
        incoming.discard()


def _failure(error: NotStorable, source: SourceFile) -> Failure:
    """Return why an object was not stored, with its UIDs as far as it can be read."""
    try:
        header = received.read(source.path).header
    except NotStorable:
        return Failure(failure_reason(error), error.message)
    sop_class_uid, sop_instance_uid = (header[tag]["Value"][0] for tag in ("00080016", "00080018"))
    return Failure(failure_reason(error), error.message, sop_class_uid, sop_instance_uid)


def _parts(request: Request, limit: int) -> Iterator[Part]:
    """Return the parts of the body. Raises UnsupportedMedia, BodyTooLarge, InvalidRequest."""
    media_type, parameters = read_media_type(request.headers.get("Content-Type", ""))
    if media_type != "multipart/related" or parameters.get("type", "").lower() != DICOM:
        raise UnsupportedMedia(
            'Send multipart/related; type="application/dicom". Metadata with bulk data '
            "(application/dicom+json, application/dicom+xml) is not taken."
        )
    if (request.content_length or 0) > limit:
        raise BodyTooLarge
    # A chunked body tells no length; the stream ends it with 413 when it passes the limit.
    request.max_content_length = limit
    return read_parts(request.stream.read, boundary_of(parameters))
