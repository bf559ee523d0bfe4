"""What pages and mails say of responses and commitments, in the reader's language."""

from __future__ import annotations

from consult.core.i18n import _, format_day
from consult.core.vocabularies import term_title
from consult.evaluation.models import BROKEN, IN_WORK, KEPT, PROMISED
from consult.evaluation.queries import CommitmentView, ResponseView


def position_words(code: str) -> str:
    """What becomes of an idea by a response."""
    return term_title("response_statuses", code)


def speaker(house_kind: str) -> str:
    """Whose response it is, as a heading."""
    kinds = {"ministry": _("Response of the ministry"), "agency": _("Response of the cluster agency")}
    return kinds.get(house_kind) or _("Response of the office")


def heading(response: ResponseView) -> str:
    """Its title, else what becomes of the idea."""
    return response.title or position_words(response.position)


def state_words(state: str) -> str:
    """Where a commitment stands, for a form."""
    words = {
        PROMISED: _("Not begun, another day"),
        IN_WORK: _("In progress"),
        KEPT: _("Kept"),
        BROKEN: _("Will not be kept"),
    }
    return words.get(state, state)


def commitment_facts(one: CommitmentView) -> list[tuple[str, str, bool]]:
    """Who keeps a commitment and by when; where the day has moved, also the first one. The third value tells that the words
    are those of the office.
    """
    found = [(_("responsible"), one.unit, True)] if one.unit else []
    if one.due_on is not None:
        found.append((_("until"), format_day(one.due_on), False))
    if one.moved and one.first_due_on is not None:
        found.append((_("promised at first until"), format_day(one.first_due_on), False))
    return found
