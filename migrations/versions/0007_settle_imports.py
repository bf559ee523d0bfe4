"""Settle imports: references that wait for their end, what each import did, and names by which comments are known.

Revision ID: 0007_settle_imports
Revises: 0006_plan_topics_and_calls
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_settle_imports"
down_revision = "0006_plan_topics_and_calls"
branch_labels = None
depends_on = None


def _json() -> sa.types.TypeEngine:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "unresolved_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=250), nullable=False),
        sa.Column("record", _json(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unresolved_reference")),
        sa.UniqueConstraint("kind", "key", "field", "reference", name="uq_unresolved_reference_place"),
    )
    with op.batch_alter_table("unresolved_reference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unresolved_reference_reference"), ["reference"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", _json(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("counts", _json(), nullable=False),
        sa.Column("changes", _json(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index("ix_import_run_made", ["made_by", "id"], unique=False)

    # every comment gets a stable name of its own; the number of its row means nothing in another house
    random = "lower(hex(randomblob(8)))"
    if op.get_bind().dialect.name == "postgresql":
        random = "substr(md5(random()::text || clock_timestamp()::text || id::text), 1, 16)"
    op.execute(sa.text(f"UPDATE comment SET key = 'c-' || {random} WHERE key IS NULL"))  # noqa: S608 - no foreign words


def downgrade() -> None:
    op.drop_table("import_run")
    op.drop_table("unresolved_reference")
