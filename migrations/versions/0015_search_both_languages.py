"""Search both languages: the English texts of a document stand beside the German ones.

Revision ID: 0015_search_both_languages
Revises: 0014_save_searches
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_search_both_languages"
down_revision = "0014_save_searches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("search_doc") as batch:
        batch.add_column(sa.Column("title_en", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("body_en", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("search_doc") as batch:
        batch.drop_column("body_en")
        batch.drop_column("title_en")
