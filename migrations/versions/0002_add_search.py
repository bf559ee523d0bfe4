"""Add search: documents, words, and the engine's own full-text table.

Revision ID: 0002_add_search
Revises: 0001_create_the_house
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_add_search"
down_revision = "0001_create_the_house"
branch_labels = None
depends_on = None

FULL_TEXT = {
    "sqlite": [
        "create virtual table if not exists search_index using fts5("
        "title_n, body_n, tags, tokenize='unicode61 remove_diacritics 0', prefix='3 5')"
    ],
    "postgresql": [
        "create table if not exists search_index (rowid integer primary key, vector tsvector not null)",
        "create index if not exists search_index_vector on search_index using gin (vector)",
    ],
}


def upgrade() -> None:
    op.create_table(
        "search_doc",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_doc")),
    )
    with op.batch_alter_table("search_doc", schema=None) as batch_op:
        batch_op.create_index("uq_search_doc_subject", ["kind", "subject_id"], unique=True)

    op.create_table(
        "search_word",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_word_count"), ["count"], unique=False)

    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table if exists search_index")
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_word_count"))

    op.drop_table("search_word")
    with op.batch_alter_table("search_doc", schema=None) as batch_op:
        batch_op.drop_index("uq_search_doc_subject")

    op.drop_table("search_doc")
