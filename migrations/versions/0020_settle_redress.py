"""Settle what redress and the directory still lacked.

Revision ID: 0020_settle_redress
Revises: 0019_work_together
"""

revision = "0020_settle_redress"
down_revision = "0019_work_together"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
