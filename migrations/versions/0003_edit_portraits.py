"""Edit portraits: changes, claims, mergers, further addresses, and how recent what is told is.

Revision ID: 0003_edit_portraits
Revises: 0002_add_search
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_edit_portraits"
down_revision = "0002_add_search"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# Added one by one and without foreign keys: rebuilding the table on SQLite would take what hangs on it along.
CLUSTER = (
    ("revision", sa.Integer(), False, "1"),
    ("listed", sa.Boolean(), False, sa.true()),
    ("listed_on", sa.Date(), True, None),
    ("merged_into_id", sa.Integer(), True, None),
    ("interruptions", JSON, False, "[]"),
    ("text_states", JSON, False, "{}"),
    ("text_gaps", sa.String(length=120), False, ""),
    ("verified", JSON, False, "{}"),
    ("confirmed_at", sa.DateTime(timezone=True), True, None),
    ("asked_at", sa.DateTime(timezone=True), True, None),
    ("reminders", sa.Integer(), False, "0"),
    ("dormant_since", sa.Date(), True, None),
    ("contact_email", sa.String(length=320), False, ""),
)


def upgrade() -> None:
    for name, kind, nullable, default in CLUSTER:
        op.add_column("cluster", sa.Column(name, kind, nullable=nullable, server_default=default))

    with op.batch_alter_table("cluster_observation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("entered_as", sa.String(length=12), server_default="", nullable=False))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("verified_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("until", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("origin_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_cluster_observation_entered_by_person"), "person", ["entered_by"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        batch_op.create_foreign_key(
            batch_op.f("fk_cluster_observation_origin_id_cluster"), "cluster", ["origin_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        batch_op.create_index(batch_op.f("ix_cluster_observation_entered_by"), ["entered_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_cluster_observation_origin_id"), ["origin_id"], unique=False)

    op.create_table(
        "cluster_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_role", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("undo", JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_cluster_version_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_version_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_version")),
        sa.UniqueConstraint("cluster_id", "number", name=op.f("uq_cluster_version_cluster_id_number")),
    )
    with op.batch_alter_table("cluster_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cluster_version_author_id"), ["author_id"], unique=False)

    op.create_table(
        "cluster_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("position", sa.String(length=120), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("proof_url", sa.String(length=500), nullable=False),
        sa.Column("proof_email", sa.String(length=320), nullable=False),
        sa.Column("proof_email_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_claim_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_cluster_claim_decided_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_cluster_claim_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_claim")),
    )
    with op.batch_alter_table("cluster_claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cluster_claim_cluster_id"), ["cluster_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cluster_claim_decided_by"), ["decided_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_cluster_claim_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_cluster_claim_status", ["status", "created_at"], unique=False)

    op.create_table(
        "cluster_merger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved", JSON, nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["into_id"], ["cluster.id"], name=op.f("fk_cluster_merger_into_id_cluster"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["merged_by"], ["person.id"], name=op.f("fk_cluster_merger_merged_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["old_id"], ["cluster.id"], name=op.f("fk_cluster_merger_old_id_cluster"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["person.id"], name=op.f("fk_cluster_merger_undone_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_merger")),
    )
    with op.batch_alter_table("cluster_merger", schema=None) as batch_op:
        for column in ("into_id", "merged_by", "old_id", "undone_by"):
            batch_op.create_index(batch_op.f(f"ix_cluster_merger_{column}"), [column], unique=False)

    op.create_table(
        "cluster_address",
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_address_cluster_id_cluster"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_cluster_address")),
    )
    with op.batch_alter_table("cluster_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cluster_address_cluster_id"), ["cluster_id"], unique=False)


def downgrade() -> None:
    op.drop_table("cluster_address")
    op.drop_table("cluster_merger")
    op.drop_table("cluster_claim")
    op.drop_table("cluster_version")
    with op.batch_alter_table("cluster_observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cluster_observation_origin_id"))
        batch_op.drop_index(batch_op.f("ix_cluster_observation_entered_by"))
        batch_op.drop_constraint(batch_op.f("fk_cluster_observation_origin_id_cluster"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cluster_observation_entered_by_person"), type_="foreignkey")
        for column in ("origin_id", "replaced_at", "until", "verified_on", "entered_at", "entered_as", "entered_by"):
            batch_op.drop_column(column)
    for name, _kind, _nullable, _default in reversed(CLUSTER):
        op.execute(f"ALTER TABLE cluster DROP COLUMN {name}")
