"""What becomes of an idea: its versions, who stands for it beside its author, and what it is linked to."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access, current_actor
from consult.core.errors import Conflict, Gone, Invalid, NotFound
from consult.core.i18n import _
from consult.core.limits import TooMany, allow_write
from consult.core.registry import SubjectInfo, registries
from consult.core.web import flash_done, path, see_other
from consult.ideas import (
    coauthoring,
    coauthors,
    frames,
    page_queries,
    queries,
    review,
    rules,
    subjects,
    version_pages,
    words,
)  # fmt: skip
from consult.ideas.attachments import words_of_size
from consult.ideas.forms import CoauthorForm, StandForm, searched
from consult.ideas.models import CONFIRMED, HIDDEN, INVITED, MERGED, REMOVED, WITHDRAWN, Idea, IdeaCoauthor
from consult.ideas.page_queries import IdeaRow
from consult.ideas.views import blueprint, status_page
from consult.links import proposing
from consult.links.operations import end
from consult.links.queries import LinkView, link_by_id
from consult.links.relations import IDEA_TYPES
from consult.links.rules import waits_for

FOUND = bool(blueprint)


# ---- versions -------------------------------------------------------------------------------------------------------


def _row(number: str) -> tuple[IdeaRow, bool]:
    """The idea and whether the reader is one of its authors; NotFound for an unknown number."""
    actor = current_actor()
    row = page_queries.idea_row(number, actor.person_id)
    if row is None:
        raise NotFound()
    return row, rules.reads_all(actor, row.idea, row.beside)


def _is_over(idea: Idea, own: bool) -> bool:
    """Whether the address of a version leads to the idea's own, which says what became of it: its text is taken back, or
    stands elsewhere by now; what moderation took away its authors read on."""
    ended = idea.status in (WITHDRAWN, MERGED) or (idea.status in (HIDDEN, REMOVED) and not own)
    return idea.was_public and (ended or idea.erased_at is not None)


@blueprint.get("/ideas/<number>/versions/<int(max=100000):version>")
@access("public")
def version(number: str, version: int) -> Any:
    """A version with what changed in it; `view=text` shows the text alone."""
    row, own = _row(number)
    if _is_over(row.idea, own):
        return see_other(path("ideas.show", number=row.idea.number))
    readable = row.idea.is_public or (own and row.idea.status != WITHDRAWN and row.idea.erased_at is None)
    page = version_pages.version_page(row.idea, version, own) if readable else None
    if page is None:
        raise NotFound()
    return render_template(
        "ideas/version.html",
        idea=row.idea,
        page=page,
        plain=request.args.get("view") == "text" or page.before is None,
        other=words.other_language(page.version.language),
        size_of=words_of_size,
    )


# ---- co-authors -----------------------------------------------------------------------------------------------------


@blueprint.post("/ideas/status/<token>/coauthors")
@access("public")
def invite(token: str) -> Any:
    """Ask somebody by mail to stand for the idea, too."""
    allow_write()
    idea = frames.idea_by_status_token(token)
    form = CoauthorForm()
    if form.validate():
        try:
            coauthoring.invite(current_actor(), idea.id, form.email.data, form.name.data)
        except Invalid as invalid:
            form.take_errors(invalid)
        except TooMany as refusal:
            form.email.errors = [_("We have sent several mails to this address today. Please ask again tomorrow.")]
            return status_page(idea, token, form), refusal.status, {"Retry-After": str(refusal.retry_after)}
        else:
            flash_done(_("The invitation is on its way. The name is shown once it is confirmed."))
            return see_other(path("ideas.status", token=token))
    return status_page(idea, token, form), 422


@blueprint.post("/ideas/status/<token>/coauthors/<int(max=2147483647):coauthor_id>/remove")
@access("public")
def remove_coauthor(token: str, coauthor_id: int) -> Any:
    """Take an invitation back, or somebody's name away."""
    allow_write()
    idea = frames.idea_by_status_token(token)
    coauthoring.remove(current_actor(), idea.id, coauthor_id)
    flash_done(_("The name does not stand by the idea any more."))
    return see_other(path("ideas.status", token=token))


@blueprint.route("/ideas/invited/<token>", methods=["GET", "POST"])
@access("public")
def invited(token: str) -> Any:
    """The page behind a mailed invitation: the text, and whether one stands for it. Buttons confirm, decline, leave."""
    row, idea = _invitation(token)
    form = StandForm(data={"name": current_actor().name or row.name})
    form.offer(current_actor())
    if request.method != "POST":
        return _invited_page(row, idea, form)
    allow_write()
    if "confirm" not in request.form:
        coauthoring.refuse(current_actor(), row.id, token)
        flash_done(_("Thank you for telling us. Your name does not stand there."))
        return see_other(path("ideas.invited", token=token))
    if not form.validate():
        return _invited_page(row, idea, form), 422
    try:
        seen = request.form.get("seen", "")
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
        coauthoring.confirm(current_actor(), row.id, token, form.name.data, form.organisation.data, version)
    except Invalid as invalid:
        form.take_errors(invalid)
        return _invited_page(row, idea, form), 422
    flash_done(_("You stand for this idea now, beside its author."))
    return see_other(path("ideas.invited", token=token))


def _invitation(token: str) -> tuple[IdeaCoauthor, Idea]:
    try:
        return coauthors.by_token(token)
    except NotFound:
        raise Gone(_("This invitation is not valid any more; its author can send a new one.")) from None


def _invited_page(row: IdeaCoauthor, idea: Idea, form: StandForm) -> Any:
    can_join = row.status == INVITED and idea.status in rules.COMPANIONABLE
    stands = row.status == CONFIRMED and idea.status != WITHDRAWN
    return render_template(
        "ideas/invited.html",
        row=row,
        idea=idea,
        form=form,
        can_join=can_join,
        seen=coauthoring.text_of(idea) if can_join else 0,
        parts=review.preview(idea.id, None, "author") if can_join or stands else [],
        other=words.other_language(idea.language),
    )


# ---- links ----------------------------------------------------------------------------------------------------------

LINKABLE = ("cluster", "project", "activity", "programme", "idea", "country")
HITS = 5  # of a kind


def _spoken_for(number: str) -> Idea:
    """The public idea, for those who speak for it; for others the page does not exist."""
    idea = queries.idea_by_number(number)
    if idea is None or not idea.is_public or not subjects.may_manage(current_actor(), idea.id):
        raise NotFound()
    return idea


@blueprint.get("/ideas/<number>/links")
@access("signed-in")
def links(number: str) -> Any:
    """What the idea is linked to, with what happened to each link; and a search for more."""
    return _links_page(_spoken_for(number))


def _links_page(idea: Idea, fault: str = "") -> Any:
    views = proposing.all_links("idea", idea.id)
    query = searched(request.values, "q")
    return render_template(
        "ideas/links.html",
        idea=idea,
        rows=[(view, proposing.history_steps(events)) for view, events in _with_history(views)],
        mine={
            view.link.id for view in views if waits_for(current_actor(), view.link, "from" if view.outgoing else "to")
        },
        query=query,
        hits=_hits(query, idea) if query else [],
        types=words.link_choices(),
        fault=fault,
        other=words.other_language(idea.language),
    )


def _with_history(views: list[LinkView]) -> list[tuple[LinkView, list[tuple[Any, str]]]]:
    known = proposing.history(view.link.id for view in views) if views else {}
    return [(view, known.get(view.link.id, [])) for view in views]


def _hits(query: str, idea: Idea) -> list[tuple[Any, list[SubjectInfo]]]:
    """Things that fit the words, by kind."""
    found = []
    for kind in LINKABLE:
        subject = registries.subjects.get(kind)
        if subject is None or subject.picker is None:
            continue
        hits = [one for one in subject.picker(query, HITS) if (one.kind, one.id) != ("idea", idea.id) and one.public]
        if hits:
            found.append((subject.label, hits))
    return found


@blueprint.post("/ideas/<number>/links")
@access("signed-in")
def propose(number: str) -> Any:
    """Propose a link: `type` as offered, `end` as kind and key."""
    allow_write()
    idea = _spoken_for(number)
    kind, _slash, key = request.form.get("end", "").partition("/")
    subject = registries.subjects.get(kind) if kind in LINKABLE else None
    found = subject.find(key[:120]) if subject is not None and "\x00" not in key else None
    code, incoming = request.form.get("type", "").removesuffix(":in"), request.form.get("type", "").endswith(":in")
    if found is None or code not in IDEA_TYPES:
        return _links_page(idea, _("Please choose one of the entries in the list.")), 422
    own, other = ("idea", idea.id), (kind, found)
    start, goal = (other, own) if incoming else (own, other)
    try:
        link = proposing.propose_between(current_actor(), start, goal, code)
    except (Invalid, Conflict) as refusal:
        said = (
            "; ".join(refusal.fields.values()) if isinstance(refusal, Invalid) and refusal.fields else refusal.message
        )
        return _links_page(idea, str(said)), refusal.status
    flash_done(
        _("The link is proposed. It is confirmed once the other side says so.")
        if link.status == "proposed"
        else _("The link is there.")
    )
    return see_other(path("ideas.links", number=idea.number))


@blueprint.post("/ideas/<number>/links/<int(max=2147483647):link_id>/end")
@access("signed-in")
def end_link(number: str, link_id: int) -> Any:
    """Say that a link of the idea was so until today, or take a proposal back."""
    allow_write()
    idea = _spoken_for(number)
    link = link_by_id(link_id)
    if link is None or ("idea", idea.id) not in link.ends:
        raise NotFound()
    end(current_actor(), link)
    flash_done(_("The link has ended; it stays in the history."))
    return see_other(path("ideas.links", number=idea.number))
