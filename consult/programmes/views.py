"""Public pages of programmes: the list and one programme."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.vocabularies import vocabulary
from consult.core.web import room_blueprint
from consult.links.queries import links_of
from consult.programmes import page, queries
from consult.programmes.queries import Selection

blueprint = room_blueprint("programmes", __name__)

LISTS = {"level": "programme_levels", "kind": "programme_kinds"}
LINKED_KINDS = ("cluster", "project", "activity", "topic", "country", "macro-region")


def selection_of_address() -> Selection:
    """What the address asks for; a code that is in no list counts as not chosen."""
    chosen = {name: request.args.get(name, "") for name in LISTS}
    return Selection(**{name: code for name, code in chosen.items() if code in vocabulary(LISTS[name])})


def filter_groups(selection: Selection, counts: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """The filters as one choice each, with "all" first."""
    legends = {"level": (_("Level"), _("All levels")), "kind": (_("Kind"), _("All kinds"))}
    groups = []
    for name, listed in LISTS.items():
        chosen = getattr(selection, name)
        options: list[dict[str, Any]] = [{"value": "", "label": legends[name][1], "checked": not chosen}]
        options += [
            {
                "value": term.code,
                "label": term.title(),
                "count": counts.get((name, term.code), 0),
                "checked": chosen == term.code,
            }
            for term in vocabulary(listed)
            if counts.get((name, term.code)) or chosen == term.code
        ]
        groups.append({"name": name, "legend": legends[name][0], "kind": "radio", "options": options})
    return groups


@blueprint.get("/programmes/")
@access("public")
def index() -> str:
    """All programmes by title."""
    selection = selection_of_address()
    found = queries.programmes_page(selection, request.args.get("after"))
    return render_template(
        "programmes/index.html",
        page=found,
        selection=selection,
        groups=filter_groups(selection, queries.filter_counts(selection)),
        bodies=queries.bodies_of(found.items),
    )


@blueprint.get("/programmes/<slug>")
@access("public")
def show(slug: str) -> str:
    """One programme."""
    programme = queries.programme_by_slug(slug)
    if programme is None:
        raise NotFound(_("We have no programme under this address."))
    links = links_of("programme", programme.id, kinds=LINKED_KINDS)
    return render_template(
        "programmes/show.html",
        programme=programme,
        bodies=queries.bodies_of([programme]),
        results=page.results(programme),
        periods=page.periods(programme),
        focus=[view for view in links if view.type == "focus_on"],
        groups=page.grouped(links),
        report_url=request.path,
    )
