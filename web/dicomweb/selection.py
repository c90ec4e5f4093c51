"""Which rows of the studies found answer a QIDO-RS query, and with what fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.model import Instance, Study

from .header_json import metadata_of
from .levels import is_of_instance, is_of_series, is_of_study
from .matching import matches
from .query import Query
from .rows import Row, instance_row, merged, series_row, study_row, with_fields


def study_rows(studies: Iterable[Study], query: Query, base: str) -> Iterator[Row]:
    """Yield a row per study."""
    for study in studies:
        header = next((i.header for i in study.instances), {})
        yield merged(with_fields(study_row(study, base), header, query.fields, is_of_study))


def series_rows(
    studies: Iterable[Study], query: Query, base: str, *, levels: int = 1
) -> Iterator[Row]:
    """Yield a row per matching series; with two levels it has the study's attributes too."""
    for study in studies:
        above = study_row(study, base) if levels > 1 else {}
        for series in study.series:
            row = series_row(series, base)
            if matches(row, query.series_keys):
                header = next((i.header for i in series.instances), {})
                yield merged(with_fields({**above, **row}, header, query.fields, is_of_series))


def instance_rows(
    studies: Iterable[Study], query: Query, base: str, *, levels: int = 1
) -> Iterator[Row]:
    """Yield a row per matching instance, with the attributes of so many levels."""
    for study in studies:
        of_study = study_row(study, base) if levels > 2 else {}
        for series in study.series:
            of_series = series_row(series, base)
            if not matches(of_series, query.series_keys):
                continue
            above = {**of_study, **of_series} if levels > 1 else {}
            for instance in series.instances:
                row = instance_row(instance, base)
                if matches(row, query.instance_keys):
                    yield _instance({**above, **row}, instance, query, base)


def _instance(row: Row, instance: Instance, query: Query, base: str) -> Row:
    header = metadata_of(instance, base)
    return merged(with_fields(row, header, query.fields, is_of_instance))
