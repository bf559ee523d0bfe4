"""Ideas entered on behalf of others: who entered one, and where it comes from.

Revision ID: 0018_enter_for_others
Revises: 0017_act_for_organisations
"""

import sqlalchemy as sa
from alembic import op

import consult.core.db

revision = "0018_enter_for_others"
down_revision = "0017_act_for_organisations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("idea") as batch:
        batch.add_column(sa.Column("entered_by", sa.Integer(), nullable=True))
    op.create_table(
        "idea_origin",
        sa.Column("idea_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("reference_key", sa.String(length=120), nullable=False),
        sa.Column("consent", sa.String(length=12), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_at", consult.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_origin_idea_id_idea"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_idea_origin")),
        sa.UniqueConstraint("key", name=op.f("uq_idea_origin_key")),
    )
    with op.batch_alter_table("idea_origin") as batch:
        batch.create_index(batch.f("ix_idea_origin_fingerprint"), ["fingerprint"], unique=False)
        batch.create_index(batch.f("ix_idea_origin_reference_key"), ["reference_key"], unique=False)


def downgrade() -> None:
    op.drop_table("idea_origin")
    with op.batch_alter_table("idea") as batch:
        batch.drop_column("entered_by")
