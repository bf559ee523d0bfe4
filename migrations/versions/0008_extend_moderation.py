"""Extend moderation: outcomes, catalogue, signals, second looks.

Columns are added and dropped by the databases' own ALTER TABLE: a copied table would take decisions and reports with it.

Revision ID: 0008_extend_moderation
Revises: 0007_settle_imports
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_extend_moderation"
down_revision = "0007_settle_imports"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CASE = ("organisation_id", "text_hash", "prints", "signals", "examined_at")
DECISION = (
    "internal_note", "reason_version", "reason_texts", "target_id", "second", "second_title", "overturned_id",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("moderation_case", sa.Column("organisation_id", sa.Integer(), nullable=True))
    op.add_column("moderation_case", sa.Column("text_hash", sa.String(length=64), server_default="", nullable=False))
    op.add_column("moderation_case", sa.Column("prints", JSON, server_default="[]", nullable=False))
    op.add_column("moderation_case", sa.Column("signals", JSON, server_default="[]", nullable=False))
    op.add_column("moderation_case", sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_moderation_case_text_hash", "moderation_case", ["text_hash", "id"], unique=False)
    op.create_index(op.f("ix_moderation_case_organisation_id"), "moderation_case", ["organisation_id"], unique=False)

    op.create_index(
        "ix_moderation_case_counts", "moderation_case",
        ["kind", "consultation_id", "language", "due_at", "report_count", "claimed_by", "claimed_until"], unique=False,
        sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
    )  # fmt: skip

    op.add_column("moderation_decision", sa.Column("internal_note", sa.Text(), server_default="", nullable=False))
    op.add_column("moderation_decision", sa.Column("reason_version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("moderation_decision", sa.Column("reason_texts", JSON, server_default="{}", nullable=False))
    op.add_column("moderation_decision", sa.Column("target_id", sa.Integer(), nullable=True))
    op.add_column("moderation_decision", sa.Column("second", JSON, server_default="[]", nullable=False))
    op.add_column(
        "moderation_decision", sa.Column("second_title", sa.String(length=300), server_default="", nullable=False)
    )
    op.add_column("moderation_decision", sa.Column("overturned_id", sa.Integer(), nullable=True))
    op.create_index("ix_moderation_decision_overturned_id", "moderation_decision", ["overturned_id"], unique=False)

    op.add_column("comment", sa.Column("redactions", JSON, server_default="[]", nullable=False))

    op.create_table(
        "moderation_reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("text", JSON, nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_moderation_reason_made_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_reason")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_moderation_reason_code_version")),
    )
    op.create_index(op.f("ix_moderation_reason_made_by"), "moderation_reason", ["made_by"], unique=False)

    op.create_table(
        "moderation_print",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["moderation_case.id"], name=op.f("fk_moderation_print_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "place", name=op.f("pk_moderation_print")),
    )  # fmt: skip
    op.create_index("ix_moderation_print_value", "moderation_print", ["value", "case_id"], unique=False)

    op.create_table(
        "moderation_second_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_outcome", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"],
            name=op.f("fk_moderation_second_look_decision_id_moderation_decision"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["person.id"], name=op.f("fk_moderation_second_look_reviewer_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_second_look")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_moderation_second_look_decision_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_moderation_second_look_reviewer_id"), "moderation_second_look", ["reviewer_id"])
    op.create_index("ix_moderation_second_look_made_at", "moderation_second_look", ["made_at", "id"])


def downgrade() -> None:
    op.drop_table("moderation_second_look")
    op.drop_table("moderation_print")
    op.drop_table("moderation_reason")
    op.execute("ALTER TABLE comment DROP COLUMN redactions")
    op.drop_index("ix_moderation_decision_overturned_id", table_name="moderation_decision")
    for column in DECISION:
        op.execute(f"ALTER TABLE moderation_decision DROP COLUMN {column}")
    op.drop_index("ix_moderation_case_counts", table_name="moderation_case")
    op.drop_index("ix_moderation_case_text_hash", table_name="moderation_case")
    op.drop_index(op.f("ix_moderation_case_organisation_id"), table_name="moderation_case")
    for column in CASE:
        op.execute(f"ALTER TABLE moderation_case DROP COLUMN {column}")
