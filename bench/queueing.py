"""The moderator's queue with many texts waiting, against the least that such a list needs."""

from __future__ import annotations

from cases import Case
from stores import Store

MODERATOR = "moderator@synth.example"


def fill(store: Store, waiting: int) -> None:
    """Let that many public ideas wait for a second decision, as if each had been reported, over two months."""
    statement = """
        insert into moderation_case (kind, subject_id, version_id, source, consultation_id, title, language, author_id,
            status, opened_at, due_at, used_seconds, report_count, report_hint, claimed_name, is_example, revision)
        select 'idea', id, public_version_id, 'report', consultation_id, title, language, author_id,
            'open', datetime('now', '-' || (id % 60) || ' days') || '.000000',
            datetime('now', ((id * 7) % 60 - 30) || ' days', (id % 86400) || ' seconds') || '.000000',
            0, 1, 'Werbung', '', 0, 1
        from idea where is_public order by id limit :waiting
    """
    if not store.is_sqlite:
        statement = """
            insert into moderation_case (kind, subject_id, version_id, source, consultation_id, title, language, author_id,
                status, opened_at, due_at, used_seconds, report_count, report_hint, claimed_name, is_example, revision)
            select 'idea', id, public_version_id, 'report', consultation_id, title, language, author_id,
                'open', now() - make_interval(days => id % 60),
                now() + make_interval(days => (id * 7) % 60 - 30, secs => id % 86400),
                0, 1, 'Werbung', '', false, 1
            from idea where is_public order by id limit :waiting
        """
    # the benchmark signs in with a password alone
    factor = (
        "insert into stored_setting (name, value) values ('accounts.factor_roles', '[]') "
        "on conflict (name) do update set value = '[]'"
    )
    store.do(statement, waiting=waiting)
    store.do(factor, "analyze")


def queue_cases(_store: Store, cookie: str) -> list[Case]:
    """The queue as it opens, and narrowed down."""
    return [
        Case("queue", "/de/moderation/", cookie, "/queue", 1.0),
        Case("queue, what is late", "/de/moderation/?age=late", cookie, "/queue", None),
        Case("queue, one kind", "/de/moderation/?kind=idea", cookie, "/queue", None),
    ]
