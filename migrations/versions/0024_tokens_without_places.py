"""PostgreSQL's index keeps no places of words either, which lets most of its rows lie in one piece: tags are tokens of their
own, and the words of titles stand in a small vector beside the whole. SQLite's stays as it is.

Revision ID: 0024_tokens_without_places
Revises: 0023_index_without_places
"""

# ruff: noqa: S608 - all that is put together here are constants

from alembic import op

revision = "0024_tokens_without_places"
down_revision = "0023_index_without_places"
branch_labels = None
depends_on = None

TAG = "\ue001"
OF_TAGS = "unnest(tsvector_to_array(ts_filter(vector, '{d}'))) as tag"
WITHOUT = (
    "strip(ts_filter(vector, '{a,b}')) || "
    f"array_to_tsvector(array(select '{TAG}' || tag from {OF_TAGS})) as vector, "
    "strip(ts_filter(vector, '{a}')) as title"
)
# places are gone for good, but not what weighs: the words of a title stand in it, tags begin with their mark
OF_ALL = "unnest(tsvector_to_array(vector)) as word where word"
WORDS = f"array_to_string(array(select word from {OF_ALL} not like '{TAG}%'), ' ')"
TAGGED = f"array_to_string(array(select substr(word, 2) from {OF_ALL} like '{TAG}%'), ' ')"
WITH = (
    f"setweight(to_tsvector('simple', {WORDS}), 'B') || "
    "setweight(to_tsvector('simple', array_to_string(tsvector_to_array(title), ' ')), 'A') || "
    f"setweight(to_tsvector('simple', {TAGGED}), 'D') as vector"
)


def _make_anew(columns: str, names: tuple[str, ...]) -> None:
    """Copy the table, which takes a fraction of the time of changing each row with its place in the index."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"create table search_index_new as select rowid, {columns} from search_index order by rowid")
    op.execute("drop table search_index")
    op.execute("alter table search_index_new rename to search_index")
    for name in names:
        op.execute(f"alter table search_index alter column {name} set not null")
    op.execute("alter table search_index add constraint search_index_pkey primary key (rowid)")
    op.execute("create index search_index_vector on search_index using gin (vector)")
    op.execute("analyze search_index")


def upgrade() -> None:
    _make_anew(WITHOUT, ("vector", "title"))


def downgrade() -> None:
    _make_anew(WITH, ("vector",))
