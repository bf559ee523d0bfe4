"""Find partners: offers, requests, interest.

Revision ID: 0005_find_partners
Revises: 0004_extend_the_directory
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_find_partners"
down_revision = "0004_extend_the_directory"
branch_labels = None
depends_on = None


def _json() -> sa.types.TypeEngine:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _create_offers()
    _create_versions()
    _create_facets()
    _create_interests()


def _create_offers() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("owner_kind", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("owner_key", sa.String(length=120), nullable=False),
        sa.Column("owner_title", _json(), nullable=False),
        sa.Column("owner_public", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("title", _json(), nullable=False),
        sa.Column("teaser", _json(), nullable=False),
        sa.Column("sector", sa.String(length=4), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("stage_position", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=12), nullable=False),
        sa.Column("languages", _json(), nullable=False),
        sa.Column("countries", _json(), nullable=False),
        sa.Column("topics", _json(), nullable=False),
        sa.Column("technologies", _json(), nullable=False),
        sa.Column("theme_count", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=False),
        _moment("sent_at", nullable=False),
        _moment("published_at"),
        _moment("expires_at"),
        _moment("moved_at", nullable=False),
        _moment("reminded_at"),
        sa.Column("public_version_id", sa.Integer(), nullable=True),
        sa.Column("waiting_version_id", sa.Integer(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_offer_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_offer_programme_id_programme"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("slug", name=op.f("uq_offer_slug")),
    )
    op.create_index("ix_offer_list", "offer", ["status", "published_at", "id"])
    op.create_index("ix_offer_match", "offer", ["status", "kind", "category"])
    op.create_index("ix_offer_owner", "offer", ["owner_kind", "owner_id", "status"])
    op.create_index("ix_offer_expiry", "offer", ["status", "expires_at"])
    op.create_index(op.f("ix_offer_author_id"), "offer", ["author_id"])
    op.create_index(op.f("ix_offer_programme_id"), "offer", ["programme_id"])


def _create_versions() -> None:
    op.create_table(
        "offer_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", _json(), nullable=False),
        sa.Column("body", _json(), nullable=False),
        sa.Column("html_de", sa.Text(), nullable=False),
        sa.Column("html_en", sa.Text(), nullable=False),
        sa.Column("fields", _json(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("redacts_id", sa.Integer(), nullable=True),
        _moment("sent_at", nullable=False),
        _moment("published_at"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_offer_version_author_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_version_offer_id_offer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_version")),
        sa.UniqueConstraint("offer_id", "number", name=op.f("uq_offer_version_offer_id_number")),
    )
    op.create_index(op.f("ix_offer_version_author_id"), "offer_version", ["author_id"])


def _create_facets() -> None:
    op.create_table(
        "offer_facet",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_facet_offer_id_offer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "facet", "code", name=op.f("pk_offer_facet")),
    )
    op.create_index("ix_offer_facet_code", "offer_facet", ["facet", "code", "offer_id"])


def _create_interests() -> None:
    op.create_table(
        "offer_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("from_kind", sa.String(length=20), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("brings", sa.Text(), nullable=False),
        sa.Column("when_how", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        _moment("shared_at"),
        sa.Column("answer_contact", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("outcome_by", sa.Integer(), nullable=True),
        _moment("asked_at", nullable=False),
        _moment("answered_at"),
        _moment("ended_at"),
        _moment("reminded_at"),
        _moment("outcome_asked_at"),
        _moment("emptied_at"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_offer_interest_offer_id_offer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_offer_interest_person_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_offer_interest_answered_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["outcome_by"], ["person.id"], name=op.f("fk_offer_interest_outcome_by_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_interest")),
    )
    live = sa.text("status IN ('asked', 'accepted')")
    op.create_index(
        "ux_offer_interest_live", "offer_interest", ["offer_id", "person_id"], unique=True, sqlite_where=live,
        postgresql_where=live,
    )  # fmt: skip
    op.create_index("ix_offer_interest_offer", "offer_interest", ["offer_id", "status", "id"])
    op.create_index("ix_offer_interest_person", "offer_interest", ["person_id", "id"])
    op.create_index("ix_offer_interest_status", "offer_interest", ["status", "asked_at"])
    op.create_index(op.f("ix_offer_interest_answered_by"), "offer_interest", ["answered_by"])
    op.create_index(op.f("ix_offer_interest_outcome_by"), "offer_interest", ["outcome_by"])


def downgrade() -> None:
    op.drop_table("offer_interest")
    op.drop_table("offer_facet")
    op.drop_table("offer_version")
    op.drop_table("offer")
