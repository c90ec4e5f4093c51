"""Writes the embedded index: one folder, one writer, batches committed as they come."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy

from hub.errors import SearchUnavailable
from indexing.columns import column_of, packed
from indexing.current import is_of_this_format, left_over, named_in, new_name, put_in_force
from indexing.documents import Document
from indexing.fields import BY_NAME, FACETS, FIELDS, Field, Kind

_HEAP = 64_000_000
_COLLECT_EVERY = 100
"""Commits between two collections of unreferenced segment files."""


class TantivyIndex:
    """The writing side of the embedded index in `folder`.

    tantivy allows one writer for a folder. It is taken with the first write and kept;
    another process that wants it gets SearchUnavailable and tries again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: _Writer | None = None

    def current(self) -> str:
        """Return the name in `CURRENT` when it is of this format and there."""
        name = named_in(self._folder)
        there = is_of_this_format(name) and tantivy_exists(self._folder / name)
        return name if there else ""

    def write(self, documents: Sequence[Document], gone: Sequence[str]) -> Mapping[str, str]:
        """Replace documents in the index in force and commit."""
        return self._writer_of(self.current()).write(documents, gone)

    def build(self) -> TantivyBuild:
        """Begin a new index in a folder of its own; the writer of the old one stays."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return TantivyBuild(self._folder)

    def close(self) -> None:
        """Give back the writer's lock."""
        if self._writer:
            self._writer.close()
            self._writer = None

    def _writer_of(self, name: str) -> _Writer:
        if self._writer and self._writer.name != name:
            self.close()
        if not self._writer:
            self._writer = _Writer(self._folder, name)
        return self._writer


class TantivyBuild:
    """A new index being filled."""

    def __init__(self, folder: Path) -> None:
        self.name = new_name()
        self._folder = folder
        (folder / self.name).mkdir(mode=0o700)
        tantivy.Index(_schema(), str(folder / self.name))
        self._writer = _Writer(folder, self.name)

    def write(self, documents: Sequence[Document]) -> Mapping[str, str]:
        """Add documents; they are committed together by `put_in_force`."""
        return self._writer.add(documents)

    def put_in_force(self) -> None:
        """Commit, rename `CURRENT` over the old one, remove folders of former indexes."""
        self._writer.commit()
        self._writer.close()
        former = named_in(self._folder)
        put_in_force(self._folder, self.name)
        folders = [folder.name for folder in self._folder.iterdir() if folder.is_dir()]
        for name in left_over(folders, [former], self.name):
            # Readers that still have its files open keep them until they let go.
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def abandon(self) -> None:
        """Remove the half-built folder."""
        self._writer.close()
        shutil.rmtree(self._folder / self.name, ignore_errors=True)


class _Writer:
    """tantivy's writer of one folder, with its errors in the hub's words."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._commits = 0
        try:
            self._index = tantivy.Index.open(str(folder / name))
            self._writer = self._index.writer(_HEAP, 1)
        except ValueError as exc:
            raise SearchUnavailable("The index is being written by another process.") from exc

    def write(self, documents: Iterable[Document], gone: Iterable[str]) -> Mapping[str, str]:
        for uid in gone:
            self._writer.delete_documents_by_term("study_instance_uid", uid)
        refused = self.add(documents)
        self.commit()
        return refused

    def add(self, documents: Iterable[Document]) -> Mapping[str, str]:
        refused = {}
        for document in documents:
            uid = str(document["study_instance_uid"][0])
            self._writer.delete_documents_by_term("study_instance_uid", uid)
            try:
                self._writer.add_document(_tantivy_document(document))
            except ValueError as exc:
                refused[uid] = type(exc).__name__
        return refused

    def commit(self) -> None:
        try:
            self._writer.commit()
            self._commits += 1
            if self._commits % _COLLECT_EVERY == 0:
                self._writer.garbage_collect_files()
        except (ValueError, OSError) as exc:
            raise SearchUnavailable from exc

    def close(self) -> None:
        """Wait for merges, then drop the writer: its lock goes with it."""
        self._writer.wait_merging_threads()
        del self._writer, self._index


def tantivy_exists(folder: Path) -> bool:
    """Whether there is an index in the folder; tantivy itself raises for a missing one."""
    return folder.is_dir() and tantivy.Index.exists(str(folder))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in FIELDS:
        _add_field(builder, field)
    for field in FACETS:
        builder.add_text_field(
            column_of(field.name), fast=True, tokenizer_name="raw", index_option="basic"
        )
    return builder.build()


def _add_field(builder: tantivy.SchemaBuilder, field: Field) -> None:
    if field.kind is Kind.NUMBER:
        builder.add_integer_field(field.name, stored=field.stored, indexed=True, fast=True)
    elif field.kind is Kind.TEXT:
        builder.add_text_field(field.name, tokenizer_name="whitespace")
    else:
        builder.add_text_field(
            field.name,
            stored=field.stored,
            fast=field.sorts,
            tokenizer_name="raw",
            index_option="basic",
        )


def _tantivy_document(document: Document) -> tantivy.Document:
    made = tantivy.Document()
    for name, values in document.items():
        add = made.add_integer if BY_NAME[name].kind is Kind.NUMBER else made.add_text
        for value in values:
            add(name, value)  # type: ignore[arg-type]
    for field in FACETS:
        made.add_text(column_of(field.name), packed(document[field.name]))
    return made
