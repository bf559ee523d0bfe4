"""Extend the directory: what facets and maps need.

Revision ID: 0004_extend_the_directory
Revises: 0003_edit_portraits
"""

revision = "0004_extend_the_directory"
down_revision = "0003_edit_portraits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
