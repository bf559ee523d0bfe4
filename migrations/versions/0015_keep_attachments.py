"""Keep attachments: files beside an idea.

Revision ID: 0015_keep_attachments
Revises: 0014_save_searches
"""

revision = "0015_keep_attachments"
down_revision = "0014_save_searches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
