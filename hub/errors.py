"""Every refusal the hub can give, each with a stable `code` and a sentence for a nurse.

Messages carry no PHI. The HTTP status of each class is the one table in
`capture_api/problems.py`; `docs/errors.md` lists the codes and a test compares.
"""


class HubError(Exception):
    """The hub refuses or fails, and says so in words that help."""

    code = "hub-error"
    message = "Something went wrong in the imaging hub. Nothing was lost; please try again."

    def __init__(self, message: str | None = None, **facts: object) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.facts = facts


class InvalidRequest(HubError):
    """The request cannot be read as what it should be."""

    code = "invalid-request"
    message = "The request could not be understood."


class NotFound(HubError):
    """There is no such thing, or the person may not know that there is."""

    code = "not-found"
    message = "This does not exist, or you do not have access to it."


class Forbidden(HubError):
    """The person is known but may not do this."""

    code = "forbidden"
    message = "Your role does not allow this."


class UnknownHost(InvalidRequest):
    """The Host header names a machine that this hub is not (DNS rebinding, a poisoned link)."""

    code = "unknown-host"
    message = "The hub does not answer under this name."


class ForeignRequest(Forbidden):
    """Another site's page sent this, or the page is older than the session it was made in."""

    code = "foreign-request"
    message = (
        "This request did not come from a current page of the hub, so nothing was done. "
        "Please reload the page and try again."
    )


class NotSignedIn(HubError):
    """Nobody is signed in, or the session or token has ended."""

    code = "not-signed-in"
    message = "Please sign in."


class SignInRefused(HubError):
    """Wrong name or password: the two are not told apart."""

    code = "sign-in-refused"
    message = "The user name or password is not right."


class TooManyAttempts(HubError):
    """Ten wrong passwords in a row: the account waits."""

    code = "too-many-attempts"
    message = "Too many attempts. Please wait a few minutes and try again."


class BodyTooLarge(HubError):
    """The body passes the limit set for this kind of request."""

    code = "body-too-large"
    message = "This file is too large to be sent in this way."


class UnsupportedMedia(HubError):
    """The bytes are of a kind the hub does not take."""

    code = "unsupported-media"
    message = "This file is not a photo that the hub can take."


class UnsupportedEncoding(UnsupportedMedia):
    """The body is compressed: its true size cannot be known before it is opened."""

    code = "unsupported-encoding"
    message = "The hub does not take compressed requests."


class NotAnImage(UnsupportedMedia):
    """A text file, a ZIP, an HTML page with the ending .jpg."""

    code = "not-an-image"
    message = "This file is not an image."


class DamagedImage(UnsupportedMedia):
    """The transfer was cut, or the card was failing: the picture is not whole."""

    code = "damaged-image"
    message = "This image is damaged or incomplete. Please take or choose it again."


class NotADocument(UnsupportedMedia):
    """A capture of kind document that is no PDF file."""

    code = "not-a-document"
    message = "This file is not a PDF document."


class DamagedDocument(UnsupportedMedia):
    """The transfer was cut, or the file was never whole: its end does not lead to its content."""

    code = "damaged-document"
    message = "This document is damaged or incomplete. Please export or scan it again."


class NotAVideo(UnsupportedMedia):
    """A capture of kind video that is a playlist, a sound or anything else but a video."""

    code = "not-a-video"
    message = "This file is not a video that the hub can take."


class DamagedVideo(UnsupportedMedia):
    """The transfer was cut, or the file contradicts itself."""

    code = "damaged-video"
    message = "This video is damaged or incomplete. Please take or choose it again."


class TranscodingOff(UnsupportedMedia):
    """DICOM cannot carry the video as it is, and the hub may not code it again."""

    code = "transcoding-off"
    message = "This video would have to be coded again, which is switched off here."


class ImageTooLarge(UnsupportedMedia):
    """The header claims more pixels than a clinical photo has (a decompression bomb)."""

    code = "image-too-large"
    message = "This image has more pixels than the hub accepts."


class UnknownEncounter(HubError):
    """The encounter in the path is not one the hub knows."""

    code = "unknown-encounter"
    message = "This encounter is not known to the hub."


class EncounterAmbiguous(HubError):
    """The same visit number exists under two issuers and the capture names none."""

    code = "encounter-ambiguous"
    message = "Two encounters have this number. Please pick the encounter from the worklist."


class EncounterClosed(HubError):
    """The photo was taken outside the encounter, e.g. hours after the discharge."""

    code = "encounter-closed"
    message = (
        "The photo was not taken during this encounter. "
        "It is still on this device; please pick the right encounter."
    )


class PatientMismatch(HubError):
    """The phone sealed one patient's identity, the encounter is another patient's."""

    code = "patient-mismatch"
    message = "The photo was taken for another patient than this encounter's. Nothing was stored."


class EncounterMismatch(HubError):
    """The encounter sealed into the capture is not the one it was sent to."""

    code = "encounter-mismatch"
    message = "The photo was taken in another encounter than this one. Nothing was stored."


class UnknownRegion(HubError):
    """The body site code is not in the terminology."""

    code = "unknown-region"
    message = "This body site is not known. Please pick a body site from the list."


class RegionMissing(HubError):
    """No body site was picked."""

    code = "region-missing"
    message = "Please pick a body site."


class LateralityMissing(HubError):
    """A paired body site (hand, eye) without left, right, both."""

    code = "laterality-missing"
    message = "This body site needs a side: left, right or both."


class LateralityNotApplicable(HubError):
    """A side that contradicts the body site (a right side on a left-only code)."""

    code = "laterality-not-applicable"
    message = "This side does not fit the body site."


class OperatorMissing(HubError):
    """A machine sent a capture without saying who took it; a machine takes no photos."""

    code = "operator-missing"
    message = "Please say who took the photo."


class SpecimenMissing(HubError):
    """A gross photo or a slide field without the label that says what it shows."""

    code = "specimen-missing"
    message = "Please scan or enter the label of the container or slide."


class UnknownOrder(HubError):
    """The order that was picked is not one of the patient's orders."""

    code = "unknown-order"
    message = "This order is not known for this patient. Please pick an order from the list."


class CapturedAtImplausible(HubError):
    """A clock far ahead, before the year 2000 or before the patient's birth."""

    code = "captured-at-implausible"
    message = "The time of the photo cannot be right. Please check the clock of this device."


class CaptureConflict(HubError):
    """The same capture id came again with other bytes or another patient."""

    code = "capture-conflict"
    message = "This capture was stored before with other content. Nothing was changed."


class NotStorable(HubError):
    """A DICOM object that the archive cannot keep as it came."""

    code = "not-storable"
    message = "This DICOM object could not be stored."


class DuplicateInstance(NotStorable):
    """The SOP Instance UID exists with other bytes (an overwrite)."""

    code = "duplicate-instance"
    message = "An instance with this UID and other content is stored already."


class StudyOfAnotherPatient(NotStorable):
    """The Study Instance UID belongs to another patient."""

    code = "study-of-another-patient"
    message = "This study belongs to another patient."


class ObjectDamaged(HubError):
    """The stored bytes no longer have their digest (a failing disk)."""

    code = "object-damaged"
    message = "This image cannot be shown because its stored copy is damaged. Support was told."


class StoreUnavailable(HubError):
    """The disk is full or unmounted, the database is down: nothing was acknowledged."""

    code = "store-unavailable"
    message = "The image could not be stored just now. It is still on this device; try again soon."


class AuditUnavailable(HubError):
    """The access could not be written to the audit log, so nothing is shown."""

    code = "audit-unavailable"
    message = "Images cannot be shown just now because the access log cannot be written."


class SearchUnavailable(HubError):
    """The search engine does not answer."""

    code = "search-unavailable"
    message = "Search does not answer just now. Images are safe; open the patient directly."


class EhrUnavailable(HubError):
    """The EHR's server does not answer, or not now: what it should hear of is kept."""

    code = "ehr-unavailable"
    message = "The health record does not answer just now. It will be told later."


class EhrRefused(HubError):
    """The EHR's server understood the message and will not take it."""

    code = "ehr-refused"
    message = "The health record did not accept the message."


class NotAcceptable(HubError):
    """None of the media types in Accept can be given."""

    code = "not-acceptable"
    message = "The hub cannot answer in any of the formats asked for."


class MisconfiguredHub(HubError):
    """A setting is missing or wrong; said at start, never later."""

    code = "misconfigured"
    message = "The hub is not configured correctly."
