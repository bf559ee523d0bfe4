"""Open organisations: membership, sign-off, duplicates.

Revision ID: 0012_open_organisations
Revises: 0011_secure_accounts
"""

revision = "0012_open_organisations"
down_revision = "0011_secure_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
