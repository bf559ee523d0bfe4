"""Show good answers: an example by the operator at each question.

Revision ID: 0020_show_good_answers
Revises: 0019_keep_attachments
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_show_good_answers"
down_revision = "0019_keep_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("question") as batch:
        batch.add_column(sa.Column("good_answer", kind, nullable=False, server_default="{}"))
    with op.batch_alter_table("question") as batch:
        batch.alter_column("good_answer", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("question") as batch:
        batch.drop_column("good_answer")
