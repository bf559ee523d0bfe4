"""Public pages that find and compare: the directory with its filters, portraits side by side, countries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from consult.clusters import abroad, comparing, facets, forms, portrait, queries
from consult.clusters.facets import ANY, COUNTRY, FOCUS_KINDS, FOCUS_TYPE
from consult.clusters.forms import FACETS, Selection
from consult.clusters.models import Cluster
from consult.clusters.readings import count_of
from consult.clusters.views import LINKED_KINDS, blueprint
from consult.core.access import access
from consult.core.i18n import _
from consult.core.templating import with_query, without_value
from consult.core.vocabularies import LAND_LETTERS, vocabulary
from consult.core.web import path
from consult.links.queries import links_of_many


def facet_groups(selection: Selection, counts: queries.Counts) -> list[dict[str, Any]]:
    """The filters with their numbers; a code that nobody has is left out unless it is chosen."""
    groups = []
    for facet in FACETS:
        chosen = selection.codes.get(facet.name, ())
        codes = [term.code for term in facet.vocabulary] + [code for code in chosen if code not in facet.vocabulary]
        options = [
            {
                "value": code,
                "label": forms.title_of(facet.name, code),
                "count": counts.get((facet.name, code), 0),
                "checked": code in chosen,
            }
            for code in codes
            if counts.get((facet.name, code)) or code in chosen
        ]
        if len(options) > 1 or chosen:  # a filter with one answer filters nothing
            groups.append({"name": facet.name, "legend": facet.legend, "options": options})
    return groups


def chosen_chips(selection: Selection) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    chips = []
    if selection.words:
        chips.append({"label": _("Search: %(query)s", query=selection.words), "url": with_query(q=None)})
    for facet, codes in selection.codes.items():
        chips += [{"label": forms.title_of(facet, code), "url": without_value(facet, code)} for code in codes]
    return chips


def tiles(selection: Selection, counts: queries.Counts) -> list[dict[str, Any]]:
    """The sixteen Länder with the number of clusters that act there; the shade grows with the share of the largest."""
    numbers = {code: counts.get(("region", code), 0) for code in LAND_LETTERS}
    most = max(numbers.values())
    return [
        {
            "code": code,
            "letters": letters,
            "name": vocabulary("nuts2024_de").title(code),
            "number": numbers[code],
            "shade": -(-4 * numbers[code] // most) if most else 0,
            "url": with_query(region=code),
            "current": code in selection.codes.get("region", ()),
        }
        for code, letters in LAND_LETTERS.items()
    ]


def ways_out(selection: Selection) -> list[tuple[str, str]]:
    """For an empty list: (sentence, address) of the lists that one filter less would give."""
    found = []
    for name, count in queries.counts_without(selection).items():
        words = (
            selection.words if name == "q" else ", ".join(forms.title_of(name, code) for code in selection.codes[name])
        )
        url = with_query(q=None) if name == "q" else with_query(**{name: None})
        found.append((_("Without “%(filter)s” there are %(num)s.", filter=words, num=count_of(count)), url))
    return found


@blueprint.get("/clusters/")
@access("public")
def index() -> str:
    """All clusters by name, with search and filters."""
    selection = forms.selection_of(request.args)
    counts = queries.facet_counts(selection)
    page = queries.clusters_page(selection, request.args.get("after"))
    chosen = queries.names_of(forms.choice_of(request.args)[: forms.READ])
    slugs = [cluster.slug for cluster in chosen]
    return render_template(
        "clusters/index.html",
        page=page,
        chosen=slugs,
        elsewhere=[cluster for cluster in chosen if cluster.slug not in {one.slug for one in page.items}],
        carried=forms.carried(selection, slugs),
        back=[*forms.filters_of(selection), *([] if page.at_start else [("after", request.args["after"])])],
        most=forms.MOST,
        selection=selection,
        total=counts.get((queries.TOTAL, ""), 0),
        capped=selection.any and counts.get((queries.TOTAL, ""), 0) > queries.COUNTED,
        groups=facet_groups(selection, counts),
        chips=chosen_chips(selection),
        tiles=tiles(selection, counts),
        ways_out=ways_out(selection) if not page.items and selection.any else [],
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


def _as_file(portraits: Sequence[portrait.Portrait], groups: Sequence[comparing.Group]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{_("comparison")}.csv"'}
    return Response(comparing.as_csv(portraits, groups), content_type="text/csv; charset=utf-8", headers=headers)


# What the form of the directory sends along for its way back; it is no part of the address that is passed on.
OWN_PARAMETERS = {"c", "only", "format", "peers"}


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
    found = queries.clusters_by_slugs(asked[: forms.READ])
    fits = forms.FEWEST <= len(found) <= forms.MOST and len(asked) <= forms.READ
    links = links_of_many("cluster", [one.id for one in found], kinds=LINKED_KINDS) if fits else {}
    portraits = [portrait.Portrait(one, links.get(one.id, [])) for one in found] if fits else []
    groups = comparing.compare(portraits, only)
    if fits and request.args.get("format") == "csv":
        return _as_file(portraits, groups)
    return render_template(
        "clusters/compare.html",
        clusters=found,
        slugs=[one.slug for one in found],
        fits=fits,
        groups=groups,
        filled=comparing.filled(groups),
        only=only,
        advice=_advice(asked, found, bool(peers)),
        title=comparing.TITLES.get(len(found), ""),
        most=forms.MOST,
    )


# ---- countries ------------------------------------------------------------------------------------------------------


@blueprint.get("/clusters/countries")
@access("public")
def countries() -> str:
    """Who works with which country: all of them, or the clusters of one country."""
    code = forms.country_of(request.args)
    counts = queries.facet_counts(Selection())
    page = queries.focusing_page(code, request.args.get("after"))
    views = links_of_many("cluster", [one.id for one in page.items], types=(FOCUS_TYPE,), kinds=FOCUS_KINDS)
    lines = abroad.lines(page.items, views)
    return render_template(
        "clusters/countries.html",
        code=code,
        place=abroad.title_of(code) if code else "",
        members=", ".join(map(abroad.title_of, facets.countries_of(code))),
        unknown=bool(request.args.get("country")) and not code,
        page=page,
        lines=lines,
        columns=abroad.columns(counts),
        total=counts.get((COUNTRY, code) if code else (ANY, COUNTRY), 0),
        legend=abroad.legend(lines),
    )
