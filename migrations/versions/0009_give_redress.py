"""Give redress: complaints, suspensions.

Revision ID: 0009_give_redress
Revises: 0008_extend_moderation
"""

revision = "0009_give_redress"
down_revision = "0008_extend_moderation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
