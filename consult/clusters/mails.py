"""Letters about portraits: one shape for all, so that text and HTML say the same.

A letter says what it is about, has at most one button and then what one may want to know. It is written in the person's
language, in the transaction of its cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from consult.accounts.models import Person
from consult.clusters.models import Cluster, ClusterClaim
from consult.clusters.recency import LINK_LIFETIME
from consult.core.i18n import _, format_span, in_language, pick
from consult.core.mail import queue_template
from consult.core.web import address

TEMPLATE = "clusters/mail_letter"
CLAIM_LINK = timedelta(days=7)


@dataclass
class Letter:
    """A message in one language. `button` is (label, address), `quote` a sentence of somebody."""

    subject: str
    heading: str
    lines: list[str]
    button: tuple[str, str] | None = None
    quote: str = ""
    after: list[str] = field(default_factory=list)


def _queue(recipient: str, language: str, kind: str, letter: Letter, person_id: int | None = None) -> None:
    queue_template(recipient, TEMPLATE, language, kind=kind, context={"letter": letter}, person_id=person_id)


# ---- claims ---------------------------------------------------------------------------------------------------------


def send_claim_link(claim: ClusterClaim, cluster: Cluster, raw: str, language: str) -> None:
    """Let somebody show that an address at the website's domain is theirs."""
    with in_language(language):
        letter = Letter(
            subject=_("Is this address yours? Claim on %(name)s", name=pick(cluster.name)),
            heading=_("Please confirm this address"),
            lines=[
                _(
                    "Somebody wants to take over the portrait “%(name)s” and gave this address as proof of belonging to "
                    "%(organisation)s.",
                    name=pick(cluster.name), organisation=claim.organisation,
                ),
            ],
            button=(_("Confirm the address"), address("clusters.claim_link", token=raw, lang_code=language)),
            after=[
                _("The link holds for %(span)s and can be used once.", span=format_span(CLAIM_LINK)),
                _("If you know nothing of this, do nothing: without the confirmation the address proves nothing."),
            ],
        )  # fmt: skip
    _queue(claim.proof_email, language, "cluster.claim_link", letter)


def _decision_letter(claim: ClusterClaim, cluster: Cluster, what: str, language: str) -> Letter:
    name = pick(cluster.name)
    page = address("clusters.show", slug=cluster.slug, lang_code=language)
    if what == "accepted":
        return Letter(
            subject=_("You speak for %(name)s from now on", name=name),
            heading=_("You speak for the portrait from now on"),
            lines=[
                _("We have checked your claim on “%(name)s”. You can change the portrait and confirm it.", name=name)
            ],
            button=(_("Edit the portrait"), address("clusters.edit", slug=cluster.slug, lang_code=language)),
        )
    if what == "asked":
        return Letter(
            subject=_("A question about your claim on %(name)s", name=name),
            heading=_("We have a question"),
            lines=[_("Before we decide about your claim on “%(name)s”, we would like to know:", name=name)],
            quote=claim.question,
            button=(_("Answer the question"), address("clusters.claim", slug=cluster.slug, lang_code=language)),
        )
    return Letter(
        subject=_("Your claim on %(name)s", name=name),
        heading=_("We have not taken up your claim"),
        lines=[_("We have checked your claim on “%(name)s”. The reason for our decision:", name=name)],
        quote=claim.reason,
        button=(_("See the portrait"), page),
        after=[_("You can claim the portrait again with another proof.")],
    )


def send_claim_decision(claim: ClusterClaim, cluster: Cluster, person: Person, what: str) -> None:
    """Tell the claimant: "accepted", "declined" or "asked"."""
    with in_language(person.language):
        letter = _decision_letter(claim, cluster, what, person.language)
    _queue(person.email, person.language, f"cluster.claim_{what}", letter, person.id)


def send_removed(cluster: Cluster, person: Person) -> None:
    """Tell a person that they do not speak for a portrait any more."""
    with in_language(person.language):
        name = pick(cluster.name)
        letter = Letter(
            subject=_("You do not speak for %(name)s any more", name=name),
            heading=_("You do not speak for this portrait any more"),
            lines=[
                _("The editors have ended your right to change the portrait “%(name)s”.", name=name),
                _("If you think that this is a mistake, claim the portrait again and say why."),
            ],
            button=(
                _("See the portrait"), address("clusters.show", slug=cluster.slug, lang_code=person.language)
            ),
        )  # fmt: skip
    _queue(person.email, person.language, "cluster.manager_removed", letter, person.id)


# ---- the yearly question --------------------------------------------------------------------------------------------


def send_question(
    cluster: Cluster, recipient: str, language: str, raw: str, reminders: int, person_id: int | None = None
) -> None:  # fmt: skip
    """Ask once a year whether the portrait is still right; `reminders` counts how often this was asked before."""
    with in_language(language):
        name = pick(cluster.name)
        lines = [
            _(
                "Is everything that we show of “%(name)s” still right? One click is enough, without signing in.",
                name=name,
            )
        ]
        if reminders:
            lines.insert(0, _("We asked you about this some weeks ago and have heard nothing yet."))
        after = [_("The link holds for %(span)s and can be used once.", span=format_span(LINK_LIFETIME))]
        if reminders > 1:
            after.append(
                _("If we hear nothing, the portrait stays and is marked as perhaps inactive. Nothing is deleted.")
            )
        letter = Letter(
            subject=_("Reminder: is the portrait %(name)s still right?", name=name) if reminders
            else _("Is the portrait %(name)s still right?", name=name),
            heading=_("Is the portrait still right?"),
            lines=lines,
            button=(_("Check the portrait"), address("clusters.confirm_link", token=raw, lang_code=language)),
            after=after,
        )  # fmt: skip
    _queue(recipient, language, "cluster.question", letter, person_id)
