"""The one place where adapters are chosen: `build_hub(settings)`."""

from __future__ import annotations

from dataclasses import dataclass

from hub.conversion import Conversion
from hub.errors import MisconfiguredHub
from hub.ingest import Ingest
from hub.measuring import Measuring
from hub.reading import Reading
from hub.registration import Registration
from hub.settings import Settings
from hub.store.conversion_ports import Conversions
from hub.store.ports import Accounts, Catalog, ObjectStore
from hub.work_folder import sweep
from hub.worklist import Worklist


@dataclass(frozen=True)
class Hub:
    """The use cases, composed; what views and commands are given."""

    settings: Settings
    catalog: Catalog
    objects: ObjectStore
    accounts: Accounts
    conversions: Conversions
    ingest: Ingest
    conversion: Conversion
    worklist: Worklist
    reading: Reading
    measuring: Measuring
    registration: Registration


def build_hub(settings: Settings) -> Hub:
    """Open stores and compose the use cases.

    Raises MisconfiguredHub when the catalog is not durable (WAL, synchronous=FULL),
    the data folder cannot be written, the site secret is missing, or a decoder is old.
    """
    from hub.dicom.render import DicomRenderer
    from hub.dicom.uids import UIDs, site_secret
    from hub.media.decoders import check_decoders
    from hub.store.accounts import SqlAccounts
    from hub.store.catalog import SqlCatalog
    from hub.store.conversions import SqlConversions
    from hub.store.files import FileObjectStore
    from hub.store.sources import FileSourceStore

    check_decoders(require_sandbox=settings.require_sandbox)
    _make_folder(settings)
    catalog = SqlCatalog(settings.catalog_url)
    kept = next(catalog.all_object_digests(), None)
    objects = FileObjectStore(settings.objects_dir, must_exist=kept is not None)
    uids = UIDs(site_secret(settings))
    conversions, sources = SqlConversions(catalog.engine), FileSourceStore(objects)
    sweep(settings.work_dir)
    renderer = DicomRenderer(settings.data / "derived")
    return Hub(
        settings=settings,
        catalog=catalog,
        objects=objects,
        accounts=SqlAccounts(catalog.engine, settings),
        conversions=conversions,
        ingest=Ingest(catalog, objects, conversions, sources, uids, settings),
        conversion=Conversion(conversions, sources, objects, settings),
        worklist=Worklist(catalog),
        reading=Reading(catalog, objects, renderer, conversions),
        measuring=Measuring(catalog, objects, renderer),
        registration=Registration(catalog),
    )


def _make_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise MisconfiguredHub(f"The data folder {settings.data} cannot be made.") from exc
