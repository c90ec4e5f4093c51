"""`imaging-hub wrap`: files into DICOM without a server, one JSON line per file.

A slide of a scanner becomes several objects, with a line for each.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from capture_api.parsing import capture_from, read_json
from hub.capture_rules import scale_flags
from hub.dicom import BuiltObject, SlideObject
from hub.dicom.payload import payload_sha256
from hub.dicom.render import DicomRenderer
from hub.dicom.uids import UIDs, site_secret
from hub.errors import (
    HubError,
    InvalidRequest,
    MisconfiguredHub,
    NotAcceptable,
    NotFound,
    StoreUnavailable,
)
from hub.fidelity import as_json, report_of
from hub.fidelity_page import page
from hub.measuring import is_still
from hub.media.decoders import check_decoders
from hub.model import Capture, Instance, ReviewFlag, Slide, SourceFile
from hub.review_flags import doubts, sentences
from hub.settings import Settings
from hub.wrap import Wrap, derived_capture_id, source_of

from . import data_option

_CONTEXT = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--context", required=True, type=_CONTEXT)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--report", is_flag=True, help="Write what was kept and changed beside each object.")
@click.option(
    "--scale-marker", is_flag=True, help="Look for the printed scale marker (/marker.pdf)."
)
@click.option("--note-sr", is_flag=True, default=None, help="Write the note as an SR, too.")
@data_option
@click.pass_context
def wrap(
    ctx: click.Context,
    files: tuple[Path, ...],
    context: Path,
    out: Path,
    report: bool,
    scale_marker: bool,
    note_sr: bool | None,
    data: Path,
) -> None:
    """Wrap FILES into DICOM with the patient and encounter of CONTEXT.json."""
    settings = Settings.from_env(os.environ, data=data, note_sr=note_sr)
    check_decoders(require_sandbox=settings.require_sandbox)
    wrapping = Wrap(UIDs(site_secret(settings)), settings)
    description = _description(context, scale_marker)
    _make_folder(out)
    refused = 0
    for file in files:
        try:
            with _progress_on_stderr():
                capture = _capture(file, description, len(files) > 1)
                slide = wrapping.slide_of(capture)
                if slide is not None:
                    lines = _stored_slide(file, capture, slide, wrapping, out, report)
                else:
                    lines = [_stored(file, capture, wrapping, out, report)]
        except HubError as error:
            lines = [_refused(file, error)]
            refused += 1
        for line in lines:
            click.echo(json.dumps(line))
    ctx.exit(1 if refused else 0)


def _description(context: Path, scale_marker: bool) -> Any:
    """Return what is the same for all files; the option asks for the marker as it would."""
    description = read_json(context.read_bytes())
    if scale_marker and isinstance(description, dict):
        description["scaleMarker"] = True
    return description


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise MisconfiguredHub(f"The folder {out} cannot be made.") from exc


@contextmanager
def _progress_on_stderr() -> Iterator[None]:
    """Show how far the coding of a video is."""
    handler, log = logging.StreamHandler(), logging.getLogger("hub.media.transcode")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


def _capture(file: Path, description: Any, several: bool) -> Capture:
    capture = capture_from(description, _source(file))
    if capture.capture_id and not several:
        return capture
    return replace(capture, capture_id=derived_capture_id(capture))


def _source(file: Path) -> SourceFile:
    try:
        return source_of(file)
    except OSError as exc:
        raise InvalidRequest("The file cannot be read.") from exc


def _stored(
    file: Path, capture: Capture, wrapping: Wrap, out: Path, report: bool
) -> dict[str, Any]:
    """Write the object durably, then say so; a scale that was asked for and is not there, too."""
    built, media = wrapping.object_of(capture)
    sop_instance_uid = built.sop_instance_uid
    path = out / f"{sop_instance_uid}.dcm"
    try:
        digest = _written(path, built.write_to)
        if report:
            flags = wrapping.flags_of(capture, media)
            _write_report(path, file, capture, built, digest, flags)
        else:
            _say(file, scale_flags(capture, media))
        note = wrapping.note_of(capture, media, built)
        if note is not None:
            _written(out / f"{note.sop_instance_uid}.dcm", note.write_to)
    except OSError as exc:
        raise StoreUnavailable(f"The folder {out} cannot be written.") from exc
    return _line(file, path, sop_instance_uid)


def _stored_slide(
    file: Path, capture: Capture, slide: Slide, wrapping: Wrap, out: Path, report: bool
) -> list[dict[str, Any]]:
    """Write every image of a slide durably, all or none: a line for each."""
    try:
        # In the same folder, because slides are larger than what /tmp mostly holds.
        with TemporaryDirectory(prefix=".slide-", dir=out) as name:
            folder = Path(name)
            made = wrapping.slide_objects_of(capture, slide, folder)
            for built in made:
                path = folder / f"{built.sop_instance_uid}.dcm"
                digest = _written(path, built.write_to)
                if report:
                    _write_report(path, file, capture, built, digest)
            note = wrapping.note_of(capture, slide, made[0])
            if note is not None:
                _written(folder / f"{note.sop_instance_uid}.dcm", note.write_to)
            _move_files(folder, out)
    except OSError as exc:
        raise StoreUnavailable(f"The folder {out} cannot be written.") from exc
    uids = [built.sop_instance_uid for built in made]
    return [_line(file, out / f"{uid}.dcm", uid) for uid in uids]


def _move_files(folder: Path, out: Path) -> None:
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        path.replace(out / path.name)
    _sync(out)


def _line(file: Path, path: Path, sop_instance_uid: str) -> dict[str, Any]:
    return {
        "source": str(file),
        "status": "stored",
        "path": str(path),
        "sopInstanceUID": sop_instance_uid,
        "code": None,
        "message": None,
    }


def _written(path: Path, write_to: Any) -> str:
    """Write to a neighbour, fsync, rename, fsync the folder; return the SHA-256.

    Under its own name there is the whole file or none, whenever this is interrupted.
    """
    digest = hashlib.sha256()
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as stream:

            def write(chunk: bytes | memoryview) -> None:
                stream.write(chunk)
                digest.update(chunk)

            write_to(write)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(path.parent)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_report(
    path: Path,
    file: Path,
    capture: Capture,
    built: BuiltObject | SlideObject,
    sha: str,
    flags: tuple[ReviewFlag, ...] = (),
) -> None:
    """Write the fidelity report, for people and for programs, of the object as it lies there.

    What a person should look at is also said on stderr.
    """
    with path.open("rb") as stored:
        stream_sha256 = payload_sha256(stored)
    _study, _series, instance = built.instance_facts(sha, path.stat().st_size)
    flags += _doubts(path, instance)
    _say(file, flags)
    report = report_of(
        instance,
        stream_sha256,
        source_name=file.name,
        source_size=capture.source.size,
        flags=flags,
    )
    for ending, text in (("html", page(report)), ("json", json.dumps(as_json(report), indent=2))):
        content = f"{text}\n".encode()
        _written(path.with_suffix(f".report.{ending}"), lambda write, c=content: write(c))


def _say(file: Path, flags: tuple[ReviewFlag, ...]) -> None:
    for text in sentences(flags):
        click.echo(f"{file}: {text}", err=True)


def _doubts(path: Path, instance: Instance) -> tuple[ReviewFlag, ...]:
    """Measure a still for blur and exposure (ADR 0013); only a report asks for it."""
    if not is_still(instance):
        return ()
    try:
        with TemporaryDirectory(prefix="measure-") as folder:
            measures = DicomRenderer(Path(folder)).measured(str(path), instance)
    except (NotAcceptable, NotFound) as exc:
        click.echo(f"{path}: not measured ({exc.code})", err=True)
        return ()
    return tuple(map(ReviewFlag, doubts(measures)))


def _refused(file: Path, error: HubError) -> dict[str, Any]:
    return {
        "source": str(file),
        "status": "refused",
        "path": None,
        "sopInstanceUID": None,
        "code": error.code,
        "message": error.message,
    }
