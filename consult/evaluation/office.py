"""The office's pages: what waits for a response, writing one, publishing it, and reporting on commitments."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as Answer

from consult.consultations.models import Consultation
from consult.core.access import access, current_actor
from consult.core.clock import today
from consult.core.editing_forms import EditingForm, edited
from consult.core.errors import Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.paging import Page
from consult.core.text import clean_line
from consult.core.web import flash_done, path, see_other
from consult.evaluation import commitments, desk_queries, operations, queries, rules
from consult.evaluation.desk_queries import Desk
from consult.evaluation.drafts import Content
from consult.evaluation.forms import ReportForm, ResponseForm, WithdrawForm, new_key, values_of
from consult.evaluation.models import PUBLISHED, Response
from consult.evaluation.panels import HELP
from consult.evaluation.views import blueprint, consultation_of
from consult.ideas.models import PUBLISHED as ACCEPTED
from consult.ideas.queries import idea_by_number, ideas_by_ids

WAITING, DRAFTS, DONE, PROMISED = "waiting", "drafts", "published", "commitments"
VIEWS = (WAITING, DRAFTS, DONE, PROMISED)


def _office(slug: str) -> Consultation:
    """The consultation, for who writes responses in it."""
    found = consultation_of(slug)
    if not rules.can_write(current_actor(), found.id):
        raise Refused(_("Only who evaluates this consultation can write responses."))
    return found


@blueprint.get("/evaluation/<slug>/responses/")
@access("responses.draft")
def index(slug: str) -> Any:
    """What waits for a response, what is being written, what was published, what was promised."""
    consultation = _office(slug)
    view = request.args.get("view", WAITING)
    view = view if view in VIEWS else WAITING
    after, words = request.args.get("after"), clean_line(request.args.get("q"))[:200]
    like = idea_by_number(request.args.get("like", "")) if view == WAITING else None
    if like is not None and (like.consultation_id != consultation.id or like.status != ACCEPTED):
        like = None
    readers: dict[str, Any] = {
        WAITING: lambda: (
            Page(desk_queries.unanswered_like(like))
            if like is not None
            else desk_queries.unanswered_page(consultation.id, after, words)
        ),
        DRAFTS: lambda: desk_queries.drafts_page(consultation.id, after),
        DONE: lambda: desk_queries.published_page(consultation.id, after),
        PROMISED: lambda: None,
    }
    return render_template(
        "evaluation/index.html",
        consultation=consultation,
        view=view,
        page=readers[view](),
        words=words,
        like=like,
        due=desk_queries.commitments_due(consultation.id) if view == PROMISED else [],
        is_late=lambda one: rules.is_late(one.status, one.due_on, today()),
        may_report=lambda house_id: may_change(consultation, house_id),
        **HELP,
    )


def may_change(consultation: Consultation, house_id: int | None) -> bool:
    """Whether the actor publishes, and corrects what this house has published."""
    actor = current_actor()
    return rules.can_publish(actor, consultation.id) and rules.speaks_for(actor, house_id)


def _check_may_change(consultation: Consultation, house_id: int | None) -> None:
    if not may_change(consultation, house_id):
        raise Refused(_("Another house has published this response. Only its officials can change it."))


# ---- writing --------------------------------------------------------------------------------------------------------


def _houses() -> list[tuple[str, str]]:
    return [(str(one.organisation_id), one.name) for one in rules.houses(current_actor())]


def _page(consultation: Consultation, form: ResponseForm, status: int, desk: Desk | None = None, **more: Any) -> Any:
    """The page of writing, with what lies beside it; what was typed decides which ideas these are."""
    named = list(form.ideas.ids)
    if desk is not None and (not named or {one.id for one in desk.ideas} == set(named)):
        ideas = desk.ideas
    else:
        ideas = list(ideas_by_ids(named).values())
    body = render_template(
        "evaluation/edit.html",
        consultation=consultation,
        form=form,
        ideas=ideas,
        standing=desk_queries.standing(ideas, desk.written.response.id if desk else 0),
        may_publish=may_change(consultation, desk.written.response.organisation_id if desk else None),
        houses=_houses(),
        written=desk.written if desk else None,
        shown=desk.shown if desk else None,
        **{"conflict": "", "differences": [], **more},
        **HELP,
    )
    return body, status


@blueprint.route("/evaluation/<slug>/responses/new", methods=["GET", "POST"])
@access("responses.draft")
def new(slug: str) -> Any:
    """A new response, to the ideas that the address names (`idea`, repeatable)."""
    consultation = _office(slug)
    if request.method != "POST":
        numbers = [one[:40] for one in request.args.getlist("idea")]
        data = values_of(Content(), 0, numbers)
        form = ResponseForm(formdata=None, data=data, houses=_houses())
        form.ideas.find_quietly(form)
        return _page(consultation, form, 200)
    form = ResponseForm(houses=_houses())

    def save() -> Answer:
        content = form.content()
        response = operations.draft_response(current_actor(), consultation.id, content, form.key.data)
        if operations.was_sent_before(response):
            return _sent_before(consultation, form, response.id, content)
        return _finish(consultation, form, response, response.revision, content)

    def page(form: ResponseForm, status: int, **more: Any) -> Any:
        return _page(consultation, form, status, **more)

    return edited(form, save, page)


def _sent_before(consultation: Consultation, form: ResponseForm, response_id: int, content: Content) -> Answer:
    """A form that was sent twice leads to what it began; what was typed since stays, and begins another response."""
    known = _desk(consultation.slug, response_id).written.content
    if known.says_the_same(content):
        return see_other(path("evaluation.edit", slug=consultation.slug, response_id=response_id))
    form.key.data = new_key()
    raise Invalid(
        message=_("This form was sent before. What you have typed since is not saved: it begins another response.")
    )


@blueprint.route("/evaluation/<slug>/responses/<int:response_id>", methods=["GET", "POST"])
@access("responses.draft")
def edit(slug: str, response_id: int) -> Any:
    """Go on writing; publish it; beside it what everyone reads now."""
    consultation, desk = _office(slug), _desk(slug, response_id)
    if request.method != "POST":
        return _page(consultation, ResponseForm(formdata=None, data=_stored(desk), houses=_houses()), 200, desk)
    form = ResponseForm(houses=_houses())

    def save() -> Answer:
        return _finish(consultation, form, desk.written.response, form.seen, form.content())

    def page(form: ResponseForm, status: int, **more: Any) -> Any:
        return _page(consultation, form, status, _desk(slug, response_id), **more)

    return edited(form, save, page, lambda: _stored(_desk(slug, response_id)))


def _finish(consultation: Consultation, form: ResponseForm, response: Response, seen: int, content: Content) -> Answer:
    """Store or publish what was sent; without a button it is published by who may, else stored."""
    actor, slug, response_id = current_actor(), consultation.slug, response.id
    if "save" not in request.form and may_change(consultation, response.organisation_id):
        house = int(form.house.data) if str(form.house.data or "").isdigit() else 0
        operations.publish_response(actor, response_id, content, seen, house)
        flash_done(
            _("Published. Authors and followers are told in ten minutes; until then you can take it back unseen.")
        )
    else:
        operations.save_response(actor, response_id, content, seen)
        flash_done(_("Saved. Nobody but the evaluation reads it before it is published."))
    return see_other(path("evaluation.edit", slug=slug, response_id=response_id))


def _desk(slug: str, response_id: int) -> Desk:
    found = desk_queries.desk(slug, response_id)
    if found is None:
        raise NotFound(_("This response does not exist any more."))
    return found


def _stored(desk: Desk) -> dict[str, Any]:
    response = desk.written.response
    return values_of(desk.written.content, response.revision, [one.number or "" for one in desk.ideas], response.key)


@blueprint.post("/evaluation/<slug>/responses/<int:response_id>/delete")
@access("responses.draft")
def delete(slug: str, response_id: int) -> Any:
    """Throw away what is being written."""
    allow_write()
    consultation = _office(slug)
    if operations.delete_draft(current_actor(), _desk(slug, response_id).written.response.id, EditingForm().seen):
        flash_done(_("The draft is deleted."))
        return see_other(path("evaluation.index", slug=consultation.slug))
    flash_done(_("The draft is deleted. What is public stays."))
    return see_other(path("evaluation.edit", slug=slug, response_id=response_id))


@blueprint.route("/evaluation/<slug>/responses/<int:response_id>/withdraw", methods=["GET", "POST"])
@access("responses.publish")
def withdraw(slug: str, response_id: int) -> Any:
    """Take a public response back, with the reason."""
    consultation = _office(slug)
    response = _desk(slug, response_id).written.response
    if response.status != PUBLISHED:
        raise NotFound(_("This response is not public."))
    _check_may_change(consultation, response.organisation_id)

    def page(form: WithdrawForm, status: int, **more: Any) -> Any:
        given = {"conflict": "", "differences": [], "shown": queries.response_shown(slug, response_id), **more}
        return render_template(
            "evaluation/withdraw.html", consultation=consultation, response_id=response_id, form=form, **given, **HELP
        ), status

    if request.method != "POST":
        return page(WithdrawForm(formdata=None, data={"revision": str(response.revision)}), 200)
    form = WithdrawForm()

    def save() -> Answer:
        operations.withdraw_response(current_actor(), response_id, form.seen, form.note.data)
        flash_done(_("Taken back. Its text is a draft again."))
        return see_other(path("evaluation.edit", slug=slug, response_id=response_id))

    return edited(form, save, page, lambda: {"revision": _desk(slug, response_id).written.response.revision})


# ---- commitments ----------------------------------------------------------------------------------------------------


@blueprint.route("/evaluation/commitments/<int:commitment_id>", methods=["GET", "POST"])
@access("responses.publish")
def report(commitment_id: int) -> Any:
    """Say where a commitment stands."""
    found = desk_queries.commitment_with_slug(commitment_id)
    if found is None:
        raise NotFound()
    commitment, response, slug = found
    consultation = _office(slug)
    _check_may_change(consultation, response.organisation_id)

    def page(form: ReportForm, status: int, **more: Any) -> Any:
        form.offer(commitment)
        given = {"conflict": "", "differences": [], **more}
        shown = next(
            (one for one in queries.commitments_of([response.id])[response.id] if one.id == commitment_id), None
        )
        return render_template(
            "evaluation/report.html", consultation=consultation, commitment=shown, response_id=response.id, form=form,
            **given, **HELP,
        ), status  # fmt: skip

    if request.method != "POST":
        return page(ReportForm(formdata=None, data={"revision": str(commitment.revision)}), 200)
    form = ReportForm()
    form.offer(commitment)

    def save() -> Answer:
        commitments.report(
            current_actor(), commitment_id, form.status.data, form.note.data, form.due_on.day, form.seen
        )  # fmt: skip
        flash_done(_("Reported. Everybody reads it with the response; authors and followers are told."))
        return see_other(path("evaluation.response", slug=slug, response_id=response.id))

    def stored() -> dict[str, Any]:
        present = desk_queries.commitment_with_slug(commitment_id)
        return {"revision": present[0].revision if present else 0}

    return edited(form, save, page, stored)
