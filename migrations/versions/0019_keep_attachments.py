"""Keep attachments: files of ideas, named by drafts and versions.

Revision ID: 0019_keep_attachments
Revises: 0018_enter_for_others
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_keep_attachments"
down_revision = "0018_enter_for_others"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "idea_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=140), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("scan", sa.String(length=10), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"], ["idea.id"], name=op.f("fk_idea_attachment_idea_id_idea"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["person.id"], name=op.f("fk_idea_attachment_uploaded_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_idea_attachment_key")),
    )
    with op.batch_alter_table("idea_attachment") as batch:
        batch.create_index(op.f("ix_idea_attachment_idea_id"), ["idea_id"])
        batch.create_index(op.f("ix_idea_attachment_uploaded_by"), ["uploaded_by"])
        batch.create_index(op.f("ix_idea_attachment_digest"), ["digest"])
    with op.batch_alter_table("idea_version") as batch:
        batch.add_column(sa.Column("attachments", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("idea_version") as batch:
        batch.drop_column("attachments")
    op.drop_table("idea_attachment")
