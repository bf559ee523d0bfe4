"""Claiming a portrait: somebody says to speak for it and proves it, an editor decides, the person becomes its manager.

Proof is a sentence with a link, or an address at the domain of the portrait's website, confirmed by a mailed link. Nobody
decides about their own claim. A right that was given can be taken back; with its last manager a portrait is unconfirmed
again. Functions flush and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from consult.accounts.models import Person, Token
from consult.accounts.operations import grant_role, issue_token, take_token
from consult.accounts.queries import grants_of, ids_with_permission, person_by_id
from consult.clusters import mails, rules
from consult.clusters.editing import locked
from consult.clusters.models import IMPORTED, Cluster, ClusterClaim, ClusterManager
from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.forms import email_key
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.registry import touch
from consult.core.states import move

audit.declare("cluster_claim.sent", "cluster_id")
audit.declare("cluster_claim.address_confirmed", "cluster_id")
audit.declare("cluster.manager_added", "person_id")
audit.declare("cluster.manager_removed", "person_id")

PURPOSE = "cluster.claim"
MOST_RUNNING = 5  # claims of one person that wait at the same time


@dataclass(frozen=True)
class Proof:
    """What a claimant gives: who they are there, and what shows it."""

    organisation: str
    position: str
    text: str = ""
    url: str = ""
    email: str = ""


def is_of_domain(email: str, domain: str) -> bool:
    """Whether an address lies at the domain of a website, or below it."""
    host = email_key(email).rpartition("@")[2]
    wanted = domain.casefold().removeprefix("www.").strip("/")
    return bool(host and wanted) and (host == wanted or host.endswith("." + wanted))


# ---- reads ----------------------------------------------------------------------------------------------------------


def claim_by_id(claim_id: int, lock: bool = False) -> ClusterClaim:
    """The claim; NotFound otherwise. With `lock` it is kept from others until this transaction ends."""
    statement = select(ClusterClaim).where(ClusterClaim.id == claim_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    claim = db.session.execute(statement).scalar()
    if claim is None:
        raise NotFound(_("There is no such claim."))
    return claim


def running_claim(person_id: int | None, cluster_id: int) -> ClusterClaim | None:
    """The claim of a person on a portrait that has not been decided yet."""
    if person_id is None:
        return None
    statement = select(ClusterClaim).where(
        ClusterClaim.person_id == person_id, ClusterClaim.cluster_id == cluster_id,
        ClusterClaim.status.in_(rules.RUNNING),
    )  # fmt: skip
    return db.session.execute(statement.order_by(ClusterClaim.id).limit(1)).scalar()


def waiting_claims(limit: int = 100) -> list[tuple[ClusterClaim, Cluster, Person]]:
    """Claims that wait for an editor or for an answer, oldest first."""
    statement = (
        select(ClusterClaim, Cluster, Person)
        .join(Cluster, Cluster.id == ClusterClaim.cluster_id)
        .join(Person, Person.id == ClusterClaim.person_id)
        .where(ClusterClaim.status.in_(rules.RUNNING))
        .order_by(ClusterClaim.created_at, ClusterClaim.id)
        .limit(limit)
    )
    return [(claim, cluster, person) for claim, cluster, person in db.session.execute(statement)]


def claims_of(person_id: int) -> list[tuple[ClusterClaim, Cluster]]:
    """A person's claims with their portraits, newest first."""
    statement = (
        select(ClusterClaim, Cluster)
        .join(Cluster, Cluster.id == ClusterClaim.cluster_id)
        .where(ClusterClaim.person_id == person_id)
        .order_by(ClusterClaim.id.desc())
        .limit(20)
    )
    return [(claim, cluster) for claim, cluster in db.session.execute(statement)]


def managers_of(cluster_id: int) -> list[Person]:
    """Who speaks for a portrait, in the order in which they came."""
    statement = (
        select(Person)
        .join(ClusterManager, ClusterManager.person_id == Person.id)
        .where(ClusterManager.cluster_id == cluster_id)
        .order_by(ClusterManager.created_at, Person.id)
    )
    return list(db.session.execute(statement).scalars())


# ---- the claimant ---------------------------------------------------------------------------------------------------


def _check(cluster: Cluster, proof: Proof) -> None:
    faults = {}
    if not proof.organisation:
        faults["organisation"] = _("Please enter the organisation for which you speak.")
    if not proof.position:
        faults["position"] = _("Please say what you do there.")
    if not (proof.text or proof.url or proof.email):
        faults["proof"] = _("Please give a proof: a sentence, a link, or an address at the domain of the website.")
    if proof.email and not cluster.website:
        faults["email"] = _(
            "The portrait names no website, so an address proves nothing here. Please write a sentence."
        )
    elif proof.email and not is_of_domain(proof.email, cluster.website):
        faults["email"] = _("This address does not lie at %(domain)s.", domain=cluster.website)
    if faults:
        raise Invalid(faults)


def send_claim(actor: Actor, cluster_id: int, proof: Proof) -> ClusterClaim:
    """Say to speak for a portrait. An address at the website's domain gets a link; the account's own address needs none."""
    cluster = locked(cluster_id)
    if actor.person_id is None or not cluster.listed:
        raise Refused(_("Please sign in to take over a portrait."))
    if not rules.can_claim(actor, cluster):
        raise Conflict(_("You speak for this portrait already."))
    if running_claim(actor.person_id, cluster_id) is not None:
        raise Conflict(_("You have claimed this portrait already; an editor will decide about it."))
    running = db.session.execute(
        select(func.count()).where(ClusterClaim.person_id == actor.person_id, ClusterClaim.status.in_(rules.RUNNING))
    ).scalar_one()
    if running >= MOST_RUNNING:
        raise Conflict(_("Several of your claims wait for a decision. Please wait for it first."))
    _check(cluster, proof)
    own = bool(proof.email) and email_key(proof.email) == email_key(actor.email)
    claim = ClusterClaim(
        cluster_id=cluster.id, person_id=actor.person_id, status=rules.CLAIM.initial, organisation=proof.organisation,
        position=proof.position, proof=proof.text, proof_url=proof.url, proof_email=proof.email,
        proof_email_at=now() if own else None, created_at=now(),
    )  # fmt: skip
    db.session.add(claim)
    db.session.flush()
    audit.record("cluster_claim.sent", actor, ("cluster_claim", claim.id), cluster_id=cluster.id)
    if proof.email and not own:
        raw = issue_token(PURPOSE, proof.email, {"claim_id": claim.id}, mails.CLAIM_LINK)
        mails.send_claim_link(claim, cluster, raw, actor.language)
    _tell_editors(actor, claim, cluster)
    return claim


def _tell_editors(actor: Actor, claim: ClusterClaim, cluster: Cluster) -> None:
    editors = [one for one in ids_with_permission("clusters.edit", None) if one != actor.person_id]
    notify("cluster.claim_waiting", editors, {"claim_id": claim.id, "name": cluster.name})


def confirm_address(raw: str) -> ClusterClaim:
    """The mailed link was used: the address is theirs."""
    token: Token = take_token(PURPOSE, raw)
    claim = claim_by_id(token.payload["claim_id"], lock=True)
    if claim.status in rules.RUNNING and claim.proof_email_at is None:
        claim.proof_email_at = now()
        person = Actor(person_id=claim.person_id)
        audit.record(
            "cluster_claim.address_confirmed", person, ("cluster_claim", claim.id), cluster_id=claim.cluster_id
        )
    return claim


def answer_question(actor: Actor, claim: ClusterClaim, answer: str) -> None:
    """The claimant answers what the editors asked."""
    claim = claim_by_id(claim.id, lock=True)
    if not rules.is_claimant(actor, claim):
        raise Refused(_("This claim is somebody else's."))
    if not answer:
        raise Invalid({"answer": _("Please write an answer.")})
    move(rules.CLAIM, claim, "answer", actor)
    claim.answer = answer
    _tell_editors(actor, claim, locked(claim.cluster_id))


def withdraw_claim(actor: Actor, claim: ClusterClaim) -> None:
    """The claimant does not want it any more."""
    claim = claim_by_id(claim.id, lock=True)
    if not rules.is_claimant(actor, claim):
        raise Refused(_("This claim is somebody else's."))
    move(rules.CLAIM, claim, "withdraw", actor)
    claim.decided_at = now()


# ---- the editors ----------------------------------------------------------------------------------------------------


def _to_decide(actor: Actor, claim: ClusterClaim) -> tuple[ClusterClaim, Cluster]:
    claim = claim_by_id(claim.id, lock=True)
    if not rules.can_decide(actor, claim):
        raise Refused(_("An editor who is not the claimant decides about a claim."))
    return claim, locked(claim.cluster_id)


def accept(actor: Actor, claim: ClusterClaim) -> None:
    """The person speaks for the portrait from now on."""
    claim, cluster = _to_decide(actor, claim)
    if not cluster.listed:
        raise Conflict(_("This portrait is not in the directory any more."))
    move(rules.CLAIM, claim, "accept", actor)
    claim.decided_at, claim.decided_by = now(), actor.person_id
    person = person_by_id(claim.person_id)
    if person is not None:
        add_manager(actor, cluster, person)
        mails.send_claim_decision(claim, cluster, person, "accepted")


def ask(actor: Actor, claim: ClusterClaim, question: str) -> None:
    """Ask the claimant for something more."""
    if not question:
        raise Invalid({"text": _("Please write what you would like to know.")})
    claim, cluster = _to_decide(actor, claim)
    move(rules.CLAIM, claim, "ask", actor)
    claim.question, claim.answer = question, ""
    _write(claim, cluster, "asked")


def decline(actor: Actor, claim: ClusterClaim, reason: str) -> None:
    """Refuse a claim, with a reason that the claimant reads."""
    if not reason:
        raise Invalid({"text": _("Please write the reason; the claimant reads it.")})
    claim, cluster = _to_decide(actor, claim)
    move(rules.CLAIM, claim, "decline", actor)
    claim.reason, claim.decided_at, claim.decided_by = reason, now(), actor.person_id
    _write(claim, cluster, "declined")


def _write(claim: ClusterClaim, cluster: Cluster, what: str) -> None:
    person = person_by_id(claim.person_id)
    if person is not None:
        mails.send_claim_decision(claim, cluster, person, what)


def add_manager(actor: Actor, cluster: Cluster, person: Person) -> None:
    """Let a person speak for a portrait; the role comes along."""
    there = db.session.get(ClusterManager, (cluster.id, person.id))
    if there is None:
        db.session.add(ClusterManager(cluster_id=cluster.id, person_id=person.id, created_at=now()))
        audit.record("cluster.manager_added", actor, ("cluster", cluster.id), person_id=person.id)
    if not any(grant.role == "cluster" and grant.consultation_id is None for grant in grants_of(person.id)):
        grant_role(SYSTEM, person, "cluster")
    if cluster.status == IMPORTED:
        move(rules.PORTRAIT, cluster, "claim", actor)
    touch("cluster", cluster.id)
    db.session.flush()


def remove_manager(actor: Actor, cluster_id: int, person: Person) -> None:
    """Take the right back. With the last manager the portrait is unconfirmed again; what was entered stays."""
    if not rules.is_editor(actor):
        raise Refused(_("Your account has no right to this page."))
    cluster = locked(cluster_id)
    there = db.session.get(ClusterManager, (cluster.id, person.id))
    if there is None:
        raise Conflict(_("This person does not speak for the portrait."))
    db.session.delete(there)
    db.session.flush()
    audit.record("cluster.manager_removed", actor, ("cluster", cluster.id), person_id=person.id)
    accepted = select(ClusterClaim).where(
        ClusterClaim.cluster_id == cluster.id, ClusterClaim.person_id == person.id,
        ClusterClaim.status == rules.ACCEPTED,
    )  # fmt: skip
    for claim in db.session.execute(accepted).scalars():
        move(rules.CLAIM, claim, "revoke", actor)
    if not managers_of(cluster.id) and cluster.status != IMPORTED:
        move(rules.PORTRAIT, cluster, "release", actor)
        cluster.verified, cluster.confirmed_at = {}, None
    mails.send_removed(cluster, person)
    touch("cluster", cluster.id)
    db.session.flush()
