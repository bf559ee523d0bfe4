"""SQLite's full-text index keeps no places of words any more, which were four fifths of it: that a word stands in the title,
and that it is a tag, are tokens of their own.

Revision ID: 0023_index_without_places
Revises: 0022_list_data_requests
"""

from alembic import op

revision = "0023_index_without_places"
down_revision = "0022_list_data_requests"
branch_labels = None
depends_on = None

FTS = "create virtual table search_index_new using fts5(title_n, body_n, tags, tokenize='unicode61 remove_diacritics 0'{})"
MARKED = "case trim({0}) when '' then '' else '{1}' || replace(trim({0}), ' ', ' {1}') end"
TITLE, TAG = "\ue000", "\ue001"


def _make_anew(options: str, title: str, tags: str) -> None:
    """The index with these options, its entries taken from the present ones."""
    if op.get_bind().dialect.name == "postgresql":
        return
    op.execute(FTS.format(options))
    op.execute(
        "insert into search_index_new (rowid, title_n, body_n, tags) "  # noqa: S608 - constants
        f"select rowid, {title}, body_n, {tags} from search_index"
    )
    op.execute("drop table search_index")
    op.execute("alter table search_index_new rename to search_index")
    op.execute("insert into search_index (search_index) values ('optimize')")


def upgrade() -> None:
    _make_anew(
        ", detail=none", f"trim(title_n) || ' ' || {MARKED.format('title_n', TITLE)}", MARKED.format("tags", TAG)
    )


def downgrade() -> None:
    _make_anew("", f"substr(title_n, 1, instr(title_n || '{TITLE}', '{TITLE}') - 1)", f"replace(tags, '{TAG}', '')")
