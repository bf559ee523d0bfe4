"""Plan topics and calls: editing, dates, reminders.

Revision ID: 0006_plan_topics_and_calls
Revises: 0005_find_partners
"""

revision = "0006_plan_topics_and_calls"
down_revision = "0005_find_partners"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
