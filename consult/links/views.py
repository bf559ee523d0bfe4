"""Confirming links: for people who speak for one of the two sides, from their own page and from the portrait."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import Actor, access, current_actor
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.registry import registries
from consult.core.web import flash_done, path, room_blueprint, safe_next, see_other
from consult.links import operations, proposing, queries, rules
from consult.links.models import Link
from consult.links.relations import relation_label

blueprint = room_blueprint("links", __name__)


def _link(link_id: int) -> Link:
    """The link, for who speaks for one of its sides; for others it does not exist."""
    link = queries.link_by_id(link_id)
    if link is None or not rules.sides_of(current_actor(), link):
        raise NotFound()
    return link


@blueprint.post("/links/<int(max=2147483647):link_id>/renew")
@access("signed-in")
def renew(link_id: int) -> Any:
    """Propose anew what has ended, or confirm after all what one's own side had declined."""
    allow_write()
    link = _link(link_id)
    operations.renew(current_actor(), link)
    flash_done(
        _("The link is proposed. It is confirmed once the other side says so.")
        if link.status == "proposed"
        else _("The link is there.")
    )
    return see_other(path("links.show", link_id=link_id))


def _own_ends(actor: Actor) -> list[tuple[str, int]]:
    """What the actor speaks for, of every kind."""
    ends = [("cluster", cluster_id) for cluster_id in actor.cluster_ids]
    return [*ends, *(end for ask in registries.spoken_for for end in ask(actor))]


@blueprint.get("/links/")
@access("signed-in")
def index() -> Any:
    """The links of all that the reader speaks for, with those that were declined or have ended: each leads to its page."""
    page = queries.links_at(_own_ends(current_actor()), request.args.get("after"))
    page.items = [(relation_label(link.type, True, link.role), link, start, goal) for link, start, goal in page.items]
    return render_template("links/list.html", page=page)


@blueprint.get("/links/<int(max=2147483647):link_id>")
@access("signed-in")
def show(link_id: int) -> Any:
    """How a link stands and what happened to it, with the buttons that fit: where notices lead, whatever the ends are."""
    link = _link(link_id)
    ends = queries.both_ends(link)
    if ends is None:
        raise NotFound()
    actor = current_actor()
    return render_template(
        "links/show.html",
        link=link,
        ends=ends,
        relation=relation_label(link.type, True, link.role),
        waits=[side for side in (rules.FROM, rules.TO) if rules.waits_for(actor, link, side)],
        may_end=rules.may_end_here(actor, link),
        may_renew=rules.can_renew(actor, link),
        steps=proposing.history_steps(proposing.history([link.id]).get(link.id, [])),
    )


def _back() -> Any:
    return see_other(safe_next(request.form.get("next")) or path("pages.me"))


@blueprint.post("/links/<int(max=2147483647):link_id>/confirm")
@access("signed-in")
def confirm(link_id: int) -> Any:
    """Stand by a link for one's own side."""
    allow_write()
    link = _link(link_id)
    operations.confirm(current_actor(), link)
    if link.confirmed_from_at and link.confirmed_to_at:
        flash_done(_("The link is confirmed by both sides now."))
    else:
        flash_done(_("You have confirmed your side. The other side has not said anything yet."))
    return _back()


@blueprint.post("/links/<int(max=2147483647):link_id>/decline")
@access("signed-in")
def decline(link_id: int) -> Any:
    """Say that a link is not so."""
    allow_write()
    operations.decline(current_actor(), _link(link_id))
    flash_done(_("The link is not shown any more."))
    return _back()


@blueprint.post("/links/<int(max=2147483647):link_id>/end")
@access("signed-in")
def end(link_id: int) -> Any:
    """Say that a link was so until today, or take a proposal back."""
    allow_write()
    operations.end(current_actor(), _link(link_id))
    flash_done(_("The link has ended; it stays in the history."))
    return see_other(path("links.show", link_id=link_id))


def waiting(_person_id: int, actor: Actor) -> dict[str, Any] | None:
    """For one's own page: proposals that wait for the things that the person speaks for, and the way to all their links."""
    ends = _own_ends(actor)
    if not ends:
        return None
    found = queries.links_to_confirm(ends)
    return {"proposals": [(relation_label(one.type, True, one.role), one, start, goal) for one, start, goal in found]}
