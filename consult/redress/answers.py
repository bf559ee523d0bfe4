"""The answer to a complaint in words: what was decided, what happens, why, who decided, and where to go from there.

The same words stand in the mail, on the complaint's page and in its row (Regulation (EU) 2022/2065, Art. 20 (5)).
"""

from __future__ import annotations

from consult.core.i18n import _, format_day, in_language
from consult.moderation.models import Decision
from consult.moderation.naming import called
from consult.moderation.objecting import dispute_bodies
from consult.moderation.statements import outcome_word, spoken_outcome
from consult.redress.models import AUTHOR, CONCERNED, REPORTER, Complaint
from consult.redress.words import PARTLY, REJECT, UPHOLD, complaint_outcome_word, reason_word


def answer_texts(complaint: Complaint, new: Decision | None) -> dict[str, str]:
    """The answer in both languages; the sentence inside stays in the language in which it was written."""
    texts = {}
    for language in ("de", "en"):
        with in_language(language):
            texts[language] = "\n\n".join(part for part in _parts(complaint, new) if part)
    return texts


def _parts(complaint: Complaint, new: Decision | None) -> list[str]:
    return [
        _verdict(complaint),
        _("The reason: %(reason)s.", reason=reason_word(complaint.reason)),
        complaint.note,
        _consequence(complaint, new),
        _("A human being decided who had no part in the first decision. No software decided."),
        _("If you still do not agree: %(bodies)s You may also go to court.", bodies=dispute_bodies()),
    ]


def _verdict(complaint: Complaint) -> str:
    word = complaint_outcome_word(complaint.outcome)
    if complaint.party == CONCERNED:
        return _("%(word)s: %(number)s against the measure %(title)s.", word=word, number=complaint.number,
                 title=complaint.title)  # fmt: skip
    title = called(complaint.kind, complaint.title)
    return _("%(word)s: %(number)s about “%(title)s”.", word=word, number=complaint.number, title=title)


def _consequence(complaint: Complaint, new: Decision | None) -> str:
    """What happens now."""
    if complaint.outcome == REJECT:
        return _("The decision stands.")
    if complaint.party == CONCERNED:
        return _measure_consequence(complaint)
    if complaint.party == AUTHOR and complaint.outcome == UPHOLD:
        return _(
            "We have taken our decision back. The text is as if it had not been made, with comments, support and links."
        )
    if new is None:
        return _("The editors change the text by hand; it is no text that the moderation publishes.")
    what = outcome_word(spoken_outcome(new))
    if complaint.party == REPORTER:
        return _("We have decided about the text anew: %(outcome)s.", outcome=what)
    return _("In place of the first decision we have decided anew: %(outcome)s. You get a mail about it.", outcome=what)


def _measure_consequence(complaint: Complaint) -> str:
    if complaint.outcome == PARTLY:
        return _("The suspension is shorter now; its new end stands on the page of the measure.")
    return _("The measure is lifted on %(day)s and no longer counts.", day=format_day(complaint.decided_at))
