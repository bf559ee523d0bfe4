"""Extend the directory: what facets and maps need.

Awards and focus countries become codes by which clusters are found, as the others are; a country is also found under the
macro-regions that contain it. The lists are those of this moment, kept here so that the migration stays what it is.

Revision ID: 0004_extend_the_directory
Revises: 0003_edit_portraits
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_extend_the_directory"
down_revision = "0003_edit_portraits"
branch_labels = None
depends_on = None

MACRO_REGIONS = {
    "scandinavia": ("DK", "NO", "SE"),
    "baltic-sea": ("DE", "DK", "EE", "FI", "LT", "LV", "PL", "SE"),
}
VISIBLE = ("stated", "proposed", "confirmed")
ADDED = ("label", "country")
SUMMED = ("region", "country")

# Whether an organisation belongs to several clusters is answered from the index alone, in its order.
BELONGING = ["to_kind", "from_kind", "from_id", "type", "to_id", "status"]

CLUSTER = sa.table("cluster", sa.column("id"))
FACET = sa.table("cluster_facet", sa.column("cluster_id"), sa.column("facet"), sa.column("code"))
COUNT = sa.table("cluster_facet_count", sa.column("facet"), sa.column("code"), sa.column("count"))
OBSERVATION = sa.table("cluster_observation", sa.column("cluster_id"), sa.column("kind"), sa.column("code"))
LINK = sa.table("link", *map(sa.column, ("type", "from_kind", "from_id", "to_kind", "to_id", "to_key", "status")))


def naming(code):
    containing = [region for region, countries in MACRO_REGIONS.items() if code in countries]
    return [code, *MACRO_REGIONS.get(code, ()), *containing]


def insert(connection, table, rows):
    for start in range(0, len(rows), 500):
        connection.execute(table.insert(), rows[start : start + 500])


def fill(connection):
    labels = sa.select(OBSERVATION.c.cluster_id, OBSERVATION.c.code).where(
        OBSERVATION.c.kind == "label", OBSERVATION.c.code != ""
    )
    codes = {(cluster_id, "label", code) for cluster_id, code in connection.execute(labels)}
    links = sa.select(LINK.c.from_id, LINK.c.to_key).where(
        LINK.c.type == "focus_on", LINK.c.from_kind == "cluster", LINK.c.to_kind.in_(("country", "macro-region")),
        LINK.c.status.in_(VISIBLE), LINK.c.from_id.in_(sa.select(CLUSTER.c.id)),
    )  # fmt: skip
    for cluster_id, key in connection.execute(links):
        codes |= {(cluster_id, "country", code) for code in naming(key)}
    insert(connection, FACET, [dict(zip(("cluster_id", "facet", "code"), row, strict=True)) for row in sorted(codes)])


def count(connection):
    counted = (
        sa.select(FACET.c.facet, FACET.c.code, sa.func.count())
        .where(FACET.c.facet.in_(ADDED))
        .group_by(FACET.c.facet, FACET.c.code)
    )
    rows = [tuple(row) for row in connection.execute(counted)]
    for facet in SUMMED:
        numbers = [
            number
            for (number,) in connection.execute(
                sa.select(sa.func.count()).where(FACET.c.facet == facet).group_by(FACET.c.cluster_id)
            )
        ]
        summed = (("any", len(numbers)), ("several", sum(number > 1 for number in numbers)))
        rows += [(name, facet, number) for name, number in summed if number]
    belonging = sa.select(LINK.c.from_id, LINK.c.to_id).where(
        LINK.c.type.in_(("member_of", "part_of")), LINK.c.from_kind == "organisation", LINK.c.to_kind == "cluster",
        LINK.c.status.in_(VISIBLE), LINK.c.from_id.is_not(None), LINK.c.to_id.is_not(None),
    )  # fmt: skip
    clusters = {}
    for organisation, cluster in connection.execute(belonging):
        clusters.setdefault(organisation, set()).add(cluster)
    numbers = (("members", "", len(clusters)), ("several", "members", sum(len(one) > 1 for one in clusters.values())))
    rows += [row for row in numbers if row[2]]
    insert(connection, COUNT, [dict(zip(("facet", "code", "count"), row, strict=True)) for row in rows])


def upgrade() -> None:
    with op.batch_alter_table("cluster", schema=None) as batch_op:
        batch_op.create_index("ix_cluster_portfolio", ["portfolio", "nuts1"], unique=False)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index("ix_link_belonging", BELONGING, unique=False)
    with op.batch_alter_table("link_end", schema=None) as batch_op:
        batch_op.create_index("ix_link_end_key", ["kind", "key", "id"], unique=False)
    connection = op.get_bind()
    fill(connection)
    count(connection)


def downgrade() -> None:
    connection = op.get_bind()
    connection.execute(FACET.delete().where(FACET.c.facet.in_(ADDED)))
    connection.execute(COUNT.delete().where(COUNT.c.facet.in_((*ADDED, "any", "several", "members"))))
    with op.batch_alter_table("link_end", schema=None) as batch_op:
        batch_op.drop_index("ix_link_end_key")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_belonging")
    with op.batch_alter_table("cluster", schema=None) as batch_op:
        batch_op.drop_index("ix_cluster_portfolio")
