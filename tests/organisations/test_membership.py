"""Belonging to an organisation: invited or asking, roles, leaving. The decision table first, through the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import erasure
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.organisations import membership, queries
from consult.organisations.models import Organisation, OrganisationInvitation, OrganisationMember, OrganisationRequest
from tests.support.mail import paths
from tests.support.page import html

WHO = ("manager", "approver", "author", "contact", "stranger", "moderator", "admin")


@pytest.fixture
def firm(make: Any, cast: Any, db: Any) -> Any:
    """A company with one member in each role."""
    company = make.organisation("Feinmess Rudolstadt", website="https://www.feinmess.example")
    for role in ("manager", "approver", "author", "contact"):
        person = make.person(f"Frau {role.title()}", email=f"{role}@people.example")
        db.session.add(OrganisationMember(person_id=person.id, organisation_id=company.id, role=role))
    db.session.commit()
    return company


def person_of(db: Any, cast: Any, who: str) -> Any:
    from consult.accounts.queries import person_by_email

    return getattr(cast, who, None) or person_by_email(f"{who}@people.example")


def url(firm: Any, rest: str = "") -> str:
    return f"/de/organisations/{firm.slug}{rest}"


def send(client: Any, address: str, **fields: Any) -> Any:
    token = client.page("/de/account/").select("input[name=csrf_token]")[0]["value"]
    return client.post(address, data={"csrf_token": token, **fields})


# ---- the decision table ---------------------------------------------------------------------------------------------

# act -> who may
MAY = {
    "see members": {"manager", "approver", "author", "contact", "admin"},
    "invite": {"manager", "admin"},
    "withdraw invitation": {"manager", "admin"},
    "answer request": {"manager"},
    "set roles": {"manager", "admin"},
    "take out": {"manager", "admin"},
    "change profile": {"manager", "admin"},
    "switch release": {"manager", "admin"},
    "leave": {"approver", "author", "contact"},
    "ask to join": {"stranger", "moderator", "admin"},
}


def act(client: Any, firm: Any, cast: Any, db: Any, what: str) -> int:
    author = person_of(db, cast, "author")
    if what == "see members":
        return int(client.get(url(firm, "/members")).status_code)
    if what == "change profile":
        return int(client.get(url(firm, "/edit")).status_code)
    if what == "invite":
        return int(send(client, url(firm, "/members/invite"), email="neu@people.example", roles="author").status_code)
    if what == "withdraw invitation":
        manager = cast.actor(person_of(db, cast, "manager"))
        invited = membership.invite(manager, firm, "x@people.example", ["author"])
        db.session.commit()
        return int(send(client, url(firm, f"/members/invitations/{invited.id}/withdraw")).status_code)
    if what == "answer request":
        asked = membership.ask(cast.actor(cast.outsider), firm, "Ich arbeite dort.")
        db.session.commit()
        return int(send(client, url(firm, f"/members/requests/{asked.id}"), accept="1", roles="author").status_code)
    if what == "set roles":
        return int(send(client, url(firm, f"/members/{author.id}/roles"), roles="contact").status_code)
    if what == "take out":
        return int(send(client, url(firm, f"/members/{author.id}/remove")).status_code)
    if what == "switch release":
        return int(send(client, url(firm, "/signoff"), on="1").status_code)
    return int(send(client, url(firm, "/leave" if what == "leave" else "/join"), message="Hallo").status_code)


# an author who takes the author out leaves, which is an act of its own
CASES = [(what, who) for what in MAY for who in WHO if (what, who) != ("take out", "author")]


@pytest.mark.parametrize(("what", "who"), CASES)
def test_who_may_do_what(client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, who: str, what: str) -> None:
    sign_in(client, person_of(db, cast, who))
    status = act(client, firm, cast, db, what)
    if who in MAY[what]:
        assert status in (200, 303)
    else:
        assert status in (403, 404, 409)


@pytest.mark.parametrize("address", ["/members", "/edit", "/join"])
def test_signed_out_nobody_does_anything(client: Any, firm: Any, address: str) -> None:
    assert client.get(url(firm, address)).location.startswith("/de/account/sign-in")


# ---- invited --------------------------------------------------------------------------------------------------------


def invited(client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, outbox: Any, email: str) -> str:
    sign_in(client, person_of(db, cast, "manager"))
    assert send(client, url(firm, "/members/invite"), email=email, roles=["author", "approver"]).status_code == 303
    return next(one for one in paths(outbox.last(email)) if "/invitations/" in one)


def test_somebody_without_account_accepts_and_is_in(
    client: Any, new_client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, outbox: Any, run_jobs: Any
) -> None:
    link = invited(client, sign_in, firm, cast, db, outbox, "neuling@people.example")
    theirs = new_client()
    assert theirs.get(link).status_code == 200
    assert len(queries.members_of(firm.id)) == 4, "looking changes nothing"
    response = theirs.submit(link, {"accept": "1"})
    assert (response.status_code, response.location) == (303, url(firm))
    roles = {member.role for member, person in queries.members_of(firm.id) if person.email == "neuling@people.example"}
    assert roles == {"author", "approver"}
    assert theirs.get(url(firm, "/members")).status_code == 200
    assert theirs.get(link).status_code == 410
    run_jobs()
    assert "angenommen" in outbox.last(person_of(db, cast, "manager")).text


def test_whoever_declines_says_why_to_the_inviter_alone(
    client: Any, new_client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, outbox: Any, run_jobs: Any
) -> None:
    link = invited(client, sign_in, firm, cast, db, outbox, "neuling@people.example")
    fields = {"decline": "1", "answer": "Ich arbeite dort nicht mehr."}
    assert new_client().submit(link, fields, form="main form:has(textarea)").status_code == 303
    run_jobs()
    assert "Ich arbeite dort nicht mehr." in outbox.last(person_of(db, cast, "manager")).text
    assert len(queries.members_of(firm.id)) == 4


def test_who_is_signed_in_with_another_address_is_told_and_accepts_for_this_account(
    client: Any, new_client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, outbox: Any
) -> None:
    link = invited(client, sign_in, firm, cast, db, outbox, "dienstlich@feinmess.example")
    theirs = sign_in(new_client(), cast.stranger)
    assert "dienstlich@feinmess.example" in html(theirs.get(link)).text
    theirs.submit(link, {"accept": "1"})
    assert cast.stranger.id in queries.member_ids(firm.id)


def test_an_invitation_ends(
    client: Any, new_client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, outbox: Any, clock: Any
) -> None:
    link = invited(client, sign_in, firm, cast, db, outbox, "neuling@people.example")
    clock.shift(days=15)
    assert new_client().get(link).status_code == 410
    assert membership.lapse_invitations() == 1
    assert membership.lapse_invitations() == 0


@pytest.mark.parametrize("email", ["", "kein-at", "author@people.example", "AUTHOR@people.example"])
def test_whom_one_cannot_invite(client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, email: str) -> None:
    sign_in(client, person_of(db, cast, "manager"))
    response = send(client, url(firm, "/members/invite"), email=email, roles="author", note="Bitte kommen")
    assert response.status_code == 422
    assert "Bitte kommen" in html(response).text
    assert not queries.open_invitations(firm.id)


def test_an_address_is_invited_once(client: Any, sign_in: Any, firm: Any, cast: Any, db: Any) -> None:
    sign_in(client, person_of(db, cast, "manager"))
    answers = [
        send(client, url(firm, "/members/invite"), email=email, roles="author").status_code
        for email in ("neu@people.example", "NEU@people.example")
    ]
    assert answers == [303, 422]


# ---- asking ---------------------------------------------------------------------------------------------------------


def test_who_asks_is_let_in_or_told_why_not(
    client: Any, new_client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, outbox: Any, run_jobs: Any
) -> None:
    theirs = sign_in(new_client(), cast.stranger)
    assert theirs.submit(url(firm, "/join"), {"message": "Abteilung Optik"}).status_code == 303
    assert theirs.submit(url(firm, "/join"), {"message": "noch einmal"}).status_code == 409
    run_jobs()
    manager = person_of(db, cast, "manager")
    assert outbox.last(manager).kind == "organisation.asked"
    sign_in(client, manager)
    page = html(client.get(url(firm, "/members")))
    assert "Abteilung Optik" in page.text
    [request] = db.session.execute(select(OrganisationRequest)).scalars()
    answer = url(firm, f"/members/requests/{request.id}")
    assert send(client, answer, decline="1", roles="author").status_code == 422, "a refusal needs a sentence"
    assert send(client, answer, decline="1", roles="author", answer="Wir kennen Sie nicht.").status_code == 303
    run_jobs()
    assert "Wir kennen Sie nicht." in outbox.last(cast.stranger).text
    assert send(client, answer, accept="1", roles="author").status_code == 409, "it is answered already"
    assert cast.stranger.id not in queries.member_ids(firm.id)


def test_who_was_told_that_somebody_asks_reads_the_new_name_and_none_of_who_is_gone(
    client: Any, new_client: Any, sign_in: Any, firm: Any, cast: Any, db: Any, run_jobs: Any
) -> None:
    theirs = sign_in(new_client(), cast.stranger)
    old = cast.stranger.name
    theirs.submit(url(firm, "/join"), {"message": ""})
    run_jobs()
    sign_in(client, person_of(db, cast, "manager"))
    assert old in client.page("/de/notices/").text
    theirs.submit("/de/account/", {"name": "Lichtgestalt", "language": "de"}, form="main form:has([name=name])")
    assert old not in client.page("/de/notices/").text and "Lichtgestalt" in client.page("/de/notices/").text
    erasure.erase(SYSTEM, cast.stranger.id)
    assert "Lichtgestalt" not in client.page("/de/notices/").text
    assert "Jemand möchte" in client.page("/de/notices/").text


def test_a_request_can_be_taken_back(client: Any, sign_in: Any, firm: Any, cast: Any) -> None:
    sign_in(client, cast.stranger)
    client.submit(url(firm, "/join"), {"message": ""})
    assert client.submit(url(firm), form="main form[action$='/join/withdraw']").status_code == 303
    assert client.submit(url(firm, "/join"), {"message": ""}).status_code == 303


def test_the_first_one_with_an_address_of_the_domain_speaks_for_it(make: Any, cast: Any, db: Any) -> None:
    company = make.organisation("Lasertech Jena", website="https://lasertech.example")
    first = make.person("Erste", email="erste@mail.lasertech.example")
    assert membership.ask(cast.actor(first), company, "") is None
    assert {m.role for m, _p in queries.members_of(company.id)} == {"manager", "author"}
    assert company.verified_how == "domain"
    second = make.person("Zweite", email="zweite@lasertech.example")
    assert membership.ask(cast.actor(second), company, "") is not None, "from then on its manager decides"


@pytest.mark.parametrize(
    ("website", "email", "fits"),
    [
        ("https://www.firma.example", "a@firma.example", True),
        ("https://www.firma.example/de", "a@jena.firma.example", True),
        ("https://firma.example", "a@xfirma.example", False),
        ("https://firma.example", "a@firma.example.evil.example", False),
        ("https://gmail.com", "a@gmail.com", False),
        ("", "a@firma.example", False),
        ("https://example", "a@example", False),
    ],
)
def test_which_addresses_speak_for_a_domain(website: str, email: str, fits: bool) -> None:
    from consult.organisations.profile import domain_fits

    assert domain_fits(Organisation(website=website), email) is fits


def test_where_nobody_speaks_for_it_the_administration_decides(
    client: Any, sign_in: Any, make: Any, cast: Any, db: Any
) -> None:
    company = make.organisation("Niemands Werk")
    asked = membership.ask(cast.actor(cast.stranger), company, "")
    db.session.commit()
    sign_in(client, cast.admin)
    answer = url(company, f"/members/requests/{asked.id}")
    assert send(client, answer, accept="1", roles=["manager"]).status_code == 303
    assert queries.has_manager(company.id)


# ---- roles and leaving ----------------------------------------------------------------------------------------------


def test_somebody_goes_on_speaking_for_it(client: Any, sign_in: Any, firm: Any, cast: Any, db: Any) -> None:
    manager = person_of(db, cast, "manager")
    sign_in(client, manager)
    assert send(client, url(firm, "/leave")).status_code == 409
    assert send(client, url(firm, f"/members/{manager.id}/roles"), roles="author").status_code == 409
    author = person_of(db, cast, "author")
    assert send(client, url(firm, f"/members/{author.id}/roles"), roles=["author", "manager"]).status_code == 303
    assert send(client, url(firm, "/leave")).status_code == 303


def test_a_leaver_sees_nothing_more_at_the_next_request_and_the_text_stays(
    client: Any, new_client: Any, sign_in: Any, firm: Any, make: Any, cast: Any, db: Any
) -> None:
    author = person_of(db, cast, "author")
    idea = make.idea(
        "Werkbank", consultation=make.consultation(), author=author, organisation=firm.name["de"],
        answers={1: ("Nur intern", "ministry"), 2: "Offen"},
    )  # fmt: skip
    assert idea.organisation_id == firm.id
    theirs = sign_in(new_client(), author)
    assert theirs.get(url(firm, "/members")).status_code == 200
    sign_in(client, person_of(db, cast, "manager"))
    send(client, url(firm, f"/members/{author.id}/remove"))
    assert theirs.get(url(firm, "/members")).status_code == 403
    db.session.refresh(idea)
    assert idea.organisation_id == firm.id


def test_every_act_is_in_the_log(db: Any, firm: Any, cast: Any) -> None:
    manager = cast.actor(person_of(db, cast, "manager"))
    membership.invite(manager, firm, "neu@people.example", ["author"])
    membership.leave(manager, firm, person_of(db, cast, "contact").id)
    db.session.commit()
    events = set(db.session.execute(select(audit.AuditRow.event)).scalars())
    assert {"organisation.invited", "organisation.member_left"} <= events
    assert not list(audit.verify())


def test_two_who_accept_at_once_make_one_member(db: Any, firm: Any, cast: Any, make: Any) -> None:
    row = OrganisationInvitation(
        organisation_id=firm.id, email="n@people.example", email_key="n@people.example", roles=["author"],
        expires_at=now() + timedelta(days=1),
    )  # fmt: skip
    make.add(row)
    person = make.person("N", email="n@people.example")
    membership.accept_invitation(cast.actor(person), row, person)
    db.session.flush()
    from consult.core.errors import Conflict

    with pytest.raises(Conflict):
        membership.accept_invitation(cast.actor(person), row, person)
    assert queries.member_ids(firm.id).count(person.id) == 1
