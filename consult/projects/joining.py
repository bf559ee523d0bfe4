"""The way of joining that projects and activities share: at once when signed in, else by a link that confirms an address.

Nothing is stored for an address before its link was used; what was typed travels in the token and is handed back whenever
joining is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consult.accounts import operations as accounts
from consult.accounts.models import Person, Token
from consult.accounts.queries import usable_token
from consult.core.access import Actor
from consult.core.errors import Gone, Invalid, Refused
from consult.core.i18n import _, current_language
from consult.projects import rules
from consult.projects.forms import JoinForm
from consult.projects.limiting import allow_link
from consult.projects.refusals import Closed


@dataclass(frozen=True)
class Way:
    """What a room's links are for: the token's purpose, the name of the subject's number in it, and why one is refused."""

    purpose: str
    subject: str
    too_late: Any


def role_of(form: JoinForm) -> str:
    """The part that was chosen; empty where none is offered."""
    return str(form.role.data) if "role" in form else ""


def tried(join: Callable[[], Any], closed: Callable[[Closed], Any], again: Callable[[], Any], form: JoinForm) -> Any:
    """The answer of `join`, or the page that says why nobody can join, or the form with what is wrong in it."""
    try:
        return join()
    except Closed as refusal:
        return closed(refusal)
    except Invalid as invalid:
        form.take_errors(invalid)
        return again()


def mail_link(way: Way, subject_id: int, form: JoinForm, send: Callable[[str, str, str], None]) -> None:
    """Mail a link to the address in the form; `send` gets address, language and the raw token."""
    email = form.email.data
    allow_link(email)
    payload = {
        way.subject: subject_id,
        "role": role_of(form),
        "message": form.message.data,
        "language": current_language(),
    }
    send(email, current_language(), accounts.issue_token(way.purpose, email, payload, rules.LINK_LIFETIME))


def opened(way: Way, subject_id: int, raw: str) -> Token:
    """The token behind a link that is looked at; Gone where it cannot be used for this subject."""
    found = usable_token(way.purpose, raw)
    if found is None or found.payload.get(way.subject) != subject_id:
        raise Gone(str(way.too_late))
    return found


def used(way: Way, subject_id: int, raw: str) -> tuple[Actor, dict[str, Any]]:
    """Who used a link, and what they had typed; a link is used once."""
    token = accounts.take_token(way.purpose, raw)
    if token.payload.get(way.subject) != subject_id:
        raise Gone(str(way.too_late))
    typed = {name: token.payload[name] for name in ("role", "message", "language")}
    return accounts.as_actor(confirmed_person(token)), typed


def confirmed_person(token: Token) -> Person:
    """Who used a mailed link, made and confirmed where needed. Refused for a deactivated account."""
    person = accounts.ensure_person(token.email, token.payload["language"])
    if person.deactivated_at is not None:
        raise Refused(_("This account is deactivated."))
    accounts.confirm_person(person)
    return person
