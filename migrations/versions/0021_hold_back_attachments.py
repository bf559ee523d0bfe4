"""Hold back attachments: a decision may take a file out of what others read, beside passages of texts.

Revision ID: 0021_hold_back_attachments
Revises: 0020_show_good_answers
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021_hold_back_attachments"
down_revision = "0020_show_good_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("moderation_decision") as batch:
        batch.add_column(sa.Column("held_back", kind, nullable=False, server_default="[]"))
    with op.batch_alter_table("idea_attachment") as batch:
        batch.add_column(sa.Column("held_by", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("held_reason", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("idea_attachment") as batch:
        batch.drop_column("held_reason")
        batch.drop_column("held_by")
    with op.batch_alter_table("moderation_decision") as batch:
        batch.drop_column("held_back")
