"""The demo's accounts, one for each role; the password is the user name."""

from __future__ import annotations

from hub.bootstrap import Hub
from hub.model import Practitioner, Role
from hub.store.ports import Account

from .people import HOSPITAL

_NAMES = {
    Role.CLINICIAN: "Berg^Ida^^Dr",
    Role.RADIOLOGY: "Sato^Kenji^^Dr",
    Role.RECORDS: "Adeyemi^Tola",
    Role.EHR_VIEWER: "Novak^Petra^^Dr",
    Role.ADMIN: "Haddad^Samir",
    Role.AUDITOR: "Jensen^Mette",
}

ACCOUNTS: tuple[tuple[str, str, str, str], ...] = tuple(
    (f"demo-{role.replace('_', '-')}", f"demo-{role.replace('_', '-')}", str(role), name)
    for role, name in _NAMES.items()
)
"""(user, password, role, name as DICOM PN)."""


def practitioner(role: Role) -> Practitioner:
    """Return the demo person of `role`."""
    user, _, _, name = next(a for a in ACCOUNTS if a[2] == role)
    return Practitioner(user, name, role, HOSPITAL)


def add_accounts(hub: Hub) -> None:
    """Create the accounts that are missing; a changed password is left alone."""
    for user, password, role, name in ACCOUNTS:
        if hub.accounts.get(user) is None:
            account = Account(user, name, Role(role), practitioner_issuer=HOSPITAL)
            hub.accounts.add(account, password)
