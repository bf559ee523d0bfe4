"""Let ideas live: co-authors, redactions, mergers.

Revision ID: 0010_let_ideas_live
Revises: 0009_give_redress
"""

revision = "0010_let_ideas_live"
down_revision = "0009_give_redress"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
