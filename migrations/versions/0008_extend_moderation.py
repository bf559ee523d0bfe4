"""Extend moderation: outcomes, catalogue, signals, second looks.

Revision ID: 0008_extend_moderation
Revises: 0007_settle_imports
"""

revision = "0008_extend_moderation"
down_revision = "0007_settle_imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
