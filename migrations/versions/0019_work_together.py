"""Work together: sign-off, shared drafts.

Revision ID: 0019_work_together
Revises: 0018_follow_lists
"""

revision = "0019_work_together"
down_revision = "0018_follow_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
