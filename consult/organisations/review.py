"""Profiles before moderation: they are public at once and looked at when somebody reports them. Hiding takes description
and website out of every page; the name, under which texts stand, stays.
"""

from __future__ import annotations

from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _, pick
from consult.core.notices import notify
from consult.core.registry import ModeratedKind, Review, ReviewPart, Verdict, touch
from consult.core.text import render_markdown
from consult.core.web import path
from consult.organisations import queries, rules
from consult.organisations.models import Organisation


def _parts(organisation: Organisation) -> list[ReviewPart]:
    found = [ReviewPart(_("Name"), pick(organisation.name), render_markdown(pick(organisation.name)), "", "name")]
    for language in ("de", "en"):
        words = (organisation.description or {}).get(language, "")
        if words:
            heading = f"{_('Description')} ({language})"
            found.append(ReviewPart(heading, words, render_markdown(words), "", f"description-{language}"))
    if organisation.website:
        site = organisation.website
        found.append(ReviewPart(_("Website"), site, render_markdown(site), "", "website"))
    return found


def review(organisation_id: int, _version_id: int | None) -> Review:
    """The profile as it stands."""
    organisation = db.session.get_one(Organisation, organisation_id)
    return Review(
        title=pick(organisation.name),
        language="de",
        parts=_parts(organisation),
        version_id=None,
        author="",
        author_id=None,
        organisation=pick(organisation.name),
        outcomes=outcomes(organisation_id, None),
        public_url=path("organisations.show", slug=organisation.slug),
    )


def preview(organisation_id: int, _version_id: int | None, _reader: str) -> list[ReviewPart]:
    """The profile has one form for all readers."""
    organisation = db.session.get_one(Organisation, organisation_id)
    return _parts(organisation)[:1] if organisation.is_hidden else _parts(organisation)


def outcomes(organisation_id: int, _version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None or organisation.merged_into_id is not None:
        return ()
    return ("restore",) if organisation.is_hidden else ("hide",)


def involved(actor: Actor, organisation_id: int) -> bool:
    """Whoever belongs to it."""
    return rules.is_member(actor, organisation_id)


def _set(organisation_id: int, hidden: bool) -> Organisation:
    statement = db.session.get_one(Organisation, organisation_id, populate_existing=True, with_for_update=True)
    if statement.is_hidden == hidden:
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    statement.is_hidden = hidden
    db.session.flush()
    touch("organisation", organisation_id)
    return statement


def apply(_actor: Actor, organisation_id: int, verdict: Verdict) -> None:
    """Hide or show, and tell those who speak for the organisation."""
    if verdict.outcome == "hide":
        organisation = _set(organisation_id, True)
    elif verdict.outcome in ("restore", "reinstate"):
        organisation = _set(organisation_id, False)
    else:
        raise Conflict(_("This decision is not possible for organisations."))
    outcome = "hide" if organisation.is_hidden else "restore"
    context = {
        "organisation": organisation.name, "slug": organisation.slug, "outcome": outcome, "note": verdict.note,
    }  # fmt: skip
    notify("organisation.moderated", queries.member_ids(organisation_id, "manager", "contact"), context)


def reverse(_actor: Actor, organisation_id: int, verdict: Verdict) -> None:
    """As if the decision had not been made."""
    _set(organisation_id, verdict.outcome != "hide")


KIND = ModeratedKind("organisation", review, apply, involved, outcomes, reverse, preview=preview)
