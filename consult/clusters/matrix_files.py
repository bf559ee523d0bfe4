"""Who works with which country, and who has which role in which project, as files: a row for each statement that the page
lists, in its order, with the filters of its address.

They are no feeds and no searches that are kept: a statement has neither a page of its own nor a day from which everyone
could read it. What is new of the clusters of a country the directory tells, whose filters know the country.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from flask import Response, current_app

from consult.clusters import abroad, queries, roles_matrix
from consult.clusters.facets import FOCUS_KINDS, FOCUS_TYPE, countries_of
from consult.clusters.models import Cluster
from consult.clusters.readings import place_of
from consult.clusters.roles_matrix import Question
from consult.core.i18n import _, _l, pick
from consult.core.outlets import parts
from consult.core.registry import registries
from consult.core.tables import Column, table_response
from consult.core.web import address
from consult.links.models import Link, LinkEnd
from consult.links.queries import crosses_border, links_of_many
from consult.links.sources import readable_source

BASIS = (Column("as_of", _l("Date")), Column("source", _l("Source"), 40))

COUNTRIES = (
    Column("id", _l("Identifier")),
    Column("name", _l("Name"), 40),
    Column("seat", _l("Seat")),
    Column("country", _l("Country or macro-region"), 25),
    Column("country_code", _l("%(what)s, codes", what=_l("Country or macro-region"))),
    Column("read_as", _l("Read as"), 30),
    Column("part_of", _l("Named as part of"), 25),
    Column("kind", _l("Kind"), 25),
    Column("from", _l("From")),
    Column("until", _l("Until")),
    Column("programme", _l("Programme"), 40),
    Column("partner", _l("Together with"), 30),
    *BASIS,
    Column("url", _l("Address of the portrait"), 40),
)

ROLES = (
    Column("kind", _l("Kind")),
    Column("id", _l("Identifier")),
    Column("name", _l("Cluster or organisation"), 40),
    Column("role", _l("Role"), 25),
    Column("role_code", _l("%(what)s, codes", what=_l("Role"))),
    Column("project", _l("Project"), 40),
    Column("project_id", _l("Identifier of the project")),
    Column("standing", _l("Confirmation"), 30),
    Column("crosses_border", _l("Crosses a border")),
    *BASIS,
    Column("url", _l("Address"), 40),
    Column("project_url", _l("Address of the project"), 40),
)


def _basis(link: Link, as_of: str) -> list[Any]:
    if link.derived:
        return [None, _("classified by us")]
    return [as_of or None, [readable_source(one) for one in link.source]]


def abroad_lines(clusters: Sequence[Cluster]) -> list[abroad.Line]:
    """What these clusters do in which country; a fixed number of queries."""
    views = links_of_many("cluster", [one.id for one in clusters], types=(FOCUS_TYPE,), kinds=FOCUS_KINDS)
    return abroad.lines(clusters, views)


def _country_rows(clusters: Sequence[Cluster], code: str) -> Iterator[list[Any]]:
    for line in abroad_lines(clusters):
        one = line.cluster
        for work in line.about(code) if code else line.named:
            link, programme, partner = work.view.link, work.programme, work.partner
            yield [
                one.slug, one.name, place_of(one) or None, work.place, work.code,
                [abroad.title_of(each) for each in countries_of(work.code)], work.region or None, work.kind or None,
                link.from_date or None, link.to_date or None, programme.title if programme else None,
                partner.title if partner else None, *_basis(link, link.as_of), address("clusters.show", slug=one.slug),
            ]  # fmt: skip


def countries_file(fmt: str, code: str) -> Response:
    """Who works with which country (`code`; "": with any)."""
    pages = parts(lambda after, size: queries.focusing_page(code, after, size))
    rows = chain.from_iterable(_country_rows(clusters, code) for clusters in pages)
    return table_response(fmt, _("clusters-and-countries"), COUNTRIES, rows, sheet=_("Countries"))


def _role_rows(actors: Sequence[LinkEnd], question: Question, project_id: int | None) -> Iterator[list[Any]]:
    site = current_app.config["SETTINGS"].site_url
    for line in roles_matrix.lines(actors, roles_matrix.roles_of(actors, question, project_id)):
        actor, kind = line.actor, registries.subjects[line.actor.kind].label
        for view in line.views:
            yield [
                kind, actor.key, actor.title, view.label, view.type, view.other.title, view.other.key,
                view.standing or None, crosses_border(actor.region, view.other.region),
                *_basis(view.link, view.link.as_of or view.link.from_date),
                site + pick(actor.url), site + view.other.url,
            ]  # fmt: skip


def roles_file(fmt: str, question: Question, project_id: int | None) -> Response:
    """Who has which role in which project, as far as it was asked for."""
    pages = parts(lambda after, size: roles_matrix.actors_page(question, project_id, after, size))
    rows = chain.from_iterable(_role_rows(actors, question, project_id) for actors in pages)
    return table_response(fmt, _("roles-in-projects"), ROLES, rows, sheet=_("Roles"))
