"""Pages of projects: list, page with the ladder of taking part; and asking, taking back."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from consult.core.access import Actor, access, current_actor
from consult.core.clock import now
from consult.core.errors import NotFound, Refused
from consult.core.i18n import _, _l, current_language
from consult.core.limits import allow_write
from consult.core.outlets import FORMATS
from consult.core.registry import registries
from consult.core.templating import with_query, without_value
from consult.core.vocabularies import term_title, vocabulary
from consult.core.web import flash_done, room_blueprint, see_other
from consult.links.queries import LinkView, links_of
from consult.notifications.queries import is_following
from consult.organisations import acting
from consult.projects import (
    filters,
    joining,
    listing_files,
    mails,
    operations,
    project_facts,
    queries,
    refusals,
    rules,
)
from consult.projects.forms import JoinForm, join_form
from consult.projects.models import Membership, Project
from consult.projects.refusals import Closed

blueprint = room_blueprint("projects", __name__)

JOIN = "projects.join"
WAY = joining.Way(JOIN, "project_id", _l("This link has been used already or is too old. Please ask once more."))

SHAPES = (
    filters.FacetShape("open", _l("Taking part"), lambda _code: _("open for requests"), ("1",)),
    filters.FacetShape("kind", _l("Kind"), lambda code: term_title("project_kinds", code)),
    filters.FacetShape("region", _l("Region"), project_facts.region_title),
    filters.FacetShape("country", _l("Works with"), lambda code: term_title("countries", code)),
)


def _shapes() -> tuple[filters.FacetShape, ...]:
    """The facets with the topics, whose titles come from the room above (one query)."""
    subject = registries.subjects.get("topic")
    known = subject.picker("", 100) if subject is not None and subject.picker is not None else []
    titles = {one.key: one.title for one in known}
    return (*SHAPES, filters.FacetShape("topic", _l("Topic"), lambda code: titles.get(code, code)))


def find(slug: str) -> Project:
    """The project of this address, or NotFound."""
    project = queries.project_by_slug(slug)
    if project is None:
        raise NotFound()
    return project


# ---- reading --------------------------------------------------------------------------------------------------------


@blueprint.get("/projects/")
@access("public")
def index() -> str | Response:
    """All projects in the order of their titles; exactly what is shown is also a file and a feed."""
    chosen, q = filters.chosen_codes(queries.FACETS), filters.words_sought()
    wanted = queries.ProjectFilter(q=q, chosen=chosen)
    if (fmt := request.args.get("format", "")) in FORMATS:
        return listing_files.PROJECTS.answer(fmt, lambda after, size: queries.projects_page(wanted, after, size))
    counts = queries.project_counts(wanted)
    shapes = _shapes()
    page = queries.projects_page(wanted, request.args.get("after"))
    return render_template(
        "projects/index.html",
        page=page,
        formats=FORMATS,
        total=counts.total,
        q=q,
        groups=filters.groups(shapes, counts, chosen),
        chips=filters.chips(shapes, chosen, q, without_value),
        ways_out=[] if page.items else filters.ways_out(shapes, counts, chosen, with_query),
        chosen=sum(len(codes) for codes in chosen.values()) + bool(q),
        facts=project_facts,
        moment=now(),
        rules=rules,
    )


@blueprint.get("/projects/<slug>")
@access("public")
def show(slug: str) -> str:
    """One project: what is known, how one takes part, its dates."""
    project = find(slug)
    actor = current_actor()
    links = links_of("project", project.id, kinds=("cluster", "organisation", "programme", "project", "topic"))
    crew = queries.crew_of(project.id, actor.person_id)
    mine = queries.own_memberships(project.id, actor.person_id) if crew.has_reader else {}
    closed_by = rules.joining_closed_by(project, now())
    leads = project.known_leads = project_facts.leads(links)
    manages = actor.signed_in and rules.can_manage(actor, leads)
    rungs = ladder(project, crew, mine, closed_by)
    open_roles = [rung["role"] for rung in rungs if rung["open"]]
    following = is_following(actor, "project", project.id)
    form = None
    if actor.signed_in and open_roles and actor.may(JOIN):
        form = join_form(open_roles, signed_in=True, chosen=request.args.get("role", ""), actor=actor)
    return render_template(
        "projects/show.html",
        project=project,
        facts=project_facts,
        links=links,
        others=_others(links),
        rungs=rungs,
        crew=crew,
        closed_by=closed_by,
        reason=refusals.sentence(closed_by),
        form=form,
        following=following,
        # who stays informed follows by that; where that degree is not to be had, or no longer, one follows all the same
        offers_following=rules.FREE_ROLE not in mine and (following or rules.FREE_ROLE not in open_roles),
        manages=manages,
        may_edit=rules.can_edit(actor, leads),
    )


def _others(links: list[LinkView]) -> list[LinkView]:
    """The project's connections without those that its facts name already; each other end once."""
    seen: set[tuple[str, int]] = set()
    found = []
    for view in links:
        end = (view.other.kind, view.other.id)
        if view.type not in (*project_facts.LED_BY, "about_topic") and end not in seen:
            seen.add(end)
            found.append(view)
    return found


BUTTONS = {
    "informed": _l("Follow"),
    "expertise": _l("Offer expertise"),
    "test-partner": _l("Apply as partner"),
    "resources": _l("Offer resources"),
    "co-lead": _l("Ask for a talk"),
}


def ladder(project: Project, crew: queries.Crew, mine: dict[str, Membership], closed_by: str) -> list[dict[str, Any]]:
    """The degrees in which one can take part, from the lightest on; `open` where the reader can ask for one now."""
    rungs = []
    for degree, term in enumerate(vocabulary("joining_roles")):
        role = project.role(term.code)
        if role is None:
            continue
        accepted = crew.roles.get(term.code, 0)
        full = rules.role_is_full(project, term.code, accepted)
        rungs.append(
            {
                "role": term.code,
                "degree": degree,
                "title": term.title(),
                "text": term.text("definition"),
                "count": accepted,
                "capacity": role.get("capacity"),
                "full": full,
                "own": mine.get(term.code),
                "open": not closed_by
                and term.code not in mine
                and rules.role_takes_requests(project, term.code, accepted),
                "button": BUTTONS[term.code],
            }
        )
    return rungs


# ---- taking part ----------------------------------------------------------------------------------------------------


def _open_roles(project: Project, actor: Actor) -> list[str]:
    mine = queries.own_memberships(project.id, actor.person_id)
    rungs = ladder(project, queries.crew_of(project.id), mine, rules.joining_closed_by(project, now()))
    return [rung["role"] for rung in rungs if rung["open"]]


@blueprint.route("/projects/<slug>/join", methods=["GET", "POST"])
@access("public")
def join(slug: str) -> Any:
    """Ask to take part: at once when signed in, else by an address that is confirmed through a mailed link."""
    project = find(slug)
    actor = current_actor()
    if actor.signed_in and not actor.may(JOIN):
        raise Refused(_("Your account has no right to this page."))
    if request.method != "POST":
        roles = _open_roles(project, actor)
        if not roles:
            return see_other(url_for("projects.show", slug=slug))
        form = join_form(roles, signed_in=actor.signed_in, chosen=request.args.get("role", ""), actor=actor)
        return _join_page(project, form)
    allow_write()
    offered = [term.code for term in vocabulary("joining_roles") if project.role(term.code)]
    form = join_form(offered, signed_in=actor.signed_in, actor=actor)
    if not form.validate():
        return _join_page(project, form, 422)

    def attempt() -> Response:
        if actor.signed_in:
            return _join_now(project, actor, form)
        if reason := rules.joining_closed_by(project, now()):
            raise Closed(reason)
        joining.mail_link(
            WAY, project.id, form, lambda email, language, raw: mails.send_project_link(email, language, project, raw)
        )
        return see_other(url_for("projects.join_sent", slug=project.slug))

    return joining.tried(
        attempt,
        lambda closed: _closed_page(project, form.message.data, closed),
        lambda: _join_page(project, form, 422),
        form,
    )


def _join_page(project: Project, form: JoinForm, status: int = 200) -> Any:
    notes = {term.code: term.text("definition") for term in vocabulary("joining_roles")}
    return render_template("projects/join.html", project=project, form=form, notes=notes), status


def _closed_page(project: Project, message: str, closed: Closed) -> Any:
    return render_template("projects/closed.html", project=project, closed=closed, message=message), 409


def _asked_text(asked: operations.Asked) -> str:
    if not asked.new:
        return _("You had asked for this or take part already; nothing has changed.")
    if asked.membership.status == "accepted":
        return _("You are on board and hear of what is new.")
    return _("Your offer is with the project's lead. We write to you as soon as there is an answer.")


def _join_now(project: Project, actor: Actor, form: JoinForm) -> Response:
    asked = operations.join_project(
        actor, project.id, role=joining.role_of(form), message=form.message.data, language=current_language(),
        organisation_id=form.acting.organisation_id,
    )  # fmt: skip
    acting.keep(actor, form.acting.organisation_id)
    flash_done(_asked_text(asked))
    return see_other(url_for("projects.show", slug=project.slug))


@blueprint.get("/projects/<slug>/join/sent")
@access("public")
def join_sent(slug: str) -> str:
    """Where to go on after an address was given."""
    return render_template("projects/join_sent.html", project=find(slug))


@blueprint.route("/projects/<slug>/join/<token>", methods=["GET", "POST"])
@access("public")
def join_confirm(slug: str, token: str) -> Any:
    """The mailed link: a page with a button; the button asks."""
    project = find(slug)
    if request.method != "POST":
        found = joining.opened(WAY, project.id, token)
        role = term_title("joining_roles", found.payload["role"])
        return render_template("projects/join_confirm.html", project=project, email=found.email, role=role)
    allow_write()
    person, typed = joining.used(WAY, project.id, token)
    try:
        asked = operations.join_project(person, project.id, **typed)
    except Closed as closed:
        return _closed_page(project, typed["message"], closed)
    flash_done(_asked_text(asked))
    return see_other(url_for("projects.show", slug=slug))


@blueprint.post("/projects/<slug>/leave")
@access("projects.join")
def leave(slug: str) -> Response:
    """Take back a request or end one's part, in the degree `role` or in all."""
    allow_write()
    project = find(slug)
    ended = operations.leave_project(current_actor(), project.id, request.form.get("role", ""))
    flash_done(_("You no longer take part in this degree.") if ended else _("You do not take part here."))
    return see_other(url_for("projects.show", slug=slug))
