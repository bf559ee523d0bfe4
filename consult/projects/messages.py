"""Writes of hosts' messages: write, send again, withdraw; and what a moderator's decision means for one.

Nothing is read by anybody but its host before moderation has published it. Those who take part are written to ten minutes
after that, once, so that a decision that is taken back in time reaches nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import func, select, update

from consult.accounts.queries import person_by_id
from consult.core import audit, jobs
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, in_language, pick
from consult.core.registry import Verdict, describe, touch
from consult.core.states import move
from consult.core.text import render_markdown
from consult.core.web import address
from consult.moderation.mails import send_decision
from consult.moderation.operations import hold_case, open_case, withdraw_case
from consult.moderation.queries import decisions_for
from consult.moderation.rules import REINSTATE, UNDO
from consult.projects import message_rules as rules
from consult.projects.activity_operations import ends_of
from consult.projects.message_rules import KIND, MESSAGE
from consult.projects.models import Activity, ActivityMessage, ActivityMessageVersion

LONGEST_TITLE, LONGEST_BODY = 120, 4000
DUE_DAYS = 1  # what a host tells about a date does not wait for days


@dataclass(frozen=True)
class Words:
    """What a host writes."""

    title: str
    body: str
    language: str = "de"
    audience: str = rules.PARTICIPANTS


def _rendered(words: Words) -> Markup:
    html = render_markdown(words.body)
    faults = {}
    if not words.title:
        faults["title"] = _("Please write a title.")
    if not html.striptags():
        faults["body"] = _("Please write something first.")
    if words.audience not in rules.AUDIENCES:
        faults["audience"] = _("Please choose one of the entries in the list.")
    if faults:
        raise Invalid(faults)
    return html


def host_name(actor: Actor, activity: Activity) -> str:
    """In whose name a message stands: the organiser's, else that of who writes."""
    if activity.organiser_id is not None:
        end = (activity.organiser_kind, activity.organiser_id)
        found = describe([end]).get(end)
        if found is not None:
            return found.title[:200]
    return actor.name[:200]


def _activity(activity_id: int) -> Activity:
    activity = db.session.get(Activity, activity_id)
    if activity is None:
        raise NotFound()
    return activity


def write_message(actor: Actor, activity_id: int, words: Words) -> ActivityMessage:
    """A new message; it waits for moderation."""
    html = _rendered(words)
    activity = _activity(activity_id)
    if not rules.can_write(actor, ends_of(activity)):
        raise Refused(_("Only editors and hosts write messages about an activity."))
    message = ActivityMessage(
        activity_id=activity.id, author_id=actor.person_id, host_name=host_name(actor, activity), audience=words.audience,
        language=words.language, title=words.title[:LONGEST_TITLE], body=words.body[:LONGEST_BODY], html=html,
        status=MESSAGE.initial, created_at=now(),
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    audit.record(
        "activity_message.written", actor, (KIND, message.id), activity_id=activity.id, audience=message.audience
    )
    _put_up(actor, message)
    return message


def _put_up(actor: Actor, message: ActivityMessage) -> None:
    """Keep the words as a version and put it before the moderators."""
    number = db.session.execute(
        select(func.count()).select_from(ActivityMessageVersion).where(ActivityMessageVersion.message_id == message.id)
    ).scalar_one()
    version = ActivityMessageVersion(
        message_id=message.id,
        number=number + 1,
        title=message.title,
        body=message.body,
        html=message.html,
        made_at=now(),
    )
    db.session.add(version)
    db.session.flush()
    message.version_id = version.id
    db.session.flush()
    open_case(
        KIND, message.id, version.id, consultation_id=None, due_days=DUE_DAYS, title=message.title,
        language=message.language, author_id=message.author_id, actor=actor,
    )  # fmt: skip


def _locked(message_id: int) -> ActivityMessage:
    statement = select(ActivityMessage).where(ActivityMessage.id == message_id)
    message = db.session.execute(
        statement.with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if message is None:
        raise NotFound()
    return message


def _own(actor: Actor, message_id: int) -> ActivityMessage:
    message = _locked(message_id)
    if not rules.can_write(actor, ends_of(_activity(message.activity_id))):
        raise Refused(_("Only editors and hosts write messages about an activity."))
    return message


def send_again(actor: Actor, message_id: int, seen: int, words: Words) -> ActivityMessage:
    """Other words for a message that moderation has returned; it waits again. Conflict where somebody saved since."""
    html = _rendered(words)
    hold_case(KIND, message_id)
    message = _own(actor, message_id)
    if message.revision != seen:
        raise Conflict(_("Somebody else has saved this since you opened it."))
    move(MESSAGE, message, "send", actor)
    message.title, message.body, message.html = words.title[:LONGEST_TITLE], words.body[:LONGEST_BODY], html
    message.language, message.audience = words.language, words.audience
    _put_up(actor, message)
    return message


def withdraw_message(actor: Actor, message_id: int) -> ActivityMessage:
    """Take a message away; its words are forgotten. What was mailed has been mailed."""
    hold_case(KIND, message_id)
    message = _own(actor, message_id)
    move(MESSAGE, message, "withdraw", actor)
    _forget_words(message.id)
    withdraw_case(KIND, message.id, actor)
    _shown_anew(message)
    return message


def _forget_words(message_id: int) -> None:
    empty = {"title": "", "body": "", "html": Markup("")}
    db.session.execute(
        update(ActivityMessageVersion).where(ActivityMessageVersion.message_id == message_id).values(**empty)
    )
    message = db.session.get_one(ActivityMessage, message_id)
    message.title, message.body, message.html = "", "", Markup("")


def _shown_anew(message: ActivityMessage) -> None:
    touch(KIND, message.id)
    touch("activity", message.activity_id)
    db.session.flush()


# ---- moderation -----------------------------------------------------------------------------------------------------


def apply_verdict(actor: Actor, message_id: int, verdict: Verdict) -> None:
    """Carry a decision out: state, letters to those who take part in ten minutes, mail to the author."""
    message = _locked(message_id)
    before = message.status
    if verdict.outcome == REINSTATE:
        move(MESSAGE, message, REINSTATE, actor)
    elif verdict.outcome not in rules.OUTCOMES[before]:
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    elif (before, verdict.outcome) != ("published", "publish"):
        move(MESSAGE, message, verdict.outcome, actor)
    if message.status == "published" and before != "published":
        message.published_at = message.published_at if message.mailed_at else now()
        _mail_later(message, verdict.decision_id)
    _tell_author(message, verdict)
    _shown_anew(message)


def _mail_later(message: ActivityMessage, decision_id: int) -> None:
    if message.mailed_at is None:
        jobs.enqueue(
            "activities.message",
            {"message_id": message.id},
            run_at=now() + UNDO,
            dedupe=f"activities.message:{message.id}:{decision_id}",
        )


def mail_message(message_id: int) -> bool:
    """Have those who take part written to, if the message still stands ten minutes after it was published; once."""
    message = _locked(message_id)
    if message.status != "published" or message.mailed_at is not None or message.published_at is None:
        return False
    if message.published_at + UNDO > now():  # taken back and published anew: the later job does it
        return False
    message.mailed_at = now()
    jobs.enqueue(
        "activities.tell",
        {"activity_id": message.activity_id, "what": "message", "message_id": message.id, "after": 0},
        dedupe=f"activities.message.tell:{message.id}",
    )
    db.session.flush()
    return True


def reverse_verdict(actor: Actor, message_id: int, verdict: Verdict) -> None:
    """Take a decision back: the message is as it was before."""
    message = _locked(message_id)
    if verdict.outcome == "publish" and _left_as_it_was(message, verdict):
        return
    move(MESSAGE, message, _undoing(message, verdict), actor)
    if message.status == MESSAGE.initial:
        message.published_at = None
    _shown_anew(message)


def _standing(message: ActivityMessage, verdict: Verdict) -> list[str]:
    """Outcomes of the decisions before this one that were not taken back, in their order."""
    return [
        one.outcome
        for one in decisions_for(KIND, message.id)
        if one.reversed_at is None and one.id < verdict.decision_id
    ]


def _left_as_it_was(message: ActivityMessage, verdict: Verdict) -> bool:
    """Whether "publish" was said of what had been public before."""
    return any(one in ("publish", "restore", REINSTATE) for one in _standing(message, verdict)[-1:])


def _undoing(message: ActivityMessage, verdict: Verdict) -> str:
    """The act that leads back from a decision; what stood before says to which state."""
    if verdict.outcome not in ("restore", "remove"):
        return f"undo_{verdict.outcome}"
    former = rules.LEFT_BEHIND.get((_standing(message, verdict) or [""])[-1], "published")
    if verdict.outcome == "restore":
        return "undo_restore_removed" if former == "removed" else "undo_restore"
    return "undo_remove" if former == "hidden" else "undo_remove_published"


def _tell_author(message: ActivityMessage, verdict: Verdict) -> None:
    person = person_by_id(message.author_id) if message.author_id is not None else None
    if person is None or not person.is_active:
        return
    activity = _activity(message.activity_id)
    with in_language(person.language):
        title = f"{pick(activity.title)}: {message.title}"
        endpoint = "activities.edit_message" if message.status == "returned" else "activities.message"
        url = address(endpoint, slug=activity.slug, message_id=message.id)
    send_decision(
        person.email, person.language, verdict, title=title, number=f"N-{message.id}", url=url, person_id=person.id
    )
