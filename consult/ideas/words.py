"""What the pages about one idea say in words: how it came here, what happens next and until when, what can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_date

from consult.consultations.models import Consultation
from consult.core.audiences import AUDIENCES, LABELS
from consult.core.clock import LOCAL, now
from consult.core.i18n import _, _n, current_language, format_clock, format_day, pick
from consult.core.registry import Milestone
from consult.core.vocabularies import short_region
from consult.core.web import path
from consult.ideas import file_readers, invitations, origins, rules, signoff, tokens
from consult.ideas.milestones import version_url
from consult.ideas.models import (
    AWAITING,
    AWAITING_RELEASE,
    CLOSED,
    DRAFT,
    HIDDEN,
    MERGED,
    PUBLISHED,
    REJECTED,
    REMOVED,
    RETURNED,
    SUBMITTED,
    WITHDRAWN,
    Idea,
    IdeaVersion,
)
from consult.ideas.own_queries import StatusView
from consult.ideas.page_queries import IdeaView
from consult.ideas.transfers import OtherPart
from consult.links.models import STATED, Link
from consult.links.relations import relation_label
from consult.moderation.models import Decision
from consult.moderation.statements import HOLD_BACK, spoken_outcome
from consult.search import queries as search

Step = dict[str, Any]


def other_language(language: str) -> str | None:
    """The language of a text where it is not the page's: for `lang`."""
    return language if language and language != current_language() else None


def suggestion(query: str) -> str | None:
    """A likelier spelling of a search among ideas that found nothing."""
    return search.suggestion(query, {"kind": ["idea"]})


def draft_path(idea: Idea) -> str:
    """Where the author goes on writing."""
    return path("ideas.draft", token=tokens.draft_token(idea.draft_key))


def in_words(moment: datetime) -> str:
    """A moment with the time of day."""
    return _("%(day)s, %(time)s", day=format_day(moment), time=format_clock(moment))


def month_words(moment: datetime) -> str:
    """A month: November 2026."""
    return str(format_date(moment.astimezone(LOCAL).date(), "MMMM yyyy", locale=current_language()))


def crosses(own: str, other: str) -> bool:
    """Whether a line between two NUTS codes leads over a border, as far as both are known."""
    return bool(own and other) and short_region(own) != short_region(other)


def _step(moment: datetime, text: str, **more: Any) -> Step:
    return {"when": in_words(moment), "iso": moment.isoformat(), "text": text, **more}


def _published_after(waited: timedelta) -> str:
    hours = round(waited.total_seconds() / 3600)
    if hours < 1:
        return _("Published")
    if hours < 48:
        return _n("Published after %(num)s hour", "Published after %(num)s hours", hours)
    return _n("Published after %(num)s day", "Published after %(num)s days", hours // 24)


def public_timeline(view: IdeaView) -> list[Step]:
    """What everyone may know of an idea's way: received, published after so long, new versions."""
    idea, steps = view.idea, []
    if idea.submitted_at is not None:
        steps.append(_received(idea, view.version))
    steps += _past(view.milestones)
    if idea.published_at is not None:
        steps.append(
            _step(idea.published_at, _published_after(idea.published_at - (idea.submitted_at or idea.published_at)))
        )
    later = [one for one in view.published if one.published_at and one.published_at > (idea.published_at or now())]
    steps += [_version_step(idea, one, one.published_at) for one in later if one.published_at]
    steps.sort(key=lambda step: step["iso"])
    meanwhile = (
        _("You can support and comment") if view.consultation.comment_mode != "closed" else _("You can support it")
    )
    return steps + _ahead(view.consultation, meanwhile) + _due(view.milestones)


def _version_step(idea: Idea, version: IdeaVersion, moment: datetime) -> Step:
    """A new version, with the way to what has changed: those for whom alone an idea is read it as it stands now."""
    if not idea.is_public:
        return _step(moment, _("Version %(number)s", number=version.number))
    words = _("Version %(number)s:", number=version.number)
    return _step(moment, words, url=version_url(idea, version.number), link=_("what has changed"))


def _received(idea: Any, version: IdeaVersion | None) -> Step:
    """When and how it came: what staff entered on the day that the original bears; when it was typed in says nothing."""
    words = origins.received_words(version)
    origin = origins.origin_of(idea.id) if origins.channel_of(version) else None
    if origin is None:
        return _step(idea.submitted_at, words)
    return {"when": format_day(origin.received_on), "iso": origin.received_on.isoformat(), "text": words}


def _past(milestones: Sequence[Milestone]) -> list[Step]:
    """What became of the idea already."""
    return [_step(one.at, one.text, **_led(one)) for one in milestones if one.due_on is None]


def _led(one: Milestone) -> Step:
    """Where a step leads, with the language of the words where it is not the page's."""
    return {"url": one.url, "link": one.link, "lang": other_language(one.lang)}


def _due(milestones: Sequence[Milestone]) -> list[Step]:
    """What others have promised to do about it, each with its day."""
    awaited = sorted(
        [(one.due_on, one) for one in milestones if one.due_on is not None], key=lambda found: (found[0], found[1].link)
    )
    return [
        {"when": _("until %(day)s", day=format_day(day)), "text": one.text, "next": True, **_led(one)}
        for day, one in awaited
    ]


def _ahead(consultation: Consultation, meanwhile: str) -> list[Step]:
    """What is still to come for a public idea, each with its day as far as one is set; `meanwhile` while it is open."""
    steps: list[Step] = []
    if consultation.phase == "open" and consultation.closes_on is not None:
        day = format_day(consultation.closes_on)
        steps.append({"when": _("until %(day)s", day=day), "text": meanwhile, "next": True})
    if (
        consultation.phase == "closed"
        and consultation.evaluation_on is not None
        and consultation.comment_mode != "closed"
    ):
        day = format_day(consultation.evaluation_on - timedelta(days=1))
        steps.append({"when": _("until %(day)s", day=day), "text": _("You can comment"), "next": True})
    if consultation.phase == "results" and consultation.results_on is not None:
        steps.append(
            {
                "when": format_day(consultation.results_on), "iso": consultation.results_on.isoformat(),
                "text": _("Results of the consultation") + ":", "url": path("consultations.show", slug=consultation.slug),
                "link": pick(consultation.title),
            }
        )  # fmt: skip
    if consultation.phase in ("open", "closed", "evaluation") and consultation.results_on is not None:
        day = format_day(consultation.results_on)
        steps.append({"when": _("on %(day)s", day=day), "text": _("Results of the consultation"), "next": True})
    return steps


def citation(byline: str, title: str, number: str, version: int, published_at: datetime | None) -> str:
    """How to cite an idea, without its address, which follows."""
    day = format_day(published_at)
    said = _("Idea %(number)s, version %(version)s of %(day)s.", number=number, version=version, day=day)
    return f"{byline or _('without name')}: {title}. {said}"


def sent_words(idea: Idea) -> str:
    """What the page says once an idea was sent."""
    if idea.waits_for_release:
        return _("Your idea is with those who release for your organisation. We tell you what they decide.")
    return _("We have your idea: %(number)s.", number=idea.number)


def release_words(event: str, name: str) -> str:
    """A step of sign-off in a few words."""
    who = name or _("somebody")
    if event == signoff.CHANGED:
        return _("Changed by %(who)s before the release", who=who)
    texts = {
        signoff.ASKED: _("Put up for release by %(who)s", who=who),
        signoff.RELEASED: _("Released by %(who)s", who=who),
        signoff.GIVEN_BACK: _("Given back by %(who)s", who=who),
    }
    return texts.get(event, _("Taken back by %(who)s", who=who))


def release_steps(releases: Sequence[signoff.Release]) -> list[Step]:
    """What happened in the organisation, for a timeline."""
    return [_step(one.at, release_words(one.event, one.name)) for one in releases]


def decision_words(decision: Decision) -> str:
    """What a decision did, in two words."""
    words = {
        "publish": _("Published"),
        "return": _("Returned with a request"),
        "reject": _("Rejected"),
        "hide": _("Hidden for now"),
        "restore": _("Visible again"),
        "remove": _("Removed"),
        "redact": _("Passage blacked out"),
        HOLD_BACK: _("Attachment held back"),
        "merge": _("Merged"),
        "split": _("Split into two"),
        "reinstate": _("Decision overturned"),
    }
    outcome = spoken_outcome(decision)
    return words.get(outcome, outcome)


def status_timeline(view: StatusView, moment: datetime) -> list[Step]:
    """An idea's whole way for its author, with the step that is due."""
    events: list[tuple[datetime, str]] = [(view.idea.created_at, _("Draft begun"))]
    for version in view.versions:
        text = (
            origins.received_words(version)
            if version.number == 1
            else _("Version %(number)s received", number=version.number)
        )
        events.append((version.sent_at, text))
    events += [(at, _("Read by the moderation")) for at in view.read_at]
    events += [(decision.made_at, decision_words(decision)) for decision in view.decisions]
    events += [(one.at, release_words(one.event, one.name)) for one in view.releases]
    if view.idea.erased_at is not None:
        events.append((view.idea.erased_at, _("Texts deleted for good")))
    if view.idea.status in (WITHDRAWN, CLOSED):
        ended = _("Withdrawn") if view.idea.status == WITHDRAWN else _("Closed without a change")
        events.append((view.idea.moved_at, ended))
    steps = [_step(when, text) for when, text in events]
    steps += [_part_step(view.idea, one) for one in view.parts]
    steps += _past(view.milestones)
    steps.sort(key=lambda step: step["iso"])
    if view.asked:
        when = _("until %(day)s", day=format_day(view.mended_until)) if view.mended_until else _("now")
        steps.append({"when": when, "text": _("Your changed text"), "next": True})
    if view.case is not None:
        late = view.case.due_at < moment
        due = in_words(view.case.due_at)
        steps.append(
            {
                "when": _("promised until %(when)s, overdue", when=due) if late else _("until %(when)s", when=due),
                "text": _("Decision of the moderation"),
                "next": True,
            }
        )
    elif view.idea.status == AWAITING and rules.can_send_in(view.consultation, RETURNED):
        day = format_day(rules.in_time(view.idea.moved_at + rules.TERMS.confirmation, view.consultation))
        steps.append({"when": _("until %(day)s", day=day), "text": _("You confirm your address"), "next": True})
    elif view.idea.is_public:
        comments = view.consultation.comment_mode != "closed"
        steps += _ahead(
            view.consultation, _("Others can support and comment") if comments else _("Others can support it")
        )
    return steps + _due(view.milestones)


def _part_step(idea: Idea, part: OtherPart) -> Step:
    """Where the other part of a split idea is; its private page for who is the author of both."""
    text = _("Split off from the idea") if part.is_origin else _("A part of it is an idea of its own now:")
    other = part.idea
    same = (other.author_id, other.organisation_id, other.author_email) == (
        idea.author_id, idea.organisation_id, idea.author_email
    )  # fmt: skip
    if same:
        return _step(
            part.at, text, url=path("ideas.status", token=tokens.status_token(other.draft_key)), link=other.number
        )
    return _step(part.at, f"{text} {other.number}")


def next_step(view: StatusView) -> str:
    """What happens next, by whom and until when, in one or two sentences."""
    idea, case = view.idea, view.case
    decide = _("We will decide by %(when)s.", when=in_words(case.due_at)) if case is not None else ""
    if case is not None and case.due_at < now():
        decide = _("We had promised a decision by %(when)s and are late. It will come.", when=in_words(case.due_at))
    if turn := _own_turn(view):
        return turn
    if idea.has_waiting_version:
        return _("Your new version waits for its check. Until then everyone reads the one before.") + " " + decide
    sentences = {
        DRAFT: _until(_("Your draft is not sent yet."), _sending_ends(view), _draft_ends(view)),
        AWAITING: _until(
            _("Please confirm your address: the link is in your mail."),
            _(
                "It is valid until %(when)s; after that the idea is a draft again.",
                when=in_words(rules.in_time(idea.moved_at + rules.TERMS.confirmation, view.consultation)),
            ),
        ),
        AWAITING_RELEASE: _until(
            _("Somebody of your organisation reads your idea and releases it. It has no number until then."),
            _sending_ends(view),
        ),
        SUBMITTED: _until(_("Your idea is with the moderation."), decide),
        PUBLISHED: _until(
            _public_words(view.consultation),
            _open_until(view.consultation),
            *_after_publication(view.consultation),
        ),
        REJECTED: _("We have not published your idea. The reasons stand below, with what you can do."),
        HIDDEN: _until(_("Your idea is hidden for now, until we have looked at it closely."), decide),
        REMOVED: _("Your idea was removed. The reasons stand below, with what you can do."),
        WITHDRAWN: _withdrawn(view),
        MERGED: _joined(view),
        CLOSED: _until(
            _("The matter was closed, since no change came. You can send the idea as a new one.")
            if view.consultation.phase == "open"
            else _("The matter was closed, since no change came."),
            _sending_ends(view),
        ),
    }
    if idea.status == PUBLISHED and not idea.is_public:
        return _until(
            _("Your idea is accepted. It has no public page, since all its answers are for agency or ministry only."),
            *_after_publication(view.consultation),
        )
    return sentences[idea.status]


def can_change(view: StatusView) -> bool:
    """Whether whoever has the private address can send another text of it, now or once it is decided on."""
    taken = rules.can_send_in(view.consultation, view.standing)
    return rules.can_withdraw(view.idea) and (taken or view.consultation.phase == "open")


def _public_words(consultation: Consultation) -> str:
    if consultation.phase != "open":
        return _("Your idea is public.")
    if consultation.comment_mode == "closed":
        return _("Your idea is public. Others can support it, and you can write a new version.")
    return _("Your idea is public. Others can support and comment on it, and you can write a new version.")


def _withdrawn(view: StatusView) -> str:
    """That it is over, and by whom."""
    if view.taken_back:
        return _("This idea was entered in your name by mistake. It is taken back, and its text is deleted.")
    if view.rejoined:
        return _(
            "Both parts are one idea again: %(number)s. Under this number nothing stands any more.",
            number=view.rejoined,
        )
    return _("You have withdrawn the idea. Nobody reads its text any more.")


def _joined(view: StatusView) -> str:
    """That it is part of another one by now, and whether its author is named there."""
    if view.heir is None or not view.heir.is_public:
        return _("Your idea was joined with another one on the same matter. The joint idea is not public.")
    if view.name and view.name in view.heir.byline:
        return _("Your idea was joined with another one on the same matter; both names stand there.")
    return _("Your idea was joined with another one on the same matter. Your name does not stand there.")


def _own_turn(view: StatusView) -> str:
    """What waits for the author's side: a release, or a change that was asked for; empty where nothing does."""
    idea, taken = view.idea, rules.can_send_in(view.consultation, RETURNED)
    if idea.status == AWAITING and not taken:
        return _("Your address was not confirmed in time.") + " " + invitations.closed_sentence(view.consultation)
    if idea.waits_for_release and not taken:
        return _(
            "Your text was not released in time: the evaluation has begun, and nothing is taken any more. "
            "You can take it back."
        )
    if idea.waits_for_release and idea.status != AWAITING_RELEASE:
        return _("Your new text is with those who release for your organisation. Until then everything stays as it is.")
    if idea.status == RETURNED and not taken:
        return _(
            "We had asked you for a change. None can be sent any more, since the evaluation has begun; "
            "your idea is not published."
        )
    if idea.status == PUBLISHED and view.returned is not None and taken:
        until = view.mended_until
        return _until(
            _(
                "Your idea is public. For its new version we ask you for a change; until then everyone reads the one "
                "before."
            ),
            _("It can be sent until %(day)s.", day=format_day(until)) if until else "",
        )
    if idea.status != RETURNED:
        return ""
    day = format_day(view.mended_until)
    return _("We ask you for a change. It is your turn until %(day)s; without an answer we close the matter.", day=day)


def _until(*sentences: str) -> str:
    """What happens next, followed by the days that are known."""
    return " ".join(one for one in sentences if one)


def _sending_ends(view: StatusView) -> str:
    day = view.consultation.closes_on if view.consultation.phase == "open" else None
    return _("It can be sent until %(day)s.", day=format_day(day)) if day is not None else ""


def _draft_ends(view: StatusView) -> str:
    """When the draft is deleted if nobody goes on with it."""
    if view.draft_saved_at is None:
        return ""
    day = format_day(view.draft_saved_at + rules.TERMS.draft)
    return _("If nobody goes on writing, we delete it on %(day)s.", day=day)


def _open_until(consultation: Consultation) -> str:
    day = consultation.closes_on if consultation.phase == "open" else None
    return _("That is possible until %(day)s.", day=format_day(day)) if day is not None else ""


def _after_publication(consultation: Consultation) -> list[str]:
    """What the consultation does with a published idea, and by when, as far as days are set."""
    found = []
    if consultation.phase in ("open", "closed") and consultation.evaluation_on is not None:
        found.append(_("The evaluation of all ideas begins on %(day)s.", day=format_day(consultation.evaluation_on)))
    elif consultation.phase == "evaluation":
        found.append(_("All ideas are being evaluated."))
    if consultation.phase == "results":
        found.append(_("The results of the consultation are published."))
    elif consultation.results_on is not None:
        found.append(_("The results appear on %(day)s.", day=format_day(consultation.results_on)))
    else:
        found.append(
            _("When the consultation has ended, all ideas are evaluated; the day of the results is not set yet.")
        )
    return found


def link_state(link: Link) -> str:
    """How far a link stands, for everyone: who said so, since when, and whether the other side agreed."""
    if link.confirmed_from_at is not None and link.confirmed_to_at is not None:
        return _(
            "confirmed by both sides on %(day)s", day=format_day(max(link.confirmed_from_at, link.confirmed_to_at))
        )
    if link.status == STATED:
        return _("entered on %(day)s", day=format_day(link.created_at))
    return _("proposed on %(day)s, not confirmed yet", day=format_day(link.created_at))


def relation_words(link: Link, outgoing: bool, title: str) -> tuple[str, str]:
    """A link of an idea for a line of its card: how the idea stands to the thing, and how far that is confirmed."""
    relation = relation_label(link.type, outgoing, link.role)
    return _("%(relation)s: %(title)s", relation=relation, title=title), link_state(link)


def link_choices() -> list[tuple[str, str]]:
    """What an idea can say of another thing; money comes from the other side."""
    codes = ("relates_to", "proposes", "contributes", "pilot_site", "complements", "builds_on")
    return [*((code, relation_label(code)) for code in codes), ("funds:in", relation_label("funds", False))]


def narrower_choices(view: StatusView) -> list[dict[str, Any]]:
    """For each answer and file that others read, or may read soon: the audiences to which it can be narrowed at once."""
    found: list[dict[str, Any]] = []
    for answer in view.narrowable:
        question = view.questions[answer.question_id]
        narrower = [code for code in AUDIENCES if rules.is_narrower(code, answer.audience)]
        if narrower:
            found.append(
                {
                    "name": f"audience-{question.position}",
                    "position": question.position,
                    "label": f"{question.position} {pick(question.short_title)}",
                    "present": answer.audience,
                    "options": [(code, str(LABELS[code])) for code in (answer.audience, *narrower)],
                }
            )
    files: list[dict[str, Any]] = [
        {
            "name": f"file-{one.id}",
            "label": _("Attachment: %(title)s", title=one.title),
            "present": one.audience,
            "options": [(code, str(LABELS[code])) for code in (one.audience, *file_readers.narrower(one))],
        }
        for one in view.narrowable_files
    ]
    return [*sorted(found, key=lambda one: one["position"]), *files]
