"""Search by facets: what a hit is filtered by stands beside the document, and words are found by their folded form; and
tables for sentence vectors.

Revision ID: 0016_search_by_facets
Revises: 0015_search_both_languages
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_search_by_facets"
down_revision = "0015_search_both_languages"
branch_labels = None
depends_on = None

FTS = "create virtual table {name} using fts5(title_n, body_n, tags, tokenize='unicode61 remove_diacritics 0'{prefix})"


def _make_index_anew(prefix: str) -> None:
    """SQLite's index with other options and the same entries."""
    op.execute(FTS.format(name="search_index_new", prefix=prefix))
    op.execute(
        "insert into search_index_new (rowid, title_n, body_n, tags) select rowid, title_n, body_n, tags from search_index"
    )
    op.execute("drop table search_index")
    op.execute("alter table search_index_new rename to search_index")


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    with op.batch_alter_table("search_doc") as batch:
        batch.add_column(sa.Column("languages", sa.String(length=8), nullable=False, server_default=""))
        batch.add_column(sa.Column("year", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("region", sa.String(length=3), nullable=False, server_default=""))
        batch.add_column(sa.Column("consultation_id", sa.Integer(), nullable=True))
        batch.create_index(
            "ix_search_doc_entry",
            ["id", "kind", "subject_id", "languages", "year", "region", "consultation_id", "at"],
        )
    op.execute("update search_doc set languages = case when body_en <> '' then 'de en' else language end")
    if postgres:
        op.execute("update search_doc set year = extract(year from at) where at is not null")
    else:
        op.execute("update search_doc set year = cast(substr(at, 1, 4) as integer) where at is not null")
    folded = sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql")
    with op.batch_alter_table("search_word") as batch:
        batch.add_column(sa.Column("folded", folded, nullable=False, server_default=""))
        batch.create_index("ix_search_word_folded", ["folded", "count"])
    op.create_table(
        "search_vector",
        sa.Column("doc_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["doc_id"], ["search_doc.id"], name="fk_search_vector_doc_id_search_doc", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("doc_id", name="pk_search_vector"),
    )
    op.create_table(
        "search_near",
        sa.Column("doc_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["doc_id"], ["search_doc.id"], name="fk_search_near_doc_id_search_doc", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["search_doc.id"], name="fk_search_near_other_id_search_doc", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("doc_id", "other_id", name="pk_search_near"),
    )
    op.create_index("ix_search_near_other_id", "search_near", ["other_id"])
    if not postgres:  # beginnings of words are looked up among the words now
        _make_index_anew("")


def downgrade() -> None:
    op.drop_table("search_near")
    op.drop_table("search_vector")
    if op.get_bind().dialect.name != "postgresql":
        _make_index_anew(", prefix='3 5'")
    with op.batch_alter_table("search_word") as batch:
        batch.drop_index("ix_search_word_folded")
        batch.drop_column("folded")
    with op.batch_alter_table("search_doc") as batch:
        batch.drop_index("ix_search_doc_entry")
        for name in ("consultation_id", "region", "year", "languages"):
            batch.drop_column(name)
