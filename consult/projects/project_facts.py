"""What is known of a project, in words with date and source; what nobody states is left out or shown as a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consult.core.clock import today
from consult.core.i18n import _, format_day, format_number
from consult.core.vocabularies import short_region, term_title, vocabulary
from consult.links.models import CONFIRMED, STATED
from consult.links.queries import LinkView, crosses_border
from consult.links.sources import cite, readable_date, readable_source, sources
from consult.projects.models import Project
from consult.projects.queries import LEADING, End

Observation = tuple[str, list[tuple[str, str]]]

FEWEST = 3
LED_BY = ("coordinator_of", "implementer_of", "carrier_of")


def leads(links: list[LinkView]) -> list[End]:
    """The organisations and clusters that lead the project, as `queries.leads_of` reads them, from links at hand."""
    return [
        (view.other.kind, view.other.id)
        for view in links
        if not view.outgoing
        and view.type in LEADING
        and view.link.status in (STATED, CONFIRMED)
        and view.other.kind in ("organisation", "cluster")
    ]


@dataclass(frozen=True)
class Badge:
    """State of a project as a badge: name of its look and the words."""

    look: str
    text: str


def region_title(code: str) -> str:
    """Land or region of Germany in words."""
    return vocabulary("nuts2024_de").title(code)


def lifecycle_badge(project: Project) -> Badge | None:
    """In which state a project was when its source was written; the year stands with it, since it may have changed."""
    if not project.lifecycle:
        return None
    looks = {"active": "running", "emerging": "running", "planned": "planned", "completed": "completed"}
    words = term_title("lifecycle", project.lifecycle)
    as_of = (project.data.get("status") or {}).get("as_of", "")
    if as_of:
        words = _("%(state)s (as of %(year)s)", state=words, year=as_of[:4])
    return Badge(looks.get(project.lifecycle, "paused"), words)


def crossed_borders(project: Project, links: list[LinkView]) -> list[str]:
    """Regions beyond the project's own that it reaches, as short codes: its countries and the seats of its partners."""
    home = short_region(project.region) if project.region else ""
    found = {code for code in project.countries if code != "DE"}
    if home:
        found |= {
            short_region(view.other.region)
            for view in links
            if view.other.region and view.other.kind in ("cluster", "organisation")
        }
    return sorted(found - {home, "DE"}, key=lambda code: (len(code), code))


def openness(project: Project, links: list[LinkView]) -> tuple[int, int] | None:
    """How many of the project's connections lead across a border of a Land or country, and of how many.

    Counted are organisations and clusters whose region is known, each once; below three the figure would say nothing.
    """
    ends = {
        (view.other.kind, view.other.id): view.other.region
        for view in links
        if view.other.kind in ("organisation", "cluster") and view.other.region
    }
    if not project.region or len(ends) < FEWEST:
        return None
    return sum(crosses_border(project.region, region) for region in ends.values()), len(ends)


def _amount(figure: dict[str, Any]) -> str:
    number = format_number(figure["value"])
    if figure.get("unit") == "EUR":
        number = _("%(number)s euros", number=number)
    qualifier = figure.get("qualifier")
    return f"{term_title('qualifiers', qualifier)} {number}" if qualifier else number


def figures(data: dict[str, Any]) -> list[Observation]:
    """Figures as observations: each value with date and source, values of one kind below each other."""
    found: dict[str, list[tuple[str, str]]] = {}
    for figure in data.get("figures", []):
        entry = (_amount(figure), cite(figure.get("as_of", ""), sources(figure), dated=False))
        found.setdefault(term_title("figure_kinds", figure["kind"]), []).append(entry)
    return list(found.items())


def external_partners(data: dict[str, Any]) -> list[Observation]:
    """Partners that are no subjects of the directory."""
    partners = data.get("external_partners", [])
    if not partners:
        return []
    lines = []
    for partner in partners:
        where = ", ".join(filter(None, [partner.get("place"), term_title("countries", partner.get("country", ""))]))
        since = _("since %(year)s", year=partner["since"]) if partner.get("since") else ""
        what = ", ".join(filter(None, [where, since]))
        lines.append(
            (f"{partner['name']} ({what})" if what else partner["name"], cite("", sources(partner), dated=False))
        )
    return [(_("Further partners"), lines)]


def _is_ahead(project: Project) -> bool:
    """Whether the beginning is still to come, as exact as it is known."""
    return project.is_example or project.starts > today().isoformat()[: len(project.starts)]


def at_a_glance(project: Project, links: list[LinkView]) -> list[tuple[str, str]]:
    """The short facts beside a project's text."""
    leads = list(dict.fromkeys(view.other.title for view in links if view.type in LED_BY))
    months = (project.data.get("duration_months") or {}).get("value")
    return [
        (_("Led by"), ", ".join(leads)),
        (_("Begins") if _is_ahead(project) else _("Began"), readable_date(project.starts)),
        (_("Duration"), _("%(months)s months", months=months) if months else ""),
        (_("Region"), region_title(project.region) if project.region else ""),
        (_("Countries"), ", ".join(term_title("countries", code) for code in project.countries)),
        (_("Requests until"), format_day(project.joining_until) if project.joining_open else ""),
    ]


def website(project: Project) -> str:
    """Domain of the project's own pages."""
    domain: str = (project.data.get("website") or {}).get("domain", "")
    return domain


def named_sources(project: Project) -> list[str]:
    """Where what is said about the project comes from."""
    return [readable_source(one) for one in sources(project.data)]
