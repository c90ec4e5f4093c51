"""Who may see or do what: pure predicates over a Practitioner.

Every view names one of them (`capture_api.auth.allowed`), every use case that shows data
asks them again. A role that is not listed may not.
"""

from __future__ import annotations

from hub.model import Practitioner, Role

_SEARCHING = frozenset({Role.CLINICIAN, Role.RADIOLOGY, Role.RECORDS, Role.ADMIN})
_READING = _SEARCHING | {Role.EHR_VIEWER}


def signed_in(by: Practitioner) -> bool:
    """Hold for anyone with an account: an account without a role does not exist."""
    return bool(by.id)


def may_capture(by: Practitioner) -> bool:
    """Photographs are taken by clinicians, and by the machines that act as one."""
    return by.role is Role.CLINICIAN


def may_see_worklist(by: Practitioner) -> bool:
    """The worklist is for those who capture, and for those who mend it."""
    return by.role in {Role.CLINICIAN, Role.ADMIN}


def may_search(by: Practitioner) -> bool:
    """Search and QIDO-RS go over all patients, which a link from the EHR does not."""
    return by.role in _SEARCHING


def may_store_dicom(by: Practitioner) -> bool:
    """STOW-RS takes whole objects, patient identity included."""
    return by.role in {Role.RADIOLOGY, Role.ADMIN}


def may_administer(by: Practitioner) -> bool:
    """Accounts, settings and metrics."""
    return by.role is Role.ADMIN


def may_read_audit(by: Practitioner) -> bool:
    """An auditor sees who did what, and nothing else."""
    return by.role in {Role.AUDITOR, Role.ADMIN}


def may_open_links(by: Practitioner) -> bool:
    """Open an image link as an EHR calls it (IHE Invoke Image Display)."""
    return by.role in _READING


def may_read(by: Practitioner) -> bool:
    """Ask for images at all; which ones is said by `may_read_study`."""
    return by.role in _READING


def may_read_study(by: Practitioner, study_instance_uid: str) -> bool:
    """See this study; an `ehr_viewer` sees only what a launch or link has named."""
    if by.role is Role.EHR_VIEWER:
        return study_instance_uid in by.named_studies
    return by.role in _READING
