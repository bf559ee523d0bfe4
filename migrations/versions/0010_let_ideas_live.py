"""Let ideas live: co-authors, redactions, mergers, late entries.

Revision ID: 0010_let_ideas_live
Revises: 0009_give_redress
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_let_ideas_live"
down_revision = "0009_give_redress"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("idea", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.add_column("idea", sa.Column("invitation_id", sa.Integer(), nullable=True))
    op.add_column("idea", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("idea_version", sa.Column("is_redacted", sa.Boolean(), server_default=sa.false(), nullable=False))

    op.create_table(
        "idea_original",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["idea_version.id"], name=op.f("fk_idea_original_version_id_idea_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "part", name=op.f("pk_idea_original")),
    )  # fmt: skip

    op.create_table(
        "idea_redaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("passage", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["idea_version.id"], name=op.f("fk_idea_redaction_version_id_idea_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_redaction")),
    )  # fmt: skip
    with op.batch_alter_table("idea_redaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_redaction_version_id"), ["version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_redaction_decision_id"), ["decision_id"], unique=False)

    op.create_table(
        "idea_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name=op.f("fk_idea_transfer_idea_id_idea"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["idea.id"], name=op.f("fk_idea_transfer_other_id_idea"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_transfer")),
    )
    with op.batch_alter_table("idea_transfer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_transfer_idea_id"), ["idea_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_transfer_other_id"), ["other_id"], unique=False)

    op.create_table(
        "idea_coauthor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name=op.f("fk_idea_coauthor_idea_id_idea"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_idea_coauthor_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_idea_coauthor_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["person.id"], name=op.f("fk_idea_coauthor_invited_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_coauthor")),
        sa.UniqueConstraint("idea_id", "email_key", name=op.f("uq_idea_coauthor_idea_id_email_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_idea_coauthor_token_hash")),
    )  # fmt: skip
    with op.batch_alter_table("idea_coauthor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_coauthor_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_coauthor_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_coauthor_invited_by"), ["invited_by"], unique=False)

    op.create_table(
        "idea_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consultation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_idea_invitation_consultation_id_consultation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_idea_invitation_created_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_idea_invitation_token_hash")),
    )  # fmt: skip
    with op.batch_alter_table("idea_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_invitation_consultation_id"), ["consultation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_invitation_created_by"), ["created_by"], unique=False)


def downgrade() -> None:
    for name in ("idea_invitation", "idea_coauthor", "idea_transfer", "idea_redaction", "idea_original"):
        op.drop_table(name)
    with op.batch_alter_table("idea_version", schema=None) as batch_op:
        batch_op.drop_column("is_redacted")
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
        batch_op.drop_column("invitation_id")
        batch_op.drop_column("merged_into_id")
