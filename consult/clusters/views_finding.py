"""Public pages that find and compare: the directory with its filters, portraits side by side, countries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from consult.clusters import (
    abroad,
    addresses,
    comparing,
    directory,
    exporting,
    facets,
    forms,
    matrix_files,
    neighbourhood,
    portrait,
    queries,
    roles_matrix,
    rules,
)
from consult.clusters.facets import ANY, COUNTRY
from consult.clusters.forms import Selection
from consult.clusters.models import Cluster
from consult.clusters.views import LINKED_KINDS, blueprint
from consult.core.access import Actor, access, current_actor
from consult.core.errors import Gone, NotFound
from consult.core.i18n import _, current_language
from consult.core.memory import remembered
from consult.core.registry import registries
from consult.core.tables import table_response
from consult.core.web import path
from consult.links.queries import links_of, links_of_many
from consult.links.rules import FROM, TO, waits_for

# ---- the directory --------------------------------------------------------------------------------------------------


def _drawn(template: str, **values: Any) -> Markup:
    return Markup(render_template(template, **values))  # noqa: S704 - a template's own output


def _frame(selection: Selection, chosen: Sequence[str], shown_map: str) -> directory.Frame:
    """Filters, map and totals. A choice of one filter is made by many: then it is drawn once a change for all."""
    carried = forms.carried(selection, chosen, shown_map)

    def draw() -> directory.Frame:
        counts = queries.facet_counts(selection)
        total = counts.get((queries.TOTAL, ""), 0)
        capped = selection.any and total > queries.COUNTED
        groups = directory.facet_groups(selection, counts)
        definitions = directory.form_definitions()
        return directory.Frame(
            total=total,
            members=(counts.get((facets.MEMBERS, ""), 0), counts.get((facets.SEVERAL, facets.MEMBERS), 0)),
            filters=_drawn("clusters/_filters.html", groups=groups, selection=selection, carried=carried,
                           definitions=definitions),
            map=_drawn("clusters/_map.html", map=directory.map_of(shown_map, selection, counts), total=total,
                       capped=capped),
        )  # fmt: skip

    asked = tuple((name, value) for name, value in request.args.items(multi=True) if name != "after")
    common = not selection.words and not chosen and len(asked) == selection.chosen + bool(shown_map) <= 2
    return remembered(("clusters.frame", current_language(), asked), draw) if common else draw()


@blueprint.get("/clusters/")
@access("public")
def index() -> str | AnyResponse:
    """All clusters by name, with search, filters and maps; exactly what is shown is also a file."""
    selection = forms.selection_of(request.args)
    wanted = request.args.get("format", "")
    if wanted in exporting.LIST_FORMATS:
        return exporting.as_file(wanted, selection)
    chosen = queries.names_of(forms.choice_of(request.args)[: forms.READ])
    slugs = [cluster.slug for cluster in chosen]
    shown_map = forms.map_of(request.args)
    page = queries.clusters_page(selection, request.args.get("after"))
    return render_template(
        "clusters/index.html",
        page=page,
        around=_frame(selection, slugs, shown_map),
        chosen=slugs,
        elsewhere=[cluster for cluster in chosen if cluster.slug not in {one.slug for one in page.items}],
        back=[*forms.filters_of(selection, shown_map), *([] if page.at_start else [("after", request.args["after"])])],
        most=forms.MOST,
        selection=selection,
        formats=exporting.LIST_FORMATS,
        chips=directory.chosen_chips(selection),
        ways_out=directory.ways_out(selection) if not page.items and selection.any else [],
    )


# ---- side by side ---------------------------------------------------------------------------------------------------


def _advice(asked: Sequence[str], found: Sequence[Cluster], peers: bool) -> list[str]:
    """What is wrong with a choice, in words; nothing if it can be compared as it is."""
    said = []
    missing = [slug[:60] for slug in asked[: forms.READ] if slug not in {cluster.slug for cluster in found}]
    if missing:
        said.append(_("There is no portrait under: %(names)s.", names=", ".join(missing)))
    if len(found) > forms.MOST or len(asked) > forms.READ:
        said.append(_("At most six portraits stand side by side. You have chosen %(num)s.", num=len(asked)))
    elif peers and len(found) == 1:
        said.append(_("No other portrait of the directory belongs to the same portfolio."))
    elif len(found) < forms.FEWEST:
        said.append(_("A comparison needs two to six portraits."))
    return said


# What the form of the directory sends along for its way back; it is no part of the address that is passed on.
OWN_PARAMETERS = {"c", "only", "format", "peers"}


def _compared(
    asked: Sequence[str], peers: bool, only: bool
) -> tuple[list[portrait.Portrait], list[comparing.Group], Any]:
    """The portraits, what is compared, and what the page needs; nothing is compared where the choice does not fit."""
    found = queries.clusters_by_slugs(asked[: forms.READ])
    fits = forms.FEWEST <= len(found) <= forms.MOST and len(asked) <= forms.READ
    links = links_of_many("cluster", [one.id for one in found], kinds=LINKED_KINDS) if fits else {}
    portraits = [portrait.Portrait(one, links.get(one.id, [])) for one in found] if fits else []
    groups = comparing.compare(portraits, only)
    values = {
        "clusters": found, "slugs": [one.slug for one in found], "fits": fits, "groups": groups, "only": only,
        "filled": comparing.filled(groups), "advice": _advice(asked, found, peers), "most": forms.MOST,
        "heading": str(comparing.TITLES[len(found)]) if fits else _("Compare portraits"), "formats": exporting.FORMATS,
    }  # fmt: skip
    return portraits, groups, values


def _present(asked: Sequence[str], values: Any) -> list[str]:
    """The choice under its present addresses, where some of it was renamed or merged; nothing where none was."""
    read = asked[: forms.READ]
    moved = addresses.moved(read) if len(values["slugs"]) < len(read) else {}
    return list(dict.fromkeys(moved.get(slug, slug) for slug in read)) if moved else []


@blueprint.get("/clusters/compare")
@access("public")
def compare() -> str | AnyResponse:
    """Two to six portraits side by side; whatever is chosen, the page says how to choose."""
    asked, peers = forms.choice_of(request.args), forms.choice_of(request.args, "peers")[:1]
    only = request.args.get("only") == "differences"
    if peers:
        asked = queries.peers_of(peers[0], forms.MOST) or peers
    if len(asked) >= forms.FEWEST and set(request.args) - (OWN_PARAMETERS - {"peers"}):
        return redirect(path("clusters.compare", c=asked[: forms.READ], only="differences" if only else None))
    wanted = request.args.get("format", "")
    if wanted in exporting.FORMATS:
        portraits, groups, values = _compared(asked, bool(peers), only)
        if present := _present(asked, values):
            return redirect(path("clusters.compare", c=present, only="differences" if only else None, format=wanted))
        if values["fits"]:
            columns, rows = comparing.columns(portraits), comparing.rows(groups)
            return table_response(wanted, _("comparison"), columns, rows, sheet=_("Comparison"))

    def draw() -> tuple[list[str], str, Markup]:
        values = _compared(asked, bool(peers), only)[2]
        return _present(asked, values), values["heading"], _drawn("clusters/_comparison.html", **values)

    # readers who are signed out get the whole page from the cache in front of it
    common = current_actor().signed_in and forms.FEWEST <= len(asked) <= forms.MOST and not peers
    key = ("clusters.comparison", current_language(), tuple(asked), only)
    present, heading, body = remembered(key, draw) if common else draw()
    if present:
        return redirect(path("clusters.compare", c=present, only="differences" if only else None))
    return render_template("clusters/compare.html", heading=heading, body=body)


# ---- countries ------------------------------------------------------------------------------------------------------


@blueprint.get("/clusters/countries")
@access("public")
def countries() -> str | AnyResponse:
    """Who works with which country: all of them, or the clusters of one country; exactly what is shown is also a file."""
    code = forms.country_of(request.args)
    if (wanted := request.args.get("format", "")) in exporting.FORMATS:
        return matrix_files.countries_file(wanted, code)
    counts = queries.facet_counts(Selection())
    page = queries.focusing_page(code, request.args.get("after"))
    lines = matrix_files.abroad_lines(page.items)
    return render_template(
        "clusters/countries.html",
        code=code,
        country_id=registries.subjects["country"].find(code) if code and page.at_start else None,
        place=abroad.title_of(code) if code else "",
        members=", ".join(map(abroad.title_of, facets.countries_of(code))),
        unknown=bool(request.args.get("country")) and not code,
        page=page,
        lines=lines,
        columns=abroad.columns(counts),
        total=counts.get((COUNTRY, code) if code else (ANY, COUNTRY), 0),
        legend=abroad.legend(lines),
        formats=exporting.FORMATS,
    )


# ---- roles ----------------------------------------------------------------------------------------------------------


def _mine(actor: Actor, lines: Sequence[roles_matrix.Line]) -> set[int]:
    """Numbers of the roles that wait for the word of a cluster that the reader speaks for."""
    own = [view.link for line in lines if rules.can_manage(actor, line.actor.id) for view in line.views]
    return {link.id for link in own if link.from_kind == "cluster" and waits_for(actor, link, FROM)}


@blueprint.get("/clusters/roles")
@access("public")
def roles() -> str | AnyResponse:
    """Who has which role in which project: all of them, or those of one project; exactly what is shown is also a file."""
    question = roles_matrix.question_of(request.args)
    project = roles_matrix.project_by_key(question.project)
    project_id = project.id if project is not None else None
    if (wanted := request.args.get("format", "")) in exporting.FORMATS:
        return matrix_files.roles_file(wanted, question, project_id)
    page = roles_matrix.actors_page(question, project_id, request.args.get("after"))
    lines = roles_matrix.lines(page.items, roles_matrix.roles_of(page.items, question, project_id))
    return render_template(
        "clusters/roles.html",
        question=question,
        project=project,
        unknown=bool(request.args.get("project")) and project is None,
        page=page,
        lines=lines,
        columns=roles_matrix.columns(lines),
        legend=roles_matrix.legend(lines),
        formats=exporting.FORMATS,
        letters=roles_matrix.LETTERS,
        roles=roles_matrix.role_choices(),
        projects=roles_matrix.projects_with_roles(),
        mine=_mine(current_actor(), lines),
    )


# ---- neighbourhood --------------------------------------------------------------------------------------------------


def _standing(slug: str) -> Cluster:
    """The portrait that stands at this address, or the one to which the address leads."""
    cluster = queries.cluster_by_slug(slug)
    found = addresses.surviving(cluster) if cluster is not None else addresses.leads_to(slug)
    if found is None:
        raise NotFound(_("We have no portrait under this address."))
    if not found.listed:
        raise Gone(_("This portrait was taken out of the directory."))
    return found


@blueprint.get("/clusters/<slug>/neighbourhood")
@access("public")
def neighbours(slug: str) -> str | AnyResponse:
    """What a cluster is linked to, as a drawing and as a list."""
    cluster = _standing(slug)
    if cluster.slug != slug:
        return redirect(path("clusters.neighbours", slug=cluster.slug), code=301)
    actor = current_actor()
    links = links_of("cluster", cluster.id, kinds=neighbourhood.KINDS)
    listed = neighbourhood.neighbours(links)
    manages = rules.can_manage(actor, cluster.id)
    return render_template(
        "clusters/neighbourhood.html",
        cluster=cluster,
        count=len(listed),
        graph=neighbourhood.draw(cluster, listed, neighbourhood.links_among(listed)),
        groups=neighbourhood.grouped(listed),
        region=neighbourhood.region_of(cluster),
        kind_title=neighbourhood.kind_title,
        mine=[view.link.id for view in links if manages and waits_for(actor, view.link, FROM if view.outgoing else TO)],
    )
