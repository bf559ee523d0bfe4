"""Save searches: lists that people want to hear of.

Revision ID: 0014_save_searches
Revises: 0013_keep_personal_data_in_order
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_save_searches"
down_revision = "0013_keep_personal_data_in_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("query", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index("ix_saved_search_person", "saved_search", ["person_id", "id"])
    op.create_index("ix_saved_search_due", "saved_search", ["is_active", "seen_at"])


def downgrade() -> None:
    op.drop_index("ix_saved_search_due", table_name="saved_search")
    op.drop_index("ix_saved_search_person", table_name="saved_search")
    op.drop_table("saved_search")
