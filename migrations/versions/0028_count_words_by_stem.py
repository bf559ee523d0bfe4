"""Words are counted by their stem, too: how telling one is does not depend on its ending.

Stems are made by the analyser, so they come with the index that is made anew after this version (`consult reindex`).

Revision ID: 0028_count_words_by_stem
Revises: 0027_note_the_analyser
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_count_words_by_stem"
down_revision = "0027_note_the_analyser"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_word", sa.Column("stem", sa.String(60), server_default="", nullable=False))
    op.create_index("ix_search_word_stem", "search_word", ["stem", "count"])


def downgrade() -> None:
    op.drop_index("ix_search_word_stem", "search_word")
    op.drop_column("search_word", "stem")
