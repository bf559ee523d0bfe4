"""Offices answer ideas, with commitments on which they report.

Revision ID: 0026_add_responses
Revises: 0025_note_what_is_near
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026_add_responses"
down_revision = "0025_note_what_is_near"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("status = 'published' AND responded_at IS NULL")


def _moment(name: str, nullable: bool = False) -> Any:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _foreign(table: str, column: str, to: str, ondelete: str) -> Any:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete=ondelete)


def _key(table: str, *columns: str) -> Any:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    # not in batches: SQLite would copy all ideas
    op.add_column("idea", sa.Column("response", sa.String(20), server_default="", nullable=False))
    op.add_column("idea", sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_idea_unanswered", "idea", ["consultation_id", "published_at", "id"],
        sqlite_where=UNANSWERED, postgresql_where=UNANSWERED,
    )  # fmt: skip
    _add_responses()
    _add_commitments()


def _add_responses() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("published_at", nullable=True),
        _foreign("response", "consultation_id", "consultation", "RESTRICT"),
        _foreign("response", "organisation_id", "organisation", "SET NULL"),
        _key("response", "id"),
        sa.UniqueConstraint("key", name=op.f("uq_response_key")),
    )
    op.create_index("ix_response_newest", "response", ["consultation_id", "status", "published_at", "id"])
    op.create_index(op.f("ix_response_organisation_id"), "response", ["organisation_id"])
    op.create_table(
        "response_draft",
        sa.Column("response_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        _moment("saved_at"),
        _foreign("response_draft", "response_id", "response", "CASCADE"),
        _foreign("response_draft", "saved_by", "person", "SET NULL"),
        _key("response_draft", "response_id"),
    )
    op.create_index(op.f("ix_response_draft_saved_by"), "response_draft", ["saved_by"])
    op.create_index(op.f("ix_response_draft_saved_at"), "response_draft", ["saved_at"])
    op.create_table(
        "response_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.String(20), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        _moment("published_at"),
        sa.Column("published_by", sa.Integer(), nullable=True),
        _foreign("response_version", "response_id", "response", "CASCADE"),
        _foreign("response_version", "published_by", "person", "SET NULL"),
        _key("response_version", "id"),
        sa.UniqueConstraint("response_id", "number", name=op.f("uq_response_version_response_id_number")),
    )
    op.create_index(op.f("ix_response_version_published_by"), "response_version", ["published_by"])
    op.create_table(
        "response_idea",
        sa.Column("response_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idea_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        _foreign("response_idea", "response_id", "response", "CASCADE"),
        _foreign("response_idea", "idea_id", "idea", "CASCADE"),
        _key("response_idea", "response_id", "idea_id"),
    )
    op.create_index(op.f("ix_response_idea_idea_id"), "response_idea", ["idea_id"])


def _add_commitments() -> None:
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(160), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(12), nullable=False),
        _moment("made_at"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _foreign("commitment", "response_id", "response", "CASCADE"),
        _key("commitment", "id"),
    )
    op.create_index(op.f("ix_commitment_response_id"), "commitment", ["response_id"])
    op.create_index("ix_commitment_due", "commitment", ["status", "due_on"])
    op.create_table(
        "commitment_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        _moment("made_at"),
        sa.Column("made_by", sa.Integer(), nullable=True),
        _foreign("commitment_report", "commitment_id", "commitment", "CASCADE"),
        _foreign("commitment_report", "made_by", "person", "SET NULL"),
        _key("commitment_report", "id"),
    )
    op.create_index(op.f("ix_commitment_report_commitment_id"), "commitment_report", ["commitment_id"])
    op.create_index(op.f("ix_commitment_report_made_by"), "commitment_report", ["made_by"])


def downgrade() -> None:
    for table in ("commitment_report", "commitment", "response_idea", "response_version", "response_draft", "response"):
        op.drop_table(table)
    op.drop_index("ix_idea_unanswered", "idea")
    op.drop_column("idea", "responded_at")
    op.drop_column("idea", "response")
