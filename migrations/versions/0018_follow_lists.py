"""Follow lists.

Revision ID: 0018_follow_lists
Revises: 0017_search_more
"""

revision = "0018_follow_lists"
down_revision = "0017_search_more"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
