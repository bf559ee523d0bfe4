"""What is like each public idea and who may fit it is noted by jobs.

Revision ID: 0025_note_what_is_near
Revises: 0024_tokens_without_places
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_note_what_is_near"
down_revision = "0024_tokens_without_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not in batches: SQLite would copy all texts
    op.add_column("search_doc", sa.Column("stamp", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "search_note",
        sa.Column("doc_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Integer(), server_default="0", nullable=False),
        sa.Column("upto", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["doc_id"], ["search_doc.id"], name=op.f("fk_search_note_doc_id_search_doc"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("doc_id", name=op.f("pk_search_note")),
    )
    op.create_index("ix_search_note_due", "search_note", ["due", "upto"])
    op.execute(
        "insert into search_note (doc_id, due) select id, 1 from search_doc where kind in ('idea', 'cluster', 'project')"
    )


def downgrade() -> None:
    op.drop_table("search_note")
    with op.batch_alter_table("search_doc") as batch:
        batch.drop_column("stamp")
