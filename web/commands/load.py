"""`imaging-hub load`: patients, encounters and orders from files, as if a listener had them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from hub.bootstrap import Hub
from hub.errors import HubError, InvalidRequest
from hub.fhir.bundles import BundleContent, read_bundle
from hub.model import Practitioner, Role

from . import COMMAND_LINE, data_option, open_hub

_BY = Practitioner(id=COMMAND_LINE, name="", role=Role.ADMIN, machine=True)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@data_option
@click.pass_context
def load(ctx: click.Context, files: tuple[Path, ...], data: Path | None) -> None:
    """Load FHIR R4 bundles (.json) with Patient, Encounter, ServiceRequest, Practitioner.

    A file is taken whole or not at all; a broken one does not stop those after it.
    """
    hub = open_hub(data)
    refused = 0
    for file in files:
        try:
            click.echo(_loaded(file, hub))
        except HubError as error:
            click.echo(f"imaging-hub: {error.message}", err=True)
            refused += 1
    ctx.exit(1 if refused else 0)


def _loaded(file: Path, hub: Hub) -> str:
    """Take one file over into the catalog; return the line that says what it held."""
    bundle = read_bundle(
        _content(file),
        name=file.name,
        default_issuer=hub.settings.default_issuer,
        zone=hub.settings.zone,
    )
    counts = hub.registration.apply(bundle.records, f"load {file.suffix}", _BY)
    return f"{file.name}: {_summary(bundle, counts)}"


def _content(file: Path) -> bytes:
    if file.suffix.lower() == ".hl7":
        raise InvalidRequest(f"{file.name}: HL7 v2 messages are not taken yet; only FHIR bundles.")
    try:
        return file.read_bytes()
    except OSError as exc:
        raise InvalidRequest(f"{file.name}: the file cannot be read.") from exc


def _summary(bundle: BundleContent, counts: Mapping[str, int]) -> str:
    taken = ", ".join(f"{n} {kind}" for kind, n in counts.items() if n) or "nothing for the hub"
    parts = [taken]
    if encounters := bundle.records.encounters:
        # An ended one is not on the worklist that a clinician sees first.
        still_open = sum(e.ended is None for e in encounters)
        parts.append(f"{still_open} of {len(encounters)} encounters open")
    if bundle.without_patient:
        parts.append(f"{bundle.without_patient} without their patient in the bundle left out")
    if bundle.ignored:
        parts.append(f"{sum(bundle.ignored.values())} resources of other types left aside")
    return "; ".join(parts)
