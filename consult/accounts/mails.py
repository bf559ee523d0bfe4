"""Mails about accounts. Every request for a link sends one mail and writes one row for its link, whether there is an account
or not, so that neither the answer nor the time it takes tells anybody anything; only the owner of the mailbox learns it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from consult.accounts import operations, rules
from consult.accounts.agents import browser_words
from consult.accounts.models import Person, UserSession
from consult.core.i18n import current_language, format_day, format_moment, format_span, in_language
from consult.core.mail import queue_template
from consult.core.web import address

# Endpoint of the page to which a link of this purpose leads.
PAGES = {
    "sign_up": "accounts.confirm",
    "sign_in": "accounts.sign_in_link",
    "reset": "accounts.reset",
    "prove": "accounts.prove_link",
    "new_address": "accounts.new_address",
    "undo_address": "accounts.undo_address",
}

# Mails that answer a request for a link.
ANSWERS = {"sign_in": "accounts/mail_sign_in", "reset": "accounts/mail_reset"}


def _link(purpose: str, raw: str, language: str) -> str:
    return address(PAGES[purpose], token=raw, lang_code=language)


def _span(lifetime: timedelta, language: str) -> str:
    with in_language(language):
        return format_span(lifetime)


def _no_link() -> None:
    """Do the work of a link that is not mailed, so that its absence takes no less time; the row opens nothing."""
    operations.issue_token("nothing", "", {}, timedelta())


def send_link(purpose: str, email: str, person: Person | None, target: str | None = None, **payload: Any) -> None:
    """Answer a request for a link to sign in or to set a password with one mail, whoever has the address."""
    if person is None or person.deactivated_at is not None:
        send_no_account(email, person)
        return
    lifetime = rules.LINK_LIFETIMES[purpose]
    raw = operations.issue_token(purpose, person, {**({"next": target} if target else {}), **payload}, lifetime)
    _queue(
        person.email,
        ANSWERS[purpose],
        person.language,
        person.id,
        name=person.name,
        link=_link(purpose, raw, person.language),
        lifetime=_span(lifetime, person.language),
    )


def send_no_account(email: str, person: Person | None) -> None:
    """Tell the owner of a mailbox that there is no account that could be used."""
    language = person.language if person else current_language()
    _no_link()
    _queue(
        email,
        "accounts/mail_no_account",
        language,
        None,
        closed=person is not None,
        link=address("accounts.sign_up", lang_code=language),
    )


def send_confirmation(
    email: str, language: str, name: str, password_hash: str, target: str | None, **more: Any
) -> None:
    """The link that makes a sign-up an account. What was typed stands in the link's row until then, with `more`."""
    lifetime = rules.LINK_LIFETIMES["sign_up"]
    payload = {"name": name, "language": language, "password_hash": password_hash, "next": target, **more}
    raw = operations.issue_token("sign_up", email, payload, lifetime)
    _queue(
        email,
        "accounts/mail_sign_up",
        language,
        None,
        name=name,
        link=_link("sign_up", raw, language),
        lifetime=_span(lifetime, language),
    )


def send_account_exists(person: Person, target: str | None) -> None:
    """Somebody, most likely the person, signed up with an address that has an account: a link to sign in instead."""
    lifetime = rules.LINK_LIFETIMES["sign_in"]
    raw = operations.issue_token("sign_in", person, {"next": target} if target else {}, lifetime)
    _queue(
        person.email,
        "accounts/mail_exists",
        person.language,
        person.id,
        name=person.name,
        link=_link("sign_in", raw, person.language),
        lifetime=_span(lifetime, person.language),
    )


def send_invitation(person: Person) -> str:
    """Tell a person of the account that somebody made for them; returns the link, which lives for a week."""
    raw = operations.issue_token("sign_in", person, {}, rules.INVITATION_LIFETIME)
    link = _link("sign_in", raw, person.language)
    _queue(
        person.email,
        "accounts/mail_invitation",
        person.language,
        person.id,
        name=person.name,
        link=link,
        lifetime=_span(rules.INVITATION_LIFETIME, person.language),
    )
    return link


def send_password_set(person: Person) -> None:
    """Tell a person that their password was set, with what to do if it was not them."""
    _queue(
        person.email,
        "accounts/mail_password_set",
        person.language,
        person.id,
        name=person.name,
        link=address("accounts.reset_ask", lang_code=person.language),
    )


def send_prove(person: Person, session_id: int, target: str) -> None:
    """The link by which a person without password and second factor shows that the mailbox is still theirs."""
    lifetime = rules.LINK_LIFETIMES["prove"]
    raw = operations.issue_token("prove", person, {"session_id": session_id, "next": target}, lifetime)
    _queue(
        person.email,
        "accounts/mail_prove",
        person.language,
        person.id,
        name=person.name,
        link=_link("prove", raw, person.language),
        lifetime=_span(lifetime, person.language),
    )


def send_new_address(person: Person, email: str) -> None:
    """The link, to the new address, that makes it the account's."""
    lifetime = rules.LINK_LIFETIMES["new_address"]
    raw = operations.issue_token("new_address", person, {"email": email}, lifetime)
    _queue(
        email,
        "accounts/mail_new_address",
        person.language,
        person.id,
        name=person.name,
        link=_link("new_address", raw, person.language),
        lifetime=_span(lifetime, person.language),
    )


def send_address_taken(email: str, language: str) -> None:
    """Tell the owner of a mailbox that somebody wanted to move an account to it, which has one already."""
    _no_link()
    _queue(email, "accounts/mail_address_taken", language, None)


def send_address_changed(person: Person, old: str) -> None:
    """Tell the old address what happened, with the link that takes it back."""
    lifetime = rules.LINK_LIFETIMES["undo_address"]
    raw = operations.issue_token("undo_address", person, {"email": old}, lifetime)
    _queue(
        old,
        "accounts/mail_address_changed",
        person.language,
        person.id,
        name=person.name,
        link=_link("undo_address", raw, person.language),
        lifetime=_span(lifetime, person.language),
    )


def send_security(person: Person, what: str, **context: Any) -> None:
    """Tell a person what changed about their second factors. `what`: factor_added, factor_removed, factors_reset, code_used
    (with `left`); the first two carry the name of the `factor`.
    """
    _queue(
        person.email,
        "accounts/mail_security",
        person.language,
        person.id,
        name=person.name,
        event=what,
        factor=context.get("factor", ""),
        left=context.get("left", 0),
        link=address("accounts.settings", lang_code=person.language),
    )


def send_new_device(person: Person, started: UserSession) -> None:
    """Tell a person that a browser which they never used before is signed in."""
    with in_language(person.language):
        browser, moment = browser_words(started.agent), format_moment(started.created_at)
    _queue(
        person.email,
        "accounts/mail_new_device",
        person.language,
        person.id,
        name=person.name,
        browser=browser,
        moment=moment,
        place=started.address,
        link=address("accounts.settings", lang_code=person.language),
    )


def send_inactive(person: Person, goes_at: datetime) -> None:
    """Warn a person that their unused account will be erased, and when."""
    with in_language(person.language):
        day = format_day(goes_at)
    _queue(
        person.email,
        "accounts/mail_inactive",
        person.language,
        person.id,
        name=person.name,
        day=day,
        link=address("accounts.sign_in", lang_code=person.language),
    )


def send_erased(email: str, language: str, name: str) -> None:
    """The last message to somebody whose account is gone; core removes it once it has left."""
    _queue(email, "accounts/mail_erased", language, None, name=name)


def _queue(recipient: str, template: str, language: str, person_id: int | None, **context: Any) -> None:
    kind = "account." + template.rpartition("mail_")[2]
    queue_template(recipient, template, language, kind=kind, context=context, person_id=person_id)
