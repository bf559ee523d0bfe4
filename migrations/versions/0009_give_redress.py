"""Give redress: complaints, warnings and suspensions, disputes out of court.

Revision ID: 0009_give_redress
Revises: 0008_extend_moderation
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_give_redress"
down_revision = "0008_extend_moderation"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_index("ix_audit_row_subject", "audit_row", ["subject_kind", "subject_id", "seq"], unique=False)
    op.create_table(
        "redress_measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("number_manifest", sa.Integer(), nullable=False),
        sa.Column("number_all", sa.Integer(), nullable=False),
        sa.Column("gravity", sa.Text(), nullable=False),
        sa.Column("intention", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("statement", JSON, nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_redress_measure_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_redress_measure_decided_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redress_measure")),
    )
    op.create_index(op.f("ix_redress_measure_person_id"), "redress_measure", ["person_id"], unique=False)
    op.create_index(op.f("ix_redress_measure_email_key"), "redress_measure", ["email_key"], unique=False)
    op.create_index(op.f("ix_redress_measure_decided_by"), "redress_measure", ["decided_by"], unique=False)
    op.create_index("ix_redress_measure_decided_at", "redress_measure", ["decided_at", "id"], unique=False)
    op.create_index("ix_redress_measure_running", "redress_measure", ["status", "ends_at"], unique=False)

    op.create_table(
        "redress_complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("measure_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("is_manifest", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("new_decision_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waited_seconds", sa.Integer(), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"],
            name=op.f("fk_redress_complaint_decision_id_moderation_decision"), ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["new_decision_id"], ["moderation_decision.id"],
            name=op.f("fk_redress_complaint_new_decision_id_moderation_decision"), ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["moderation_report.id"], name=op.f("fk_redress_complaint_report_id_moderation_report"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["redress_measure.id"], name=op.f("fk_redress_complaint_measure_id_redress_measure"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_redress_complaint_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["person.id"], name=op.f("fk_redress_complaint_taken_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_redress_complaint_decided_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redress_complaint")),
        sa.UniqueConstraint("number", name=op.f("uq_redress_complaint_number")),
        sa.UniqueConstraint("report_id", name=op.f("uq_redress_complaint_report_id")),
        sa.UniqueConstraint("measure_id", name=op.f("uq_redress_complaint_measure_id")),
    )  # fmt: skip
    for column in ("person_id", "taken_by", "decided_by", "decision_id", "new_decision_id"):
        op.create_index(op.f(f"ix_redress_complaint_{column}"), "redress_complaint", [column], unique=False)
    op.create_index(
        "ux_redress_complaint_author", "redress_complaint", ["decision_id"], unique=True,
        sqlite_where=sa.text("party = 'author'"), postgresql_where=sa.text("party = 'author'"),
    )  # fmt: skip
    op.create_index("ix_redress_complaint_created_at", "redress_complaint", ["created_at", "id"], unique=False)
    op.create_index("ix_redress_complaint_waiting", "redress_complaint", ["status", "due_at", "id"], unique=False)
    op.create_index("ix_redress_complaint_subject", "redress_complaint", ["kind", "subject_id"], unique=False)

    op.create_table(
        "redress_dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=300), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("is_followed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["redress_complaint.id"], name=op.f("fk_redress_dispute_complaint_id_redress_complaint"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.id"], name=op.f("fk_redress_dispute_recorded_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redress_dispute")),
    )  # fmt: skip
    op.create_index(op.f("ix_redress_dispute_complaint_id"), "redress_dispute", ["complaint_id"], unique=False)
    op.create_index(op.f("ix_redress_dispute_recorded_by"), "redress_dispute", ["recorded_by"], unique=False)
    op.create_index("ix_redress_dispute_opened_at", "redress_dispute", ["opened_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("redress_dispute")
    op.drop_table("redress_complaint")
    op.drop_table("redress_measure")
    op.drop_index("ix_audit_row_subject", table_name="audit_row")
