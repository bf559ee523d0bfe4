"""Edit portraits: drafts, claims, aliases, confirmations.

Revision ID: 0003_edit_portraits
Revises: 0002_add_search
"""

revision = "0003_edit_portraits"
down_revision = "0002_add_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
