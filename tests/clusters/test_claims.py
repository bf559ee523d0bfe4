"""Claiming a portrait: who may, what proves it, who decides, and how it is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.clusters import claims, rules
from consult.clusters.models import Cluster, ClusterClaim
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.core.registry import registries
from tests.clusters.portraits import fresh, portrait
from tests.support.mail import paths

CLAIM = "/de/clusters/optikring/claim"
PROOF = {"organisation": "Optikring e. V.", "position": "Geschäftsstelle", "proof": "Ich leite die Geschäftsstelle."}


@pytest.fixture
def cluster(app: Any) -> Cluster:
    return portrait()


@pytest.fixture
def claimant(client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(client, cast.participant)


@pytest.fixture
def editor(new_client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(new_client(), cast.editor)


def the_claim() -> ClusterClaim:
    statement = select(ClusterClaim).order_by(ClusterClaim.id.desc()).execution_options(populate_existing=True)
    return db.session.execute(statement.limit(1)).scalars().one()


def make_claim(make: Any, cluster: Cluster, person: Any, status: str, editor: Any) -> ClusterClaim:
    """A claim in a state, brought there by the operations."""
    claim = claims.send_claim(make.actor(person), cluster.id, claims.Proof("Optikring e. V.", "Leitung", "Ein Satz."))
    judge = make.actor(editor)
    if status == rules.ASKED:
        claims.ask(judge, claim, "Wer sind Sie?")
    elif status in (rules.ACCEPTED, rules.REVOKED):
        claims.accept(judge, claim)
        if status == rules.REVOKED:
            claims.remove_manager(judge, cluster.id, person)
    elif status == rules.DECLINED:
        claims.decline(judge, claim, "Kein Nachweis.")
    elif status == rules.WITHDRAWN:
        claims.withdraw_claim(make.actor(person), claim)
    db.session.commit()
    assert claim.status == status
    return claim


ACTS = {
    "accept": lambda actor, claim: claims.accept(actor, claim),
    "decline": lambda actor, claim: claims.decline(actor, claim, "Kein Nachweis."),
    "ask": lambda actor, claim: claims.ask(actor, claim, "Wer sind Sie?"),
    "answer": lambda actor, claim: claims.answer_question(actor, claim, "Die Leiterin."),
    "withdraw": lambda actor, claim: claims.withdraw_claim(actor, claim),
}
STATES = (rules.OPEN, rules.ASKED, rules.ACCEPTED, rules.DECLINED, rules.WITHDRAWN, rules.REVOKED)
# (act, who) -> states in which it works and where it leads
WORKS = {
    ("accept", "editor"): {rules.OPEN: rules.ACCEPTED},
    ("decline", "editor"): {rules.OPEN: rules.DECLINED, rules.ASKED: rules.DECLINED},
    ("ask", "editor"): {rules.OPEN: rules.ASKED},
    ("answer", "claimant"): {rules.ASKED: rules.OPEN},
    ("answer", "claiming editor"): {rules.ASKED: rules.OPEN},
    ("withdraw", "claimant"): {rules.OPEN: rules.WITHDRAWN, rules.ASKED: rules.WITHDRAWN},
    ("withdraw", "claiming editor"): {rules.OPEN: rules.WITHDRAWN, rules.ASKED: rules.WITHDRAWN},
}


@pytest.mark.parametrize("act", ACTS)
def test_decision_table(make: Any, cast: Any, act: str) -> None:
    """state x act x actor: where it leads, or that it is refused and changes nothing."""
    second = make.person(roles=("participant", "editor"))
    people = {"claimant": cast.participant, "claiming editor": second, "editor": cast.editor, "stranger": cast.stranger}
    for state in STATES:
        for who, acting in people.items():
            person = second if who == "claiming editor" else cast.participant
            cluster = portrait(f"netz-{state}-{who}".replace(" ", "-"))
            claim = make_claim(make, cluster, person, state, cast.editor)
            target = WORKS.get((act, who), {}).get(state)
            if target is None:
                with pytest.raises(DomainError) as refusal:
                    ACTS[act](make.actor(acting), claim)
                assert isinstance(refusal.value, Refused | Conflict), (state, who)
                db.session.rollback()
            else:
                ACTS[act](make.actor(acting), claim)
                db.session.flush()
            db.session.refresh(claim)
            assert claim.status == (target or state), (state, who)
            if claim.status in rules.RUNNING:
                claims.withdraw_claim(make.actor(person), claim)
            db.session.commit()


def test_visitors_are_asked_to_sign_in(client: Any, cluster: Cluster) -> None:
    answer = client.get(CLAIM)
    assert answer.status_code == 303 and "/account/sign-in" in answer.headers["Location"]
    assert CLAIM in client.page("/de/clusters/optikring").links("main a")


def test_from_the_portrait_to_its_manager(claimant: Any, editor: Any, cast: Any, cluster: Cluster, outbox: Any) -> None:
    assert claimant.submit(CLAIM, PROOF).status_code == 303
    assert "Die Redaktion entscheidet" in claimant.page(CLAIM).text
    assert claimant.post(CLAIM, data=PROOF).status_code in (200, 400)
    desk = editor.page("/de/editorial/clusters/")
    (link,) = [one for one in desk.links("main a") if "/claims/" in one]
    page = editor.page(link)
    assert "Ich leite die Geschäftsstelle." in page.text and cast.participant.email in page.text
    assert editor.submit(link, {"outcome": "accept"}).status_code == 303
    assert the_claim().status == rules.ACCEPTED and fresh(cluster).status == "claimed"
    mail = outbox.last(cast.participant)
    assert mail.subject == "Sie sprechen ab jetzt für Optikring Saale"
    (edit,) = [one for one in paths(mail) if one.endswith("/edit")]
    assert claimant.page(edit).h1 == "Portrait bearbeiten"
    assert "Portrait durchsehen und zum ersten Mal bestätigen" in claimant.page("/de/me/").text


def test_confirming_makes_a_claimed_portrait_confirmed(claimant: Any, make: Any, cast: Any, cluster: Cluster) -> None:
    make_claim(make, cluster, cast.participant, rules.ACCEPTED, cast.editor)
    page = claimant.page("/de/clusters/optikring/edit")
    token = page.form_values(page.select("form[action$='/confirm']")[0])
    assert claimant.post("/de/clusters/optikring/confirm", data=token).status_code == 303
    assert fresh(cluster).status == "confirmed"
    text = claimant.page("/de/clusters/optikring").text
    assert "unbestätigt" not in text and "Von der Organisation bestätigt am" in text


@pytest.mark.parametrize(
    ("email", "domain", "fits"),
    [
        ("a@optikring.example", "optikring.example", True), ("a@mail.optikring.example", "www.optikring.example", True),
        ("A@OPTIKRING.example", "optikring.example", True), ("a@notoptikring.example", "optikring.example", False),
        ("a@optikring.example.org", "optikring.example", False), ("a@example", "", False), ("", "optikring.example", False),
    ],
)  # fmt: skip
def test_an_address_belongs_to_a_domain(email: str, domain: str, fits: bool) -> None:
    assert claims.is_of_domain(email, domain) is fits


def test_an_address_at_the_website_is_confirmed_by_a_link_that_holds_once(
    claimant: Any, new_client: Any, editor: Any, cluster: Cluster, outbox: Any
) -> None:
    fields = {**PROOF, "proof": "", "email": "buero@optikring.example"}
    claimant.submit(CLAIM, fields)
    assert the_claim().proof_email_at is None
    mail = outbox.last("buero@optikring.example")
    (link,) = [one for one in paths(mail) if "/clusters/claims/" in one]
    reader = new_client()
    assert "Optikring Saale" in reader.page(link).text
    assert the_claim().proof_email_at is None  # opening changes nothing: mail scanners follow links
    assert reader.submit(link).status_code == 200
    assert the_claim().proof_email_at is not None
    assert reader.get(link).status_code == 410
    (desk,) = [one for one in editor.page("/de/editorial/clusters/").links("main a") if "/claims/" in one]
    assert "bestätigt durch einen Link" in editor.page(desk).text


def test_a_link_that_is_too_old_proves_nothing(
    clock: Any, client: Any, sign_in: Any, cast: Any, new_client: Any, cluster: Cluster, outbox: Any
) -> None:
    sign_in(client, cast.participant)
    client.submit(CLAIM, {**PROOF, "email": "buero@optikring.example"})
    (link,) = [one for one in paths(outbox.last("buero@optikring.example")) if "/clusters/claims/" in one]
    clock.shift(days=8)
    assert new_client().get(link).status_code == 410
    assert the_claim().proof_email_at is None


def test_ones_own_confirmed_address_needs_no_link(
    client: Any, sign_in: Any, make: Any, cluster: Cluster, outbox: Any
) -> None:
    sign_in(client, make.person(email="leitung@optikring.example"))
    page = client.page(CLAIM)
    assert page.form_values(page.select("main form")[0])["email"] == "leitung@optikring.example"
    client.submit(CLAIM, {**PROOF, "proof": ""})
    assert the_claim().proof_email_at is not None and len(outbox) == 0


FAULTS = {
    "organisation": {"organisation": ""}, "position": {"position": "  "}, "proof": {"proof": ""},
    "email": {"email": "ich@anderswo.example"}, "url": {"url": "optikring.example/team"},
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_missing_is_said_at_the_field(claimant: Any, cluster: Cluster, name: str) -> None:
    answer = claimant.submit(CLAIM, {**PROOF, **FAULTS[name]})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f'id="{name}-error"' in text
    if name != "position":
        assert "Geschäftsstelle" in text
    assert db.session.execute(select(ClusterClaim)).first() is None


def test_question_and_answer(claimant: Any, editor: Any, cast: Any, cluster: Cluster, outbox: Any) -> None:
    claimant.submit(CLAIM, PROOF)
    address = f"/de/editorial/clusters/claims/{the_claim().id}"
    assert editor.submit(address, {"outcome": "ask"}).status_code == 422
    editor.submit(address, {"outcome": "ask", "text": "Steht Ihr Name auf der Website?"})
    assert "Steht Ihr Name auf der Website?" in outbox.last(cast.participant).text
    assert "Steht Ihr Name" in claimant.page(CLAIM).text
    assert "Frage zu Ihrem Anspruch" in claimant.page("/de/me/").text
    answered = claimant.submit(CLAIM, {"answer": "Ja, unter Team."}, form="form[action$='/claim/answer']")
    assert answered.status_code == 303 and the_claim().status == rules.OPEN
    assert "Ja, unter Team." in editor.page(address).text


def test_a_refusal_carries_its_reason_and_another_claim_is_possible(
    claimant: Any, editor: Any, cast: Any, cluster: Cluster, outbox: Any
) -> None:
    claimant.submit(CLAIM, PROOF)
    editor.submit(f"/de/editorial/clusters/claims/{the_claim().id}", {"outcome": "decline", "text": "Kein Bezug."})
    assert "Kein Bezug." in outbox.last(cast.participant).text
    assert fresh(cluster).status == "imported"
    assert claimant.submit(CLAIM, PROOF).status_code == 303


def test_an_editor_does_not_decide_on_their_own(client: Any, sign_in: Any, cast: Any, cluster: Cluster) -> None:
    sign_in(client, cast.editor)
    client.submit(CLAIM, PROOF)
    page = client.page(f"/de/editorial/clusters/claims/{the_claim().id}")
    assert not page.select("[name=outcome]") and "selbst gestellt" in page.text


def test_with_the_last_manager_a_portrait_is_unconfirmed_again(
    editor: Any, make: Any, cast: Any, cluster: Cluster, outbox: Any
) -> None:
    make_claim(make, cluster, cast.participant, rules.ACCEPTED, cast.editor)
    make_claim(make, cluster, cast.stranger, rules.ACCEPTED, cast.editor)
    from_the_desk = "/de/editorial/clusters/optikring"
    for person, status in ((cast.participant, "claimed"), (cast.stranger, "imported")):
        editor.submit(from_the_desk, form=f"form[action$='/managers/{person.id}/remove']")
        assert fresh(cluster).status == status
        assert cluster.id not in make.actor(person).cluster_ids
        assert "nicht mehr" in outbox.last(person).subject
    assert {one.status for one in db.session.execute(select(ClusterClaim)).scalars()} == {rules.REVOKED}


def test_a_person_cannot_flood_the_editors(make: Any, cast: Any, app: Any) -> None:
    actor = make.actor(cast.participant)
    for number in range(claims.MOST_RUNNING):
        claims.send_claim(actor, portrait(f"netz-{number}").id, claims.Proof("A", "B", "C"))
    with pytest.raises(Conflict):
        claims.send_claim(actor, portrait("noch-eines").id, claims.Proof("A", "B", "C"))


def test_nobody_claims_twice_or_what_is_theirs(make: Any, cast: Any, cluster: Cluster) -> None:
    actor = make.actor(cast.participant)
    claims.send_claim(actor, cluster.id, claims.Proof("A", "B", "C"))
    with pytest.raises(Conflict):
        claims.send_claim(actor, cluster.id, claims.Proof("A", "B", "C"))
    own = portrait("eigenes", managers=[cast.cluster_manager])
    with pytest.raises(Conflict):
        claims.send_claim(make.actor(cast.cluster_manager), own.id, claims.Proof("A", "B", "C"))
    with pytest.raises(Invalid):
        claims.send_claim(make.actor(cast.stranger), cluster.id, claims.Proof("", "", ""))


def test_a_claim_goes_with_its_person(make: Any, cast: Any, cluster: Cluster) -> None:
    make_claim(make, cluster, cast.participant, rules.OPEN, cast.editor)
    entry = registries.personal_data["clusters"]
    (told,) = entry.export(cast.participant.id)["cluster_claims"]
    assert (told["cluster"], told["proof"]) == ("optikring", "Ein Satz.")
    entry.erase(cast.participant.id)
    assert db.session.execute(select(ClusterClaim)).first() is None
