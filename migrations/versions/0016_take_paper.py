"""Take paper: what staff enters on behalf of others.

Revision ID: 0016_take_paper
Revises: 0015_keep_attachments
"""

revision = "0016_take_paper"
down_revision = "0015_keep_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
