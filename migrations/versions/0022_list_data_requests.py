"""List requests about personal data that come by letter, mail or telephone, with their due dates.

Revision ID: 0022_list_data_requests
Revises: 0021_hold_back_attachments
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_list_data_requests"
down_revision = "0021_hold_back_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended_because", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_data_request_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["person.id"], name=op.f("fk_data_request_entered_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    with op.batch_alter_table("data_request") as batch:
        batch.create_index(op.f("ix_data_request_person_id"), ["person_id"])
        batch.create_index(op.f("ix_data_request_entered_by"), ["entered_by"])
        batch.create_index("ix_data_request_due_on", ["due_on", "id"])
        batch.create_index("ix_data_request_answered_on", ["answered_on", "id"])


def downgrade() -> None:
    op.drop_table("data_request")
