"""Keep personal data in order: last activity, acceptance of the rules, versions of the written pages.

Revision ID: 0013_keep_personal_data_in_order
Revises: 0012_open_organisations
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_keep_personal_data_in_order"
down_revision = "0012_open_organisations"
branch_labels = None
depends_on = None


# Periodic jobs that became one, "retention.run"; what waits of them has nobody to do it any more.
FORMER_JOBS = "delete from job where done_at is null and kind in ('jobs.tidy', 'accounts.tidy', 'notices.tidy')"


def upgrade() -> None:
    op.execute(FORMER_JOBS)
    op.create_table(
        "rules_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_rules_acceptance_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_acceptance")),
        sa.UniqueConstraint("person_id", "version", name=op.f("uq_rules_acceptance_person_id_version")),
    )
    op.create_table(
        "page_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("change", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("significant", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_page_text_created_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_text")),
        sa.UniqueConstraint("name", "number", name=op.f("uq_page_text_name_number")),
    )
    with op.batch_alter_table("page_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_text_created_by"), ["created_by"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_last_active_at"), ["last_active_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_last_active_at"))
        batch_op.drop_column("warned_at")
        batch_op.drop_column("last_active_at")

    with op.batch_alter_table("page_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_text_created_by"))
    op.drop_table("page_text")
    op.drop_table("rules_acceptance")
