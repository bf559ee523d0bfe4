"""What pages and mails say of responses and commitments, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from consult.core.i18n import _, _n, format_day
from consult.core.text import excerpt, plain_html
from consult.core.vocabularies import term_title
from consult.evaluation.models import BROKEN, IN_WORK, KEPT, PROMISED
from consult.evaluation.queries import CommitmentView, ResponseView

BEGINNING = 80  # characters of a response that has neither title nor public idea


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


def naming(response: ResponseView, titles: Sequence[str]) -> str:
    """Its heading with the ideas that it speaks to, for a line that stands alone; without any, how it begins."""
    said = heading(response)
    if not titles:
        return said if response.title else f"{said}: {excerpt(plain_html(str(response.html)), BEGINNING)}"
    if len(titles) == 1:
        return _("%(answer)s: “%(title)s”", answer=said, title=titles[0])
    return _n(
        "%(answer)s: “%(title)s” and %(num)s more idea", "%(answer)s: “%(title)s” and %(num)s more ideas",
        len(titles) - 1, answer=said, title=titles[0],
    )  # fmt: skip


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
