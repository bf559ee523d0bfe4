"""What hits are counted and filtered by is one column: a search reads it of up to a thousand documents.

Revision ID: 0029_codes_of_found_things
Revises: 0028_count_words_by_stem
"""

import sqlalchemy as sa
from alembic import op

revision = "0029_codes_of_found_things"
down_revision = "0028_count_words_by_stem"
branch_labels = None
depends_on = None

INDEX = "ix_search_doc_entry"
CODES = (
    "languages || '|' || coalesce(cast(year as varchar(12)), '') || '|' || region || '|' "
    "|| coalesce(cast(consultation_id as varchar(12)), '')"
)


def upgrade() -> None:
    op.drop_index(INDEX, "search_doc")
    op.add_column("search_doc", sa.Column("codes", sa.String(40), server_default="", nullable=False))
    op.execute(f"update search_doc set codes = {CODES}")  # noqa: S608 - a constant
    with op.batch_alter_table("search_doc") as batch:
        for name in ("languages", "year", "region", "consultation_id"):
            batch.drop_column(name)
        batch.create_index(INDEX, ["id", "kind", "subject_id", "codes", "at"])


def downgrade() -> None:
    op.drop_index(INDEX, "search_doc")
    with op.batch_alter_table("search_doc") as batch:
        batch.add_column(sa.Column("languages", sa.String(8), nullable=False, server_default=""))
        batch.add_column(sa.Column("year", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("region", sa.String(3), nullable=False, server_default=""))
        batch.add_column(sa.Column("consultation_id", sa.Integer(), nullable=True))
    connection = op.get_bind()
    known = connection.execute(sa.text("select distinct codes from search_doc")).scalars().all()
    for codes in known:
        languages, year, region, consultation = (codes or "|||").split("|")
        connection.execute(
            sa.text(
                "update search_doc set languages = :languages, year = :year, region = :region, "
                "consultation_id = :consultation where codes = :codes"
            ),
            {
                "languages": languages, "year": int(year) if year else None, "region": region,
                "consultation": int(consultation) if consultation else None, "codes": codes,
            },
        )  # fmt: skip
    with op.batch_alter_table("search_doc") as batch:
        batch.drop_column("codes")
        batch.create_index(INDEX, ["id", "kind", "subject_id", "languages", "year", "region", "consultation_id", "at"])
