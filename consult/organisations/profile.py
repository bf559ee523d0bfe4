"""The profile of an organisation: made by whoever works there, changed by who speaks for it, verified by domain or office.

What always holds: a change of what somebody else changed meanwhile is refused, not lost; who verified and when is shown;
addresses of everybody's mail providers prove nothing.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from rapidfuzz import fuzz
from sqlalchemy import select

from consult.accounts.models import Person
from consult.accounts.queries import person_by_id
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.registry import touch
from consult.core.text import clean_line
from consult.organisations import operations, queries, rules
from consult.organisations.models import Organisation, OrganisationMember

audit.declare("organisation.changed")
audit.declare("organisation.verified", "how")
audit.declare("organisation.verification_ended")
audit.declare("organisation.signoff_changed", "on")

# Providers whose addresses anybody gets; what lies below them says nothing about an organisation.
PROVIDERS = frozenset(
    {
        "gmail.com", "googlemail.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de",
        "outlook.com", "outlook.de", "hotmail.com", "hotmail.de", "live.com", "live.de", "icloud.com", "me.com",
        "yahoo.com", "yahoo.de", "freenet.de", "posteo.de", "mailbox.org", "proton.me", "protonmail.com", "aol.com",
        "mail.de", "arcor.de", "vodafone.de",
    }
)  # fmt: skip
COLUMNS = (
    "short_name", "type", "country", "nuts", "sector", "size_class", "legal_form", "website",
)  # fmt: skip
COMMON = frozenset(["gmbh", "ag", "kg", "co", "ev", "e", "v", "mbh", "und", "&", "se", "ug"])
ALIKE = 88  # of 100: from here on two names are asked about


def domain_of(website: str) -> str:
    """The domain of a website without "www."; empty where there is none."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def domain_fits(organisation: Organisation, email: str) -> bool:
    """Whether the address lies at or below the domain of the organisation's website."""
    domain = domain_of(organisation.website)
    _local, _at, host = email.casefold().rpartition("@")
    return bool(
        domain
        and host
        and "." in domain
        and domain not in PROVIDERS
        and (host == domain or host.endswith(f".{domain}"))
    )


def verify_by_domain(organisation: Organisation, person: Person) -> None:
    """Note that a member has shown an address of the organisation's domain, once; a confirmed one only."""
    if organisation.verified_at is None and person.confirmed_at is not None and domain_fits(organisation, person.email):
        _verify(organisation, "domain", Actor(person_id=person.id))


def _verify(organisation: Organisation, how: str, actor: Actor) -> None:
    organisation.verified_at, organisation.verified_how, organisation.verified_by = now(), how, actor.person_id
    db.session.flush()
    audit.record("organisation.verified", actor, ("organisation", organisation.id), how=how)


def set_verified(actor: Actor, organisation: Organisation, verified: bool) -> None:
    """The administration vouches for an organisation, or no longer does."""
    if not rules.may_give_places(actor):
        raise Refused(_("Your account has no right to this page."))
    if verified == (organisation.verified_at is not None):
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    if verified:
        _verify(organisation, "administrator", actor)
        return
    organisation.verified_at, organisation.verified_how, organisation.verified_by = None, "", None
    audit.record("organisation.verification_ended", actor, ("organisation", organisation.id))


def alike(name: str, website: str = "", but: int | None = None) -> list[Organisation]:
    """Organisations that may be meant by this name or website, the likeliest first, at most five."""
    key, domain = sort_key(clean_line(name)), domain_of(website)
    if not key:
        return []
    statement = select(Organisation).where(Organisation.merged_into_id.is_(None), Organisation.id != (but or 0))
    found = []
    for one in db.session.execute(statement).scalars():
        names = {one.name_key, sort_key(one.short_name), sort_key(str(one.name.get("en", "")))} - {""}
        score = max(fuzz.token_sort_ratio(_bare(key), _bare(other)) for other in names) if names else 0
        if domain and domain == domain_of(one.website):
            score = 100
        if score >= ALIKE:
            found.append((-score, one.name_key, one.id, one))
    return [one for *_order, one in sorted(found)[:5]]


def _bare(key: str) -> str:
    """A name without what every second company is called besides."""
    return " ".join(word for word in key.replace(".", " ").split() if word not in COMMON) or key


def create(actor: Actor, values: dict[str, Any]) -> Organisation:
    """A new organisation of somebody who works there: they speak for it and write for it; nobody has verified it yet,
    unless their address shows it.
    """
    person = person_by_id(actor.person_id or 0)
    if person is None or not person.is_active:
        raise Refused(_("Please sign in."))
    if rules.kind_of(values["type"]):
        raise Invalid({"type": rules.reserved_words()})
    organisation = operations.create_organisation(
        actor, values["name"], description=values["description"], **{key: values[key] for key in COLUMNS}
    )
    for role in ("manager", "author"):
        db.session.add(OrganisationMember(person_id=person.id, organisation_id=organisation.id, role=role))
        audit.record(
            "organisation.member_added", actor, ("organisation", organisation.id), person_id=person.id, role=role
        )
    db.session.flush()
    verify_by_domain(organisation, person)
    return organisation


def change(actor: Actor, organisation: Organisation, values: dict[str, Any], seen: int) -> None:
    """Change the profile. Conflict where it was changed since `seen`. A new domain ends a verification by the old one."""
    if organisation.merged_into_id is not None or not rules.may_look_after(actor, organisation.id):
        raise Refused(_("Only those who speak for the organisation can do this."))
    if seen != organisation.revision:
        raise Conflict(_("Somebody else has changed this page since you opened it. Your text is still here."))
    if not rules.may_give_places(actor) and rules.kind_of(values["type"]) != organisation.kind:
        raise Invalid({"type": rules.reserved_words()})
    domain = domain_of(organisation.website)
    for key in COLUMNS:
        setattr(organisation, key, values[key])
    organisation.name, organisation.description = values["name"], values["description"]
    organisation.name_key = sort_key(clean_line(values["name"]["de"]))
    if organisation.verified_how == "domain" and domain_of(organisation.website) != domain:
        organisation.verified_at, organisation.verified_how, organisation.verified_by = None, "", None
        audit.record("organisation.verification_ended", actor, ("organisation", organisation.id))
    db.session.flush()
    audit.record("organisation.changed", actor, ("organisation", organisation.id))
    touch("organisation", organisation.id)


def set_signoff(actor: Actor, organisation: Organisation, on: bool) -> None:
    """Whether what members send waits for an approver. Conflict where nobody could release."""
    if not rules.may_look_after(actor, organisation.id):
        raise Refused(_("Only those who speak for the organisation can do this."))
    if on and not queries.member_ids(organisation.id, "approver", "manager"):
        raise Conflict(_("Somebody has to be able to release first."))
    if organisation.signoff != on:
        organisation.signoff = on
        audit.record("organisation.signoff_changed", actor, ("organisation", organisation.id), on=on)
