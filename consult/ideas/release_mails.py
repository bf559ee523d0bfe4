"""The letter that reminds those who release in an organisation of everything that waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from consult.accounts.models import Person
from consult.core.i18n import _, _n, format_day, in_language
from consult.core.mail import queue_template
from consult.core.web import address
from consult.ideas.mails import Letter

LISTED = 20


class Waits(Protocol):
    """What waits: its title, and since when."""

    @property
    def title(self) -> str: ...
    @property
    def since(self) -> datetime: ...


def remind(person: Person, waiting: Sequence[Waits]) -> None:
    """One letter about all of it."""
    with in_language(person.language):
        letter = Letter(
            subject=_n(
                "%(num)s text still waits for your release", "%(num)s texts still wait for your release", len(waiting)
            ),
            heading=_("Somebody waits for your release"),
            lines=[
                _("Nobody outside your organisation gets these texts before you release them or give them back."),
                *(
                    f"{_('“%(words)s”', words=one.title or _('Without title'))}, {_since(one)}"
                    for one in waiting[:LISTED]
                ),
            ],
            button=(_("Read and decide"), address("pages.me")),
            after=[_("We remind you once a working day at most, of everything at once.")],
        )
    queue_template(
        person.email, "ideas/mail_letter", person.language, kind="idea.release_waiting", context={"letter": letter},
        person_id=person.id,
    )  # fmt: skip


def _since(one: Waits) -> str:
    return _("since %(day)s", day=format_day(one.since))
