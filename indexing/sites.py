"""Which body site and side a series shows, read from everything it says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hub.model import FlagCode, Laterality, Series, Study
from hub.terminology import Region, Site, anatomy, site_in

NOT_RECORDED = "N"
"""The side of a series of which a side could be known but is not."""


@dataclass(frozen=True, slots=True)
class SeriesSite:
    """Modality, regions and side of one series; they are indexed together."""

    modality: str
    regions: tuple[Region, ...]
    unknown_code: str
    """Key of a region that the terminology does not have; empty mostly."""
    side: str
    """L, R, B, U or NOT_RECORDED."""
    flags: tuple[FlagCode, ...] = ()


def series_sites(study: Study) -> tuple[SeriesSite, ...]:
    """Return what each series shows, once for each site and side its images name."""
    return tuple(
        series_site(shown, study.description)
        for series in study.series
        for shown in dict.fromkeys(_as_shown(series))
    )


def site_flags(study: Study) -> tuple[FlagCode, ...]:
    """Return where what a study says about its body sites contradicts itself."""
    return tuple(dict.fromkeys(flag for site in series_sites(study) for flag in site.flags))


def _as_shown(series: Series) -> Iterator[Series]:
    """Yield the series as each of its images says it; one session may go over the body."""
    bare = replace(series, instances=())
    if not series.instances:
        yield bare
    for instance in series.instances:
        yield replace(
            bare,
            anatomic_region=instance.anatomic_region or series.anatomic_region,
            body_part_examined=instance.body_part_examined or series.body_part_examined,
            laterality=instance.laterality or series.laterality,
        )


def series_site(series: Series, study_description: str = "") -> SeriesSite:
    """Read the region from Anatomic Region, else Body Part Examined, else descriptions.

    When two of them disagree both count, and the series is flagged. Two sides that
    contradict each other count as none: an image on the wrong side must not be found.
    """
    code = series.anatomic_region
    coded = anatomy().get(code.scheme, code.value) if code else None
    readings = [
        Site((coded,)) if coded else Site(),
        _body_part(series.body_part_examined),
        site_in(series.description) if series.description else Site(),
    ]
    if not any(site.regions for site in readings) and not code:
        readings.append(site_in(study_description))
    regions, disagree = _regions(readings)
    side, conflict = _side(series.laterality, readings, regions)
    flags = [FlagCode.REGION] * disagree + [FlagCode.SIDE] * conflict
    unknown = f"{code.scheme}:{code.value}" if code and not coded else ""
    return SeriesSite(series.modality, regions, unknown, side, tuple(flags))


def _body_part(text: str) -> Site:
    found = anatomy().body_part(text) if text else None
    return Site((found[0],), found[1]) if found else Site()


def _regions(readings: Iterable[Site]) -> tuple[tuple[Region, ...], bool]:
    regions: list[Region] = []
    disagree = False
    for site in readings:
        if not regions:
            regions += site.regions
        elif site.regions and not _agree(regions, site.regions):
            disagree = True
            regions += site.regions
    return tuple(dict.fromkeys(regions)), disagree


def _agree(known: Iterable[Region], read: Iterable[Region]) -> bool:
    return any(anatomy().related(a, b) for a in known for b in read)


def _side(
    recorded: Laterality | None, readings: Iterable[Site], regions: tuple[Region, ...]
) -> tuple[str, bool]:
    said = [recorded, *(r.laterality_fixed for r in regions), *(site.side for site in readings)]
    sides = [side for side in said if side]
    if {Laterality.LEFT, Laterality.RIGHT} <= set(sides):
        return NOT_RECORDED, True
    if sides:
        return sides[0], False
    sideless = bool(regions) and not any(anatomy().has_sides(r) for r in regions)
    return (Laterality.UNPAIRED if sideless else NOT_RECORDED), False
