"""`consult import` and `consult export`: records of the house from and to files, for operators and scripts.

An import shows what it does with every row and writes only if no row is refused. An export carries what everyone may read;
with `--audience all` it carries everything, and the log keeps that somebody took it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import yaml
from flask import current_app
from flask.cli import with_appcontext

from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.db import db, reading
from consult.core.errors import DomainError
from consult.core.exchange import EVERYTHING, PUBLIC, Exchange, in_order
from consult.core.exchange_export import archive, write
from consult.core.exchange_files import MOST_BYTES
from consult.core.exchange_runs import REFUSED, UNCHANGED, Plan, carry_out, plan, undo
from consult.core.i18n import LANGUAGES, in_language
from consult.core.imports import ImportRun
from consult.core.registry import registries
from consult.core.tables import FORMATS

audit.declare("export.everything", "kind")

ALL = "all"
SHOWN = 200  # rows printed of an import; `--report` holds all of them


def _exchange(kind: str) -> Exchange:
    found: Exchange | None = registries.exchanges.get(kind)
    if found is None:
        names = ", ".join(one.name for one in in_order())
        raise click.UsageError(f"There is no kind {kind!r}. These are there: {names}, {ALL}.")
    return found


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen and write nothing.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML or JSON file: column of the file -> field; null leaves a column out.",
)
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what happened to each row as JSON."
)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences.")
@with_appcontext
def import_command(
    kind: str, file: Path, dry_run: bool, mapping: Path | None, report: Path | None, language: str
) -> None:  # fmt: skip
    """Import records of a KIND from a FILE (CSV, XLSX, JSON, JSONL, YAML); all rows or none. Can be repeated.

    KIND is for example clusters, organisations, programmes, projects, activities, topics, relations, consultations, ideas,
    responses or comments; "all" takes an archive made by "consult export all". Exit status 1 if a row is refused.
    """
    if file.stat().st_size > MOST_BYTES:
        raise click.ClickException(f"The file is larger than {MOST_BYTES // 2**20} MB. Please divide it.")
    content, columns = file.read_bytes(), _mapping(mapping)
    parts = _archived(content) if kind == ALL else [(_exchange(kind), file.name, content)]
    with in_language(language):
        try:
            done = [_one(exchange, name, data, columns, dry_run) for exchange, name, data in parts]
        except DomainError as error:
            db.session.rollback()
            raise click.ClickException(str(error.message)) from error
    refused = any(found.refused for found, _run in done)
    if dry_run or refused:
        db.session.rollback()
    else:
        db.session.commit()  # before anything is printed: a closed pipe must not undo what is announced
    if report is not None:
        documents = [_document(found) for found, _run in done]
        report.write_text(json.dumps(documents, ensure_ascii=False, indent=2) + "\n", "utf-8")
    for found, number in done:
        _print(found, dry_run)
        if number is not None and not refused:
            click.echo(f"  take it back with: consult undo-import {number}")
    if refused:
        click.echo("Nothing was written.", err=True)
        sys.exit(1)


def _one(
    exchange: Exchange, name: str, content: bytes, mapping: Mapping[str, str | None], dry_run: bool
) -> tuple[Plan, int | None]:
    """Look at one file or carry it out, in the transaction at hand; with the number of an import that did something."""
    if dry_run:
        with reading():
            return plan(exchange, name, content, mapping), None
    found, run = carry_out(SYSTEM, exchange, name, content, mapping)
    return found, run.id if run is not None and run.changes else None


def _archived(content: bytes) -> list[tuple[Exchange, str, bytes]]:
    """The files of an archive by kind, in the order in which they are best imported."""
    found = []
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > 4 * MOST_BYTES:
                raise click.ClickException("Unpacked, the archive is too large. Please import kind by kind.")
            for exchange in in_order():
                with suppress(KeyError):
                    found.append((exchange, f"{exchange.name}.json", packed.read(f"{exchange.name}.json")))
    except zipfile.BadZipFile as error:
        raise click.ClickException("This is no archive of an export.") from error
    if not found:
        raise click.ClickException("The archive holds no file such as clusters.json.")
    return found


def _mapping(file: Path | None) -> dict[str, str | None]:
    if file is None:
        return {}
    try:
        found: Any = yaml.safe_load(file.read_text("utf-8-sig"))  # JSON is YAML too
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(f"The mapping cannot be read: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(value, str | None) for value in found.values()):
        raise click.ClickException("A mapping says for columns which field they are: {column: field}.")
    return {str(column): field for column, field in found.items()}


def _print(found: Plan, dry_run: bool) -> None:
    counts = found.counts
    what = "would be" if dry_run else "are" if not found.refused else "would have been"
    click.echo(
        f"{found.exchange.name}: {counts['added']} {what} added, {counts['changed']} changed, "
        f"{counts['unchanged']} unchanged, {counts['refused']} refused"
    )
    shown = [line for line in found.lines if line.outcome not in (UNCHANGED, REFUSED)]
    for line in shown[:SHOWN]:
        fields = f" ({', '.join(line.fields)})" if line.fields else ""
        twin = f"; {line.twin} has the same name" if line.twin else ""
        click.echo(f"  {line.outcome:<9} row {line.row}  {line.key}{fields}{twin}")
    if len(shown) > SHOWN:
        click.echo(f"  ... and {len(shown) - SHOWN} more rows (--report FILE lists all)")
    unresolved = found.unresolved
    for row, key, field, reference in unresolved[:SHOWN]:
        click.echo(f"  unresolved row {row}  {key}: {field} names {reference}, which is not here yet; it is kept")
    if len(unresolved) > SHOWN:
        click.echo(f"  ... and {len(unresolved) - SHOWN} more references that are not here yet")
    for fault in found.faults[:SHOWN]:
        place = f"row {fault.row}" if fault.row else "file"
        click.echo(f"  refused   {place}{'  ' + fault.field if fault.field else ''}: {fault.message}", err=True)
    if found.fault_count > min(len(found.faults), SHOWN):
        click.echo(f"  ... and {found.fault_count - min(len(found.faults), SHOWN)} more reasons", err=True)


def _document(found: Plan) -> dict[str, Any]:
    """What happened to each row, for programs."""
    return {
        "kind": found.exchange.name,
        "counts": found.counts,
        "written": found.written,
        "rows": [
            {"row": line.row, "id": line.key, "outcome": line.outcome, "fields": list(line.fields), "twin": line.twin,
             "unresolved": [{"field": field, "reference": reference} for field, reference in line.unresolved]}
            for line in found.lines
        ],
        "faults": [{"row": one.row, "field": one.field, "message": one.message} for one in found.faults],
        "fault_count": found.fault_count,
    }  # fmt: skip


@click.command("undo-import")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@with_appcontext
def undo_command(number: int) -> None:
    """Take the import of this NUMBER back; what somebody changed since stays as it is."""
    run = db.session.get(ImportRun, number)
    if run is None:
        raise click.ClickException("There is no import of this number.")
    try:
        left = undo(SYSTEM, run)
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(str(error.message)) from error
    count = len(run.changes) - len(left)
    db.session.commit()
    click.echo(f"{count} records are as they were before the import.")
    for key in left:
        click.echo(f"  left as it is, since somebody changed it: {key}")


@click.command("export")
@click.argument("kind")
@click.option("--format", "fmt", type=click.Choice(list(FORMATS)), default="json", show_default=True)
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="File to write; without it, standard output."
)
@click.option(
    "--audience",
    type=click.Choice([PUBLIC, EVERYTHING]),
    default=PUBLIC,
    show_default=True,
    help="What everyone may read, or everything; the log keeps who took everything.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Separator and numbers of CSV; default: of the site.")
@with_appcontext
def export_command(kind: str, fmt: str, to: Path | None, audience: str, language: str | None) -> None:
    """Export all records of a KIND, sorted by id; "all" makes an archive of every kind."""
    exchange = None if kind == ALL else _exchange(kind)
    if audience == EVERYTHING:
        audit.record("export.everything", SYSTEM, kind=kind)
        db.session.commit()
    wanted = language or current_app.config["SETTINGS"].default_language
    with reading():
        pieces = [archive(audience)] if exchange is None else write(exchange, fmt, wanted, audience)
        try:
            _store(pieces, to)
        except DomainError as error:
            raise click.ClickException(str(error.message)) from error


def _store(pieces: Iterable[bytes], to: Path | None) -> None:
    """Write the whole file or none: it takes its name only when it is complete."""
    if to is None:
        stdout = sys.stdout.buffer
        for piece in pieces:
            stdout.write(piece)
        return
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
        Path(name).chmod(to.stat().st_mode & 0o777 if to.exists() else 0o644)
        os.replace(name, to)
    except BaseException:  # whatever it is, no half file stays
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


COMMANDS = [import_command, undo_command, export_command]
