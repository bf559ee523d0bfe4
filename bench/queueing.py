"""The moderator's queue with many texts waiting, against the least that such a list needs."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cases import Case

MODERATOR = "moderator@synth.example"


def fill(data: Path, waiting: int) -> None:
    """Let that many public ideas wait for a second decision, as if each had been reported, over two months."""
    statement = """
        insert into moderation_case (kind, subject_id, version_id, source, consultation_id, title, language, author_id,
            status, opened_at, due_at, used_seconds, report_count, report_hint, claimed_name, is_example, revision)
        select 'idea', id, public_version_id, 'report', consultation_id, title, language, author_id,
            'open', datetime('now', '-' || (id % 60) || ' days') || '.000000',
            datetime('now', ((id * 7) % 60 - 30) || ' days', (id % 86400) || ' seconds') || '.000000',
            0, 1, 'Werbung', '', 0, 1
        from idea where is_public order by id limit ?
    """
    with sqlite3.connect(data / "consult.sqlite3") as connection:
        connection.execute(statement, (waiting,))
        # the benchmark signs in with a password alone
        connection.execute("insert or replace into stored_setting values ('accounts.factor_roles', '[]')")
        connection.execute("analyze")


def queue_cases(_data: Path, cookie: str) -> list[Case]:
    """The queue as it opens, and narrowed down."""
    return [
        ("queue", "/de/moderation/", cookie, "/queue", 1.0),
        ("queue, what is late", "/de/moderation/?age=late", cookie, "/queue", None),
        ("queue, one kind", "/de/moderation/?kind=idea", cookie, "/queue", None),
    ]
