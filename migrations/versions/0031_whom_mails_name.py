"""Whom a message names to somebody else, and in which words: when the person goes, so does the name, in just those messages.

Messages from before say nothing of it; they go with their period.

Revision ID: 0031_whom_mails_name
Revises: 0030_keep_bare_titles
"""

import sqlalchemy as sa
from alembic import op

revision = "0031_whom_mails_name"
down_revision = "0030_keep_bare_titles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_name_mail_id_mail"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_name")),
    )
    op.create_index(op.f("ix_mail_name_mail_id"), "mail_name", ["mail_id"])
    op.create_index(op.f("ix_mail_name_person_id"), "mail_name", ["person_id"])


def downgrade() -> None:
    op.drop_table("mail_name")
