"""Search more: what the index knows.

Revision ID: 0017_search_more
Revises: 0016_take_paper
"""

revision = "0017_search_more"
down_revision = "0016_take_paper"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
