"""UIDs and accession numbers follow from what they name, under the site's secret (D8).

Phones that retry and two workers that race agree without asking each other, and nobody
without the secret can find a patient's UIDs by counting through record numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import uuid
from pathlib import Path

from hub.errors import MisconfiguredHub
from hub.settings import Settings

_LEAST_SECRET_BYTES = 16
_ACCESSION_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit over the telephone."""


class UIDs:
    """Derives `2.25.` UIDs (PS3.5 B.2) with HMAC-SHA-256 under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def study(self, key: str) -> str:
        """Study Instance UID of the care event with this canonical key."""
        return self._uid("study", key)

    def series(self, *parts: str) -> str:
        """Series Instance UID of (study, modality, device, session)."""
        return self._uid("series", *parts)

    def instance(self, capture_id: str) -> str:
        """SOP Instance UID of the phone's capture id, in whatever case it was written."""
        return self._uid("instance", capture_id.lower())

    def named(self, purpose: str, *parts: str) -> str:
        """UID of anything else that has a name of its own: a lesion, a specimen, a slide."""
        return self._uid(purpose, *parts)

    def accession(self, key: str) -> str:
        """Accession number of a care event: `E` and 75 bits, 16 characters in all (SH)."""
        number = int.from_bytes(self._digest("accession", key)[:10], "big") >> 5
        letters = [_ACCESSION_LETTERS[number >> shift & 31] for shift in range(70, -1, -5)]
        return "E" + "".join(letters)

    def _uid(self, *parts: str) -> str:
        octets = bytearray(self._digest(*parts)[:16])
        octets[6] = octets[6] & 0x0F | 0x80  # version 8, custom (RFC 9562)
        octets[8] = octets[8] & 0x3F | 0x80
        return f"2.25.{uuid.UUID(bytes=bytes(octets)).int}"

    def _digest(self, *parts: str) -> bytes:
        # As JSON, so that ("a", "bc") and ("ab", "c") are not the same thing.
        message = json.dumps(parts, ensure_ascii=False).encode()
        return hmac.digest(self._secret, message, hashlib.sha256)


def site_secret(settings: Settings) -> bytes:
    """Return the secret of `site_secret_file`, else of the data folder, made at first use.

    A secret that is lost makes every retry a new study, so nothing is made where a file
    was named. Raises MisconfiguredHub when it cannot be read or is too short.
    """
    if settings.site_secret_file:
        return _read(Path(settings.site_secret_file))
    path = settings.data / "site-secret"
    if not path.exists():
        _make(path)
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        secret = path.read_bytes().strip()
    except OSError as exc:
        raise MisconfiguredHub("The site secret cannot be read.") from exc
    if len(secret) < _LEAST_SECRET_BYTES:
        raise MisconfiguredHub(f"The site secret is shorter than {_LEAST_SECRET_BYTES} bytes.")
    return secret


def _make(path: Path) -> None:
    """Write a new secret whole and durable; when another process was first, keep its own."""
    draft = path.with_name(f"site-secret.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _link(draft, path)
        _sync_folder(path.parent)
    except OSError as exc:
        raise MisconfiguredHub("The site secret cannot be written.") from exc


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename, this never replaces
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
