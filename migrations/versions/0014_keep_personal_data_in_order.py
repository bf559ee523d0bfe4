"""Keep personal data in order: retention, legal pages.

Revision ID: 0014_keep_personal_data_in_order
Revises: 0013_find_similar
"""

revision = "0014_keep_personal_data_in_order"
down_revision = "0013_find_similar"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
