"""What has to hold before a decision is taken: who, which case, which version, and whether everything was said.

Refusals are sentences for the moderator: `Refused` for the wrong person, `Conflict` for the wrong moment, `Invalid` with the
field that lacks something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from consult.core.access import Actor
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _, format_moment
from consult.core.registry import Review, SubjectInfo, registries
from consult.core.text import plain
from consult.moderation import blackening, catalogue, hooks, queries, rules
from consult.moderation.models import Case
from consult.moderation.statements import outcome_word, spoken_outcome

MAX_NOTE = 2000
MAX_PASSAGES = 10
MAX_TITLE = 200
MARKED = ("return", "redact")  # outcomes that speak of passages; the others may


@dataclass(frozen=True)
class Choice:
    """What a moderator sends: `version` is the version they saw, `passages` pairs of passage and remark.

    `internal_note` is read by moderators only. `held_back` names whole parts that a redaction holds back. `target` is the
    public key of what a text is merged into; a split moves the parts named in `second` under `second_title`.
    """

    outcome: str
    reason: str = ""
    note: str = ""
    passages: tuple[tuple[str, str], ...] = ()
    version: str = ""
    internal_note: str = ""
    target: str = ""
    second: tuple[str, ...] = ()
    second_title: str = ""
    held_back: tuple[str, ...] = ()


def with_version(choice: Choice, version: str) -> Choice:
    """The same choice about another version."""
    return replace(choice, version=version)


# ---- who and when ---------------------------------------------------------------------------------------------------


def has_part(actor: Actor, case: Case) -> bool:
    """Whether the text is the actor's or their organisation's, or they reported it or dispute a decision about it."""
    return (
        queries.is_involved(actor, case)
        or queries.has_reported(actor, case)
        or hooks.is_party(actor, case.kind, case.subject_id)
    )


def may_decide(actor: Actor, case: Case) -> bool:
    """Whether the actor may decide on the case."""
    return rules.can_decide(actor, case, False) and not has_part(actor, case)


def refuse_outsiders(actor: Actor, case: Case) -> None:
    """Refused where the actor moderates other consultations or has a part in the text."""
    if not rules.can_see_case(actor, case):
        raise Refused(_("You moderate other consultations, not this one."))
    if not rules.can_decide(actor, case, queries.is_involved(actor, case)):
        raise Refused(_("This text is yours or your organisation's. Somebody else has to decide on it."))
    if queries.has_reported(actor, case) or hooks.is_party(actor, case.kind, case.subject_id):
        raise Refused(_("You have reported this text or complained about it. Somebody else has to decide on it."))


def refuse_closed(case: Case) -> None:
    """Conflict where the case was decided or withdrawn; says by whom and when."""
    if case.closed_at is None:
        return
    decision, name = queries.decision_with_name(case.id)
    if decision is None:
        raise Conflict(_("The author has withdrawn the text; there is nothing left to decide."))
    raise Conflict(
        _(
            "%(name)s has decided this already, on %(when)s: %(outcome)s. Your entries were not stored.",
            name=name or _("Another moderator"),
            when=format_moment(decision.made_at),
            outcome=outcome_word(spoken_outcome(decision)),
        )
    )


def refuse_other_version(case: Case, choice: Choice) -> None:
    """Conflict where the text that waits is not the one that was read."""
    if choice.version != queries.version_text(case):
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))


# ---- whether everything was said ------------------------------------------------------------------------------------


def check(case: Case, choice: Choice, offered: tuple[str, ...]) -> int | None:
    """Invalid, with a sentence for each field that cannot be taken as it is. Returns the id of what is merged into."""
    faults: dict[str, str] = {}
    if choice.outcome not in offered:
        decision, name = queries.decision_with_name(case.id)
        if choice.outcome in rules.OUTCOMES and decision is not None:
            raise Conflict(_("%(name)s has decided on this meanwhile. Please look at its present state.", name=name))
        faults["outcome"] = _("Please choose one of the decisions in the list.")
    faults |= reason_faults(choice.outcome, choice.reason, choice.note)
    if len(choice.internal_note) > MAX_NOTE:
        faults["internal_note"] = _("Please shorten the sentence to at most %(number)s characters.", number=MAX_NOTE)
    review = queries.review_of(case) if choice.passages or choice.outcome in ("redact", "split") else None
    if review is not None and (fault := _passage_fault(review, choice)):
        faults["passage"] = fault
    if review is not None and (set(choice.held_back) - {part.name for part in review.parts if part.whole}):
        faults["held_back"] = _("Please choose among the attachments of this text.")
    if review is not None and choice.outcome == "split":
        faults |= _split_faults(review, choice)
    target_id, fault = _target(case, choice) if choice.outcome == "merge" else (None, "")
    if fault:
        faults["target"] = fault
    if faults:
        raise Invalid(faults)
    return target_id


def reason_faults(outcome: str, reason: str, note: str) -> dict[str, str]:
    """What is wrong with reason and sentence for this outcome: nothing is restricted without both."""
    faults: dict[str, str] = {}
    found = catalogue.entry(reason)
    if outcome not in rules.FAVOURABLE and reason in ("", catalogue.DEFAULT_REASON):
        faults["reason"] = _("Please choose the reason; the author reads it.")
    elif reason and (found is None or not found.is_offered):
        faults["reason"] = _("Please choose one of the entries in the list.")
    if outcome != "publish" and not note:
        faults["note"] = _("Please write a sentence that says what it is about; the author reads it.")
    if len(note) > MAX_NOTE:
        faults["note"] = _("Please shorten the sentence to at most %(number)s characters.", number=MAX_NOTE)
    return faults


def _passage_fault(review: Review, choice: Choice) -> str:
    if not choice.passages:
        missing = choice.outcome == "redact" and not choice.held_back
        return _("Please name the passage that is to be blacked out.") if missing else ""
    if len(choice.passages) > MAX_PASSAGES:
        return _("Please mark at most %(number)s passages.", number=MAX_PASSAGES)
    sources = [review.title, *(part.source for part in review.parts)]
    readable = [*sources, *(plain(part.source) for part in review.parts)]
    earlier: Sequence[str] | None = None
    for text, _remark in choice.passages:
        if not text:
            return _("A remark lacks its passage. Please copy the passage from the text.")
        # a passage copied from the page has lost markup and line breaks
        found = any(blackening.stands_in(source, text) for source in sources)
        if not found and choice.outcome == "redact":
            earlier = review.earlier() if earlier is None else earlier
            found = any(blackening.stands_in(source, text) for source in earlier)
        if not found and (choice.outcome == "redact" or not any(text in source for source in readable)):
            return _(
                "“%(passage)s” does not occur in the text in these words. Please copy the passage from the text.",
                passage=text[:80],
            )
    return ""


def _split_faults(review: Review, choice: Choice) -> dict[str, str]:
    names = [part.name for part in review.parts if part.name and not part.whole]
    faults: dict[str, str] = {}
    if not choice.second or any(name not in names for name in choice.second):
        faults["second"] = _("Please tick the parts that go into the second text.")
    elif len(set(choice.second)) == len(names):
        faults["second"] = _("At least one part has to stay in the first text.")
    if not choice.second_title:
        faults["second_title"] = _("Please give the second text a title.")
    elif len(choice.second_title) > MAX_TITLE:
        faults["second_title"] = _("Please shorten the title to at most %(number)s characters.", number=MAX_TITLE)
    return faults


def _target(case: Case, choice: Choice) -> tuple[int | None, str]:
    """The public text of the same kind behind the key, or a sentence that says what is wrong with it."""
    key = choice.target.strip()
    if not key:
        return None, _("Please give the number of the text with which this one is to be joined.")
    subject = registries.subjects.get(case.kind)
    found = subject.find(key) if subject is not None else None
    if found is None and subject is not None:
        found = subject.find(key.upper())
    info: SubjectInfo | None = queries.subject_info(case.kind, found) if found is not None else None
    if info is None or not info.public:
        return None, _("There is no published text with the number “%(number)s”.", number=key[:40])
    if found == case.subject_id:
        return None, _("A text cannot be joined with itself.")
    return found, ""
