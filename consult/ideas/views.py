"""Reading ideas: the list, one idea, its private status; and what readers and authors do from there."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, render_template, request
from markupsafe import Markup

from consult.comments.shared import thread_page
from consult.consultations.queries import questions_of
from consult.core import audit, typesetting
from consult.core.access import access, current_actor
from consult.core.audiences import AUDIENCES
from consult.core.clock import now
from consult.core.db import db, reading, set_reading
from consult.core.errors import Gone, NotFound, Refused
from consult.core.i18n import _, current_language
from consult.core.limits import allow_write
from consult.core.memory import remembered
from consult.core.outlets import FORMATS
from consult.core.web import flash_done, path, room_blueprint, see_other
from consult.ideas import (
    file_readers,
    filters,
    frames,
    listing_files,
    operations,
    own_queries,
    page_queries,
    parts,
    placing,
    queries,
    receipts,
    rules,
    sharing,
    signoff,
    tokens,
    transfers,
    withdrawing,
    words,
)
from consult.ideas.attachments import words_of_size
from consult.ideas.cards import shown_cards
from consult.ideas.coauthors import note_coauthor
from consult.ideas.forms import CoauthorForm
from consult.ideas.models import HIDDEN, MERGED, PUBLISHED, REMOVED, WITHDRAWN, Idea
from consult.ideas.page_queries import IdeaRow, IdeaView
from consult.moderation.statements import statement_of
from consult.notifications.operations import follow as start_following
from consult.notifications.operations import unfollow
from consult.organisations import acting

audit.declare("idea.restricted_read", "version_id")

blueprint = room_blueprint("ideas", __name__)
FILE_FIELD = re.compile(r"file-(\d{1,9})", re.ASCII)


@blueprint.get("/ideas/")
@access("public")
def index() -> Any:
    """All public ideas, by filters, words and order: the same for every reader, so it is put together once a change.

    `format` gives what the list shows, all of its pages, as a file.
    """
    wanted = request.args.get("format", "")
    if wanted in FORMATS:
        return listing_files.as_file(wanted, filters.read_filters())
    minute = now().replace(second=0, microsecond=0)  # whether ideas can be sent now hangs on the clock
    key = ("ideas.index", current_language(), request.query_string[:1000], minute)
    return render_template("ideas/list.html", formats=FORMATS, **remembered(key, _list_values))


def _list_values() -> dict[str, Any]:
    chosen = filters.read_filters()
    counts = queries.counts(chosen.filters, chosen.tallies)
    page = queries.cards_page(chosen.filters, chosen.tallies, request.args.get("after"))
    questions = queries.questions_for(page.items, chosen.questions)
    chips = filters.chips(chosen)
    return {
        "page": page,
        "cards": shown_cards(page.items, questions),
        "total": filters.total_words(counts),
        "all_ideas": chosen.tallies.total,
        "form": filters.form(chosen, counts, len(chips)),
        "chips": chips,
        "filters": chosen.filters,
        "open_now": chosen.consultation is not None and chosen.consultation.phase == "open",
        "alternatives": filters.alternatives(chosen) if not page.items and chosen.filters.active else [],
        "suggestion": words.suggestion(chosen.filters.q) if not page.items and chosen.filters.q else None,
    }


# ---- one idea -------------------------------------------------------------------------------------------------------


@blueprint.get("/ideas/<number>")
@access("public")
def show(number: str) -> Any:
    """An idea for its readers. What was public once and is not any more keeps a stub at its address."""
    actor = current_actor()
    allowed = rules.restricted_for(actor)
    if allowed:
        _note_look(number, allowed)
    row = page_queries.idea_row(number, actor.person_id)
    if row is None:
        raise NotFound()
    note_coauthor(actor, row.idea.id, row.beside)
    allowed = rules.restricted_for(actor, row.idea.consultation_id)
    if row.idea.status == MERGED:
        return _to_heir(row.idea)
    if row.idea.erased_at is not None and row.idea.was_public:
        raise Gone(_("What stood here was deleted for good, as its author wished."))
    if row.idea.status in (WITHDRAWN, REMOVED, HIDDEN) and row.idea.was_public:
        return render_template("ideas/stub.html", idea=row.idea), 410
    present = page_queries.restricted_audiences(row.idea) if allowed and not row.idea.is_public else frozenset()
    if row.idea.status != PUBLISHED or not rules.can_open_page(actor, row.idea, present):
        raise NotFound()
    own = rules.reads_all(actor, row.idea, row.beside)
    thread = _thread(row)
    view = page_queries.idea_view(row, allowed, own=own, thread=thread)
    return render_template(
        "ideas/show.html",
        view=view,
        idea=row.idea,
        **_fragments(row, view, allowed, own),
        thread=thread,
        own=tokens.status_token(row.idea.draft_key) if own and not row.beside else "",
        may_support=rules.can_support(actor, row.idea, row.consultation.phase) and not row.beside,
        speaks=rules.speaks_for(actor, row.idea) or row.beside,
        acting=acting.choices(actor) if acting.places(actor) else [],
        acting_last=acting.last(actor),
    )


def _fragments(row: IdeaRow, view: IdeaView, allowed: frozenset[str], own: bool) -> dict[str, Markup]:
    """Heading, text and what stands beside it, as HTML: put together once a change for all with the same rights.

    Of comments and support it says only when the first comment came, so it outlives the others.
    """
    idea, moments = row.idea, tuple(one.at for one in view.milestones)
    key = (
        "ideas.html",
        idea.id,
        idea.public_version_id,
        allowed,
        own,
        row.consultation.phase,
        moments,
        current_language(),
    )
    return remembered(key, lambda: parts.parts_of(view), lasting=True)


def _to_heir(idea: Idea) -> Any:
    """From a merged idea to the one that took it up. It may be parted from it again, so nobody keeps the answer."""
    heir = transfers.heir_of(idea)
    if heir is None or heir.number is None:
        raise NotFound()
    answer = redirect(path("ideas.show", number=heir.number), 301)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _thread(row: IdeaRow) -> Any:
    """The comments on a public idea; those of its author are marked, where the idea names one."""
    idea = row.idea
    if not idea.is_public:
        return None
    authors = [idea.author_id] if idea.byline and idea.author_id is not None else []
    return thread_page(
        "idea", idea.id, current_actor(), request.args.get("after"), key=idea.number or "", authors=authors,
        wrote=row.wrote,
    )  # fmt: skip


def _note_look(number: str, allowed: frozenset[str]) -> None:
    """Note that somebody with rights opens answers that are not public, before the page is made: no note, no page."""
    idea = queries.idea_by_number(number)
    if idea is None or idea.status != PUBLISHED:
        return
    allowed &= rules.restricted_for(current_actor(), idea.consultation_id)
    if not page_queries.restricted_audiences(idea) & allowed:
        return
    idea_id, version_id = idea.id, idea.public_version_id
    db.session.rollback()
    set_reading(False)
    try:
        audit.record_apart("idea.restricted_read", current_actor(), ("idea", idea_id), version_id=version_id)
    finally:
        set_reading(True)


def _public_idea(number: str) -> Idea:
    idea = queries.idea_by_number(number)
    if idea is None or not idea.is_public:
        raise NotFound()
    return idea


@blueprint.post("/ideas/<number>/support")
@access("ideas.support")
def support(number: str) -> Any:
    """Stand behind an idea (`wanted` 1) or no longer (0)."""
    allow_write()
    idea = _public_idea(number)
    actor, wanted = current_actor(), request.form.get("wanted", "1") != "0"
    place = acting.number(request.form.get("acting"))
    operations.set_support(actor, idea.id, wanted, place if wanted else None)
    if wanted and "acting" in request.form:
        acting.keep(actor, place)
    return see_other(path("ideas.show", number=idea.number))


@blueprint.post("/ideas/<number>/follow")
@access("signed-in")
def follow(number: str) -> Any:
    """Hear of what happens to an idea (`wanted` 1) or no longer (0)."""
    allow_write()
    idea = _public_idea(number)
    change = start_following if request.form.get("wanted", "1") != "0" else unfollow
    change(current_actor(), "idea", idea.id)
    return see_other(path("ideas.show", number=idea.number))


# ---- the private status ---------------------------------------------------------------------------------------------


@blueprint.get("/ideas/status/<token>")
@access("public")
def status(token: str) -> Any:
    """How an idea stands, for its author: without an account, by the secret link."""
    return status_page(frames.idea_by_status_token(token), token)


def status_page(idea: Idea, token: str, form: CoauthorForm | None = None) -> Any:
    """The author's page; `form` is the invitation of a co-author as it was sent, with its errors."""
    view = own_queries.status_view(idea)
    return render_template(
        "ideas/status.html",
        view=view,
        idea=idea,
        token=token,
        draft_url=words.draft_path(idea),
        statements=[(one, statement_of(one, current_language())) for one in view.decisions],
        timeline=words.status_timeline(view, now()),
        heir=view.heir,
        next_step=words.next_step(view),
        can_write=rules.can_write(idea) and rules.can_send_in(view.consultation, view.standing),
        can_withdraw=rules.can_withdraw(idea),
        can_change=words.can_change(view),
        narrower=words.narrower_choices(view),
        places=placing.places(list(view.questions.values())),
        may_release=rules.is_author(current_actor(), idea)
        and idea.waits_for_release
        and signoff.may_release(current_actor(), idea),
        may_link=rules.may_come_to_links(current_actor(), idea),
        other=words.other_language(idea.language),
        form=form or CoauthorForm(formdata=None),
        may_invite=idea.status in rules.COMPANIONABLE,
        size_of=words_of_size,
        has_receipt=receipts.has_receipt(idea) and typesetting.available(),
        can_erase=idea.status in rules.ERASABLE and idea.erased_at is None,
        erase_refusal=withdrawing.why_not_erasable(idea) if idea.status in rules.ERASABLE else "",
    )


@blueprint.get("/ideas/status/<token>/receipt.pdf")
@access("public")
def receipt(token: str) -> Any:
    """The receipt of what was sent, as PDF/UA: for whoever has the secret link."""
    if not typesetting.available():
        raise NotFound(_("Documents cannot be made here at present."))
    allow_write()  # costs more than a page, so it is counted as one writes
    with reading():
        found = receipts.receipt_of(frames.idea_by_status_token(token), token)
    answer = typesetting.pdf_answer(found.pdf(), found.number)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.post("/ideas/status/<token>/withdraw")
@access("public")
def withdraw(token: str) -> Any:
    """Take the idea back, only the new version that waits or was returned (`what` is "version"), or delete the texts of an
    idea that is at its end (`what` is "text")."""
    allow_write()
    idea = frames.idea_by_status_token(token)
    if request.form.get("what") == "version":
        if idea.has_waiting_version:
            operations.withdraw_version(current_actor(), idea.id)
        else:
            sharing.check_reach(current_actor(), idea)
            withdrawing.leave_change(operations.author_actor(current_actor(), idea), idea.id)
        flash_done(_("The new version is withdrawn. What is public stays as it is."))
    elif request.form.get("what") == "text":
        withdrawing.erase(current_actor(), idea.id)
        flash_done(_("Your texts are deleted for good."))
    else:
        operations.withdraw(current_actor(), idea.id)
        flash_done(_("Your idea is withdrawn."))
    return see_other(path("ideas.status", token=token))


@blueprint.post("/ideas/status/<token>/name")
@access("public")
def take_name_away(token: str) -> Any:
    """Of an idea that was merged: its author is not named by the joint one any more."""
    allow_write()
    operations.take_name_away(current_actor(), frames.idea_by_status_token(token).id)
    flash_done(_("Your name does not stand by the joint idea any more."))
    return see_other(path("ideas.status", token=token))


@blueprint.post("/ideas/status/<token>/audience")
@access("public")
def narrow(token: str) -> Any:
    """Let fewer people read single answers and files: at once and everywhere."""
    allow_write()
    actor, idea = current_actor(), frames.idea_by_status_token(token)
    questions = questions_of(idea.consultation_id)
    sent = placing.placed(request.form, questions)
    wanted = {one.id: value for one in questions if (value := sent.get(f"audience-{one.position}", ""))}
    if any(value not in AUDIENCES for value in wanted.values()):
        raise Refused(_("Please choose one of the entries in the list."))
    changed = operations.narrow_audiences(actor, idea.id, wanted)
    files = {int(found[1]): value for name, value in request.form.items() if (found := FILE_FIELD.fullmatch(name))}
    changed += file_readers.narrow(operations.author_actor(actor, idea), idea.id, files)
    flash_done(_("Done. From now on fewer people read it.") if changed else _("Nothing was changed."))
    return see_other(path("ideas.status", token=token))
