"""Titles of the version before: of those of cases, reports and complaints about comments only the words of people stay."""

from __future__ import annotations

from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import MetaData, select

from consult.core.db import db
from tests.clusters.test_migration import add, empty

__all__ = ["empty"]

BEFORE, AFTER = "0029_codes_of_found_things", "0030_keep_bare_titles"
TABLES = ("moderation_case", "moderation_report", "redress_complaint")
GERMAN = {
    "Kommentar zu »Werkbank »offen««": "Werkbank »offen«", "Comment on “Open bench”": "Open bench",
    "Kommentar zu »Kommentar zu »Eins««": "Kommentar zu »Eins«", "Bloß so": "Bloß so", "Comment": "",
    "Kommentar zu »" + 286 * "a": 286 * "a",
}  # fmt: skip
BACK = {
    "Werkbank »offen«": "Kommentar zu »Werkbank »offen««", "Open bench": "Kommentar zu »Open bench«",
    "Kommentar zu »Eins«": "Kommentar zu »Kommentar zu »Eins««", "Bloß so": "Kommentar zu »Bloß so«",
    286 * "a": f"Kommentar zu »{285 * 'a'}«",
}  # fmt: skip


def titles(table: Any, kind: str) -> list[str]:
    with db.engine.connect() as connection:
        return list(
            connection.execute(select(table.c.title).where(table.c.kind == kind).order_by(table.c.id)).scalars()
        )


def contexts(notice: Any, job: Any) -> list[str]:
    with db.engine.connect() as connection:
        told = list(connection.execute(select(notice.c.context).order_by(notice.c.id)).scalars())
        waiting = list(connection.execute(select(job.c.payload).order_by(job.c.id)).scalars())
    return [one["title"] for one in (*told, *(one["context"] for one in waiting))]


def test_words_of_ours_go_and_come_back(empty: Flask) -> None:
    flask_migrate.upgrade(revision=BEFORE)
    present = MetaData()
    present.reflect(db.engine)
    tables = present.tables
    add(tables["person"], id=1, email="a@b.example", email_key="a@b.example")
    for name in TABLES:
        rows = [("comment", title) for title in GERMAN] + [("idea", "Kommentar zu »Eins«")]
        if name != "moderation_case":
            rows.append(("comment", ""))  # past its time
        for number, (kind, title) in enumerate(rows, 1):
            unique = {"number": str(number), "receipt_hash": str(number), "decision_id": None}
            values = {key: value for key, value in unique.items() if key in tables[name].columns}
            add(tables[name], id=number, kind=kind, subject_id=number, title=title, **values)
    context = {"of_kind": "comment", "title": "Comment on “Open bench”", "case_id": 1}
    add(tables["notice"], person_id=1, kind="moderation.waiting", context=context)
    add(tables["notice"], person_id=1, kind="moderation.due", context={**context, "of_kind": "idea"})
    add(tables["job"], kind="notice.deliver", payload={"kind": "moderation.due", "person_id": 1, "context": context})

    flask_migrate.upgrade(revision=AFTER)

    for name in TABLES:
        assert titles(tables[name], "comment") == [*GERMAN.values(), *([""] if name != "moderation_case" else [])]
        assert titles(tables[name], "idea") == ["Kommentar zu »Eins«"]
    assert contexts(tables["notice"], tables["job"]) == ["Open bench", "Comment on “Open bench”", "Open bench"]

    flask_migrate.downgrade(revision=BEFORE)

    back = [BACK.get(title, "") for title in GERMAN.values()]
    assert titles(tables["moderation_case"], "comment") == [title or "Kommentar" for title in back]
    assert titles(tables["redress_complaint"], "comment") == [*back, ""]
    whole = "Kommentar zu »Open bench«"
    assert contexts(tables["notice"], tables["job"]) == [whole, "Comment on “Open bench”", whole]
