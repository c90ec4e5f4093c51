"""Settings of the hub: one frozen dataclass, read once from `HUB_*` variables.

`docs/settings.md` is generated from the docstrings below (`make docs`).
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.errors import MisconfiguredHub

MIB = 1024 * 1024


def _default_data() -> Path:
    return Path.home() / ".local" / "share" / "encounter-imaging-hub"


@dataclass(frozen=True)
class Settings:
    """How this hub runs. Every field is `HUB_<NAME>` in the environment."""

    data: Path = field(default_factory=_default_data)
    """Folder of the embedded defaults: catalog, objects, index, secret."""
    database_url: str = ""
    """SQLAlchemy URL of the catalog; empty = SQLite in the data folder."""
    store_url: str = ""
    """Object store: `file:///path`; empty = `objects` in the data folder."""
    search_url: str = ""
    """Elasticsearch, `http(s)://host:port`; empty = the embedded engine."""
    public_url: str = "http://localhost:8000"
    """How browsers and the EHR reach the hub; decides cookies and links."""
    site_secret_file: str = ""
    """File with the secret that UIDs are derived with; empty = made in the data folder."""
    time_zone: str = "UTC"
    """IANA name of the site's zone: days of inpatient care events, search dates."""
    institution: str = "Demo Hospital"
    """Institution Name (0008,0080) of objects made here."""
    default_issuer: str = "HOSP"
    """Assigning authority of identifiers that come without one."""
    accession_issuer: str = "EIH"
    """Namespace of accession numbers that the hub mints (Issuer of Accession Number)."""
    max_post_bytes: int = 100 * MIB
    """Largest body of a capture's POST, in bytes."""
    max_upload_bytes: int = 10 * 1024 * MIB
    """Largest STOW-RS body or resumable upload, in bytes."""
    max_pixels: int = 100_000_000
    """Largest photo, in pixels; more is refused from the header."""
    transcode: bool = True
    """Code videos again that DICOM cannot carry as they are (`on`); else refuse them (`off`)."""
    conversion_lease_seconds: int = 60
    """A worker that is not heard of for so long loses the video it was coding again."""
    require_sandbox: bool = False
    """Refuse to start where the kernel cannot confine decoders (Landlock, seccomp); else warn."""
    encounter_grace_hours: int = 12
    """Hours before and after the encounter within which a photo belongs to it."""
    clock_tolerance_hours: int = 26
    """Hours a photo's time may lie ahead of its receipt."""
    session_idle_minutes: int = 30
    """A session without a request for so long has ended."""
    session_hours: int = 12
    """A session ends after so long in any case."""
    index_commit_ms: int = 150
    """Longest wait of the embedded index for more changes before it commits, in ms."""
    keep_device_serial: bool = False
    """Copy the camera's serial numbers into the object (Device Serial Number)."""
    note_sr: bool = False
    """Keep a capture's note also as a Basic Text SR that references the image."""
    ehr_fhir_url: str = ""
    """FHIR R4 base that ImagingStudy resources are published to; empty = none."""
    ehr_fhir_token_file: str = ""
    """File with the bearer token for that FHIR base."""
    allowed_hosts: str = ""
    """Further Host names the hub answers to, by comma; the public URL's and loopback always."""

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def catalog_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data / 'catalog.sqlite3'}"

    @property
    def objects_dir(self) -> Path:
        """The root folder of the object store on files."""
        return Path(self.store_url.removeprefix("file://") or self.data / "objects")

    @property
    def work_dir(self) -> Path:
        """The folder of files that live only as long as the work on them."""
        return self.data / "tmp"

    @property
    def index_dir(self) -> Path:
        """The folder of the embedded index."""
        return self.data / "index"

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **overrides: object) -> Settings:
        """Read `HUB_*` from `environ`; `overrides` that are not None win.

        Raises MisconfiguredHub naming the variable whose value cannot be read.
        """
        kinds = typing.get_type_hints(cls)
        values: dict[str, object] = {}
        for f in fields(cls):
            text = environ.get(f"HUB_{f.name.upper()}")
            if text is not None:
                values[f.name] = _value(f"HUB_{f.name.upper()}", text, kinds[f.name])
        values.update({k: v for k, v in overrides.items() if v is not None})
        settings = cls(**values)  # type: ignore[arg-type]
        _checked_zone(settings)
        return settings


_SWITCH = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


def _value(name: str, text: str, kind: type) -> object:
    try:
        if kind is bool:
            return _SWITCH[text.lower()]
        return kind(text)
    except (ValueError, KeyError) as exc:
        raise MisconfiguredHub(f"{name} cannot be read: {text!r}") from exc


def _checked_zone(settings: Settings) -> None:
    try:
        settings.zone  # noqa: B018 - the look-up is the check
    except (KeyError, ValueError) as exc:
        raise MisconfiguredHub(f"HUB_TIME_ZONE is no time zone: {settings.time_zone!r}") from exc
