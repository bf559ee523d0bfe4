"""An index that is there was made by the analyser that came before this revision, unless the installation knows better.

Revision ID: 0027_note_the_analyser
Revises: 0026_add_responses
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027_note_the_analyser"
down_revision = "0026_add_responses"
branch_labels = None
depends_on = None

NAME, BEFORE = "search.analyser", 3
setting = sa.table(
    "stored_setting",
    sa.column("name", sa.String(80)),
    sa.column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
)


def upgrade() -> None:
    connection = op.get_bind()
    known = connection.execute(sa.select(setting.c.name).where(setting.c.name == NAME)).first()
    if known is None and connection.execute(sa.text("SELECT 1 FROM search_doc LIMIT 1")).first() is not None:
        connection.execute(setting.insert().values(name=NAME, value=BEFORE))


def downgrade() -> None:
    """What is known of the index stays known."""
