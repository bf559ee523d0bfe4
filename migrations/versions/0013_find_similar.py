"""Find similar: n-grams, vectors, saved searches.

Revision ID: 0013_find_similar
Revises: 0012_open_organisations
"""

revision = "0013_find_similar"
down_revision = "0012_open_organisations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
