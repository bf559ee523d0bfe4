"""`consult doctor`: looks at what must be right for the product to run, and says what to mend."""

from __future__ import annotations

import os
import smtplib
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import click
from flask import current_app
from sqlalchemy import func, select, text

from consult.core import jobs
from consult.core.db import db
from consult.files import scanner
from consult.files import storage as files
from consult.ops import schema
from consult.search import operations as search
from consult.search import vectors
from consult.search.models import SearchDoc

Check = Callable[[], tuple[str, str]]  # ("ok" | "note" | "fault", sentence)


def _schema() -> tuple[str, str]:
    if schema.schema_is_current():
        return "ok", f"schema is at {schema.newest_revision()}"
    return "fault", "schema is behind; run: consult db upgrade"


def _mail() -> tuple[str, str]:
    url = current_app.config["SETTINGS"].mail_url
    if not url:
        return "note", "no MAIL_URL: messages are held"
    parts = urlsplit(url)
    try:
        with smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=5) as server:
            server.noop()
    except OSError as error:
        return "fault", f"mail server does not answer: {error}"
    return "ok", "mail server answers"


def _storage() -> tuple[str, str]:
    folder = current_app.config["SETTINGS"].data_dir
    if not os.access(folder, os.W_OK):
        return "fault", "the data directory cannot be written"
    usage = os.statvfs(folder)
    free = usage.f_bavail * usage.f_frsize // 2**20
    return ("ok" if free > 500 else "fault"), f"{free} MB are free in the data directory"


def _attachments() -> tuple[str, str]:
    kept = files.storage()
    probe = b"consult doctor"
    name = files.name_of(probe)
    kept.put(name, probe)
    if kept.get(name) != probe:
        return "fault", "what was stored as an attachment comes back otherwise"
    kept.delete(name)
    url = current_app.config["SETTINGS"].clamav_url
    if not url:
        return "note", "attachments can be stored; no CLAMAV_URL: they are not scanned"
    if not scanner.ping(url):
        return "fault", "attachments can be stored; the virus scanner does not answer, so new ones stay hidden"
    return "ok", "attachments can be stored and are scanned"


def _index() -> tuple[str, str]:
    documents = db.session.execute(select(func.count()).select_from(SearchDoc)).scalar_one()
    entries = db.session.execute(text("select count(*) from search_index")).scalar_one()
    if documents != entries:
        return "fault", f"search index has {entries} entries for {documents} documents; run: consult reindex"
    if not search.is_up_to_date():
        return "fault", "search index was made by an older analyser; run: consult reindex"
    return "ok", f"search index holds {documents} documents"


def _clock() -> tuple[str, str]:
    if db.engine.dialect.name == "sqlite":
        return (
            "ok",
            f"clock says {time.strftime('%Y-%m-%d %H:%M')} UTC" if time.timezone == 0 else "clock is read in UTC",
        )
    server = db.session.execute(text("select extract(epoch from now())")).scalar_one()
    drift = abs(float(server) - time.time())
    return ("ok" if drift < 5 else "fault"), f"clock differs from the database's by {drift:.1f} s"


def _jobs() -> tuple[str, str]:
    counts = jobs.counts()
    if counts["failed"]:
        return "fault", f"{counts['failed']} jobs failed for good; run: consult jobs retry"
    if counts["overdue"]:
        return "note", f"{counts['overdue']} jobs are late: is a worker running?"
    return "ok", "jobs are on time"


def _vectors() -> tuple[str, str]:
    if not current_app.config["SETTINGS"].sentence_vectors:
        return "ok", "sentence vectors are off"
    if not vectors.is_installed():
        return "fault", "sentence vectors are on, but the extra is missing; install: consult[semantic]"
    return "ok", "sentence vectors are computed by the job worker"


CHECKS: dict[str, Check] = {
    "schema": _schema,
    "mail": _mail,
    "storage": _storage,
    "attachments": _attachments,
    "search": _index,
    "vectors": _vectors,
    "clock": _clock,
    "jobs": _jobs,
}


def report() -> bool:
    """Print settings with their origin, then every check; true if nothing must be mended."""
    for name, origin in sorted(current_app.config["SETTINGS"].origins.items()):
        click.echo(f"{name:24} from {origin}")
    good = True
    for name, check in CHECKS.items():
        try:
            state, sentence = check()
        except Exception as error:  # a check that cannot run is a fault to report, not a crash
            db.session.rollback()
            state, sentence = "fault", f"{type(error).__name__}: {error}".split("\n")[0]
        good = good and state != "fault"
        click.echo(f"{state:6} {name}: {sentence}")
        if name == "schema" and state == "fault":
            return False
    return good
