"""Who may read an answer: the one function that every query leaving the house asks.

An answer's audience decides who reads it, not where it is stored. `public` and `anonymous` texts are read by everyone
(the second without its author), `agency` by officials and analysts of an agency or ministry, `ministry` by those of a
ministry only. Moderators read the rest within an open case, and every look is logged there.
"""

from __future__ import annotations

from consult.core.access import Actor
from consult.core.i18n import _l

PUBLIC, ANONYMOUS, AGENCY, MINISTRY = "public", "anonymous", "agency", "ministry"
AUDIENCES = (PUBLIC, ANONYMOUS, AGENCY, MINISTRY)

LABELS = {
    PUBLIC: _l("Public"),
    ANONYMOUS: _l("Public, without name"),
    AGENCY: _l("Cluster agency and ministry"),
    MINISTRY: _l("Ministry only"),
}
HINTS = {
    PUBLIC: _l("Everyone reads the text and who wrote it."),
    ANONYMOUS: _l("Everyone reads the text, apart from your idea and without your name."),
    AGENCY: _l("Moderation sees the text in order to check it; every look is logged."),
    MINISTRY: _l("Moderation sees the text in order to check it; every look is logged."),
}


def readable_by(actor: Actor | None, consultation_id: int | None = None) -> frozenset[str]:
    """The audiences whose texts this reader may read anywhere (lists, pages, search, API, export).

    What belongs to a consultation names it: a role in another one opens nothing here.

    `anonymous` is always among them, but what is anonymous never stands beside its author's idea (see ideas.queries).
    """
    audiences = {PUBLIC, ANONYMOUS}
    if actor is not None and actor.may("answers.read_restricted", consultation_id):
        kinds = {membership.organisation_kind for membership in actor.memberships}
        if kinds & {"agency", "ministry"}:
            audiences.add(AGENCY)
        if "ministry" in kinds:
            audiences.add(MINISTRY)
    return frozenset(audiences)
