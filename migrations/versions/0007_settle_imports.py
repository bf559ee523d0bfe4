"""Settle imports: references that wait for their end.

Revision ID: 0007_settle_imports
Revises: 0006_plan_topics_and_calls
"""

revision = "0007_settle_imports"
down_revision = "0006_plan_topics_and_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
