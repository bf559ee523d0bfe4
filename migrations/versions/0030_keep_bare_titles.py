"""Of what a case, a report or a complaint about a comment is called, the words of people are kept: the title of what the
comment stands below. Ours around it are said in the reader's language; they stood there in whichever it had been.

Revision ID: 0030_keep_bare_titles
Revises: 0029_codes_of_found_things
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030_keep_bare_titles"
down_revision = "0029_codes_of_found_things"
branch_labels = None
depends_on = None

TABLES = ("moderation_case", "moderation_report", "redress_complaint")
KINDS = ("moderation.waiting", "moderation.due", "complaint.answered")  # notices that say such a title
ROUND = (
    ("Kommentar zu »", "«", "Kommentar"),
    ("Comment on “", "”", "Comment"),
)  # before, after, and where it is not known
LONGEST = 300

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_NOTICE = sa.table("notice", sa.column("id"), sa.column("kind"), sa.column("context", _JSON))
_JOB = sa.table("job", sa.column("id"), sa.column("kind"), sa.column("done_at"), sa.column("payload", _JSON))


def _bare(title: str) -> str:
    for before, after, alone in ROUND:
        if title == alone:
            return ""
        if title.startswith(before):
            return title.removeprefix(before).removesuffix(after)
    return title


def _whole(title: str) -> str:
    before, after, alone = ROUND[0]
    return f"{before}{title}{after}" if title else alone


def upgrade() -> None:
    title = sa.column("title", sa.String)
    cases = []
    for before, after, alone in ROUND:
        begun, length = sa.func.substr(title, 1, len(before)) == before, sa.func.length(title)
        ended = sa.func.substr(title, length) == after
        inside = sa.func.substr(title, len(before) + 1, length - len(before) - 1)
        cases += [
            (title == alone, ""),
            (sa.and_(begun, ended), inside),
            (begun, sa.func.substr(title, len(before) + 1)),
        ]
    _everywhere(sa.case(*cases, else_=title), _bare)


def downgrade() -> None:
    title = sa.column("title", sa.String)
    before, after, alone = ROUND[0]
    whole = sa.literal(before) + sa.func.substr(title, 1, LONGEST - len(before + after)) + sa.literal(after)
    _everywhere(sa.case((title == "", alone), else_=whole), _whole)


def _everywhere(stored: sa.ColumnElement[Any], named: Callable[[str], str]) -> None:
    """`stored` is what a title becomes in a table, `named` the same for one that a notice says."""
    for name in TABLES:
        table = sa.table(name, sa.column("kind"), sa.column("title", sa.String))
        here = table.c.kind == "comment"
        if name != "moderation_case":  # empty where its words are past their time
            here &= table.c.title != ""
        op.execute(table.update().where(here).values(title=stored))
    connection = op.get_bind()
    told = sa.select(_NOTICE.c.id, _NOTICE.c.context).where(_NOTICE.c.kind.in_(KINDS))
    for number, context in connection.execute(told).all():
        if context.get("of_kind") == "comment":
            values = {"context": {**context, "title": named(context["title"])}}
            connection.execute(_NOTICE.update().where(_NOTICE.c.id == number).values(values))
    waiting = sa.select(_JOB.c.id, _JOB.c.payload).where(_JOB.c.kind == "notice.deliver", _JOB.c.done_at.is_(None))
    for number, payload in connection.execute(waiting).all():
        context = payload.get("context", {})
        if payload.get("kind") in KINDS and context.get("of_kind") == "comment":
            values = {"payload": {**payload, "context": {**context, "title": named(context["title"])}}}
            connection.execute(_JOB.update().where(_JOB.c.id == number).values(values))
