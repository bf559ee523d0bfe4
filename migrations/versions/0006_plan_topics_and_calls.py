"""Plan topics and calls: editing, dates, reminders.

Revision ID: 0006_plan_topics_and_calls
Revises: 0005_find_partners
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_plan_topics_and_calls"
down_revision = "0005_find_partners"
branch_labels = None
depends_on = None


def _json():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _topics()
    _programmes()
    _projects()


def _topics() -> None:
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.String(length=12), nullable=False, server_default="published"))
        batch_op.add_column(sa.Column("planned_for", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("text_states", _json(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("open_question", _json(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("approved_who", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("approved_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("approval_noted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("approval_noted_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("picture", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("picture_sizes", _json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("picture_alt", _json(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("picture_credit", sa.String(length=200), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_topic_approval_noted_by_person"),
            "person",
            ["approval_noted_by"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_topic_approval_noted_by"), ["approval_noted_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_topic_picture"), ["picture"], unique=False)
    op.create_table(
        "topic_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", _json(), nullable=False),
        sa.Column("changed", _json(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_topic_version_made_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topic.id"], name=op.f("fk_topic_version_topic_id_topic"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_version")),
        sa.UniqueConstraint("topic_id", "number", name=op.f("uq_topic_version_topic_id_number")),
    )
    with op.batch_alter_table("topic_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_version_made_by"), ["made_by"], unique=False)


def _programmes() -> None:
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("text_states", _json(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("is_example", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "programme_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", _json(), nullable=False),
        sa.Column("summary", _json(), nullable=False),
        sa.Column("text_states", _json(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rolling", sa.Boolean(), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("source", _json(), nullable=False),
        sa.Column("as_of", sa.String(length=10), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programme.id"],
            name=op.f("fk_programme_call_programme_id_programme"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_call")),
        sa.UniqueConstraint("slug", name=op.f("uq_programme_call_slug")),
    )
    with op.batch_alter_table("programme_call", schema=None) as batch_op:
        batch_op.create_index("ix_programme_call_programme", ["programme_id", "closes_at", "id"], unique=False)
        batch_op.create_index("ix_programme_call_dates", ["closes_at", "opens_at"], unique=False)
    op.create_table(
        "call_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["programme_call.id"],
            name=op.f("fk_call_reminder_call_id_programme_call"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_call_reminder_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_reminder")),
        sa.UniqueConstraint("call_id", "person_id", name=op.f("uq_call_reminder_call_id_person_id")),
    )
    with op.batch_alter_table("call_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_reminder_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_call_reminder_due", ["sent_at", "due_at"], unique=False)


def _projects() -> None:
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("text_states", _json(), nullable=False, server_default="{}"))
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("text_states", _json(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("status_note", _json(), nullable=False, server_default="{}"))
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wants_messages", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "activity_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("host_name", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_message_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_activity_message_author_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_message")),
    )
    with op.batch_alter_table("activity_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_message_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_activity_message_list", ["activity_id", "status", "id"], unique=False)
    op.create_table(
        "activity_message_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["activity_message.id"],
            name=op.f("fk_activity_message_version_message_id_activity_message"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_message_version")),
        sa.UniqueConstraint("message_id", "number", name=op.f("uq_activity_message_version_message_id_number")),
    )


def downgrade() -> None:
    op.drop_table("activity_message_version")
    op.drop_table("activity_message")
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_column("wants_messages")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        for column in ("status_note", "text_states", "revision"):
            batch_op.drop_column(column)
    with op.batch_alter_table("project", schema=None) as batch_op:
        for column in ("text_states", "revision"):
            batch_op.drop_column(column)
    op.drop_table("call_reminder")
    op.drop_table("programme_call")
    with op.batch_alter_table("programme", schema=None) as batch_op:
        for column in ("edited_at", "is_example", "text_states", "revision"):
            batch_op.drop_column(column)
    op.drop_table("topic_version")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_picture"))
        batch_op.drop_index(batch_op.f("ix_topic_approval_noted_by"))
        batch_op.drop_constraint(batch_op.f("fk_topic_approval_noted_by_person"), type_="foreignkey")
        for column in (
            "picture_credit",
            "picture_alt",
            "picture_sizes",
            "picture",
            "approval_noted_by",
            "approval_noted_at",
            "approved_on",
            "approved_who",
            "open_question",
            "text_states",
            "revision",
            "planned_for",
            "status",
        ):
            batch_op.drop_column(column)
