"""Act for organisations: releases of later versions, shared drafts, internal notes, and for whom somebody joins or supports.

Revision ID: 0017_act_for_organisations
Revises: 0016_search_by_facets
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_act_for_organisations"
down_revision = "0016_search_by_facets"
branch_labels = None
depends_on = None

ACTS = ("support", "participation", "membership")


def upgrade() -> None:
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.add_column(sa.Column("release_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update idea set release_asked_at = moved_at where status = 'awaiting_release'")

    for table in ACTS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_organisation_id_organisation"),
                "organisation",
                ["organisation_id"],
                ["id"],
                ondelete="SET NULL",
            )
            batch_op.create_index(batch_op.f(f"ix_{table}_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "idea_draft_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("edit_count", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("in_release", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["idea_id"],
            ["idea_draft.idea_id"],
            name=op.f("fk_idea_draft_revision_idea_id_idea_draft"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_idea_draft_revision_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_draft_revision")),
        sa.UniqueConstraint("idea_id", "edit_count", name=op.f("uq_idea_draft_revision_idea_id_edit_count")),
    )
    op.create_index(op.f("ix_idea_draft_revision_person_id"), "idea_draft_revision", ["person_id"])

    op.create_table(
        "idea_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name=op.f("fk_idea_note_idea_id_idea"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_idea_note_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_idea_note_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_note")),
    )
    op.create_index("ix_idea_note_thread", "idea_note", ["idea_id", "id"])
    op.create_index(op.f("ix_idea_note_organisation_id"), "idea_note", ["organisation_id"])
    op.create_index(op.f("ix_idea_note_person_id"), "idea_note", ["person_id"])


def downgrade() -> None:
    op.drop_table("idea_note")
    op.drop_table("idea_draft_revision")
    for table in ACTS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_organisation_id"))
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_organisation_id_organisation"), type_="foreignkey")
            batch_op.drop_column("organisation_id")
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.drop_column("release_asked_at")
