"""Find partners: offers, requests, interest.

Revision ID: 0005_find_partners
Revises: 0004_extend_the_directory
"""

revision = "0005_find_partners"
down_revision = "0004_extend_the_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
