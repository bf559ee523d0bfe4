"""Who offers without name is named nowhere: every outlet is opened by everyone who may open it, before and after.

The owner's name, address and key, and the author's name and address, are looked for in everything that leaves the house.
"""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from consult.core.audit import AuditDetail, AuditRow
from consult.core.db import db
from consult.core.mail import Mail
from consult.core.registry import describe, touch
from consult.links.models import LinkEnd
from consult.moderation.operations import look_again
from consult.moderation.queries import waiting_case
from consult.notifications.models import Notice
from consult.partnering import interests, operations
from consult.partnering.models import Offer, OfferFacet
from consult.search.models import SearchDoc
from tests.partnering.conftest import Market, text
from tests.support.factories import actor

TITLE = "Prüfstand mit freien Stunden"


@pytest.fixture
def secrets(cast: Any) -> list[str]:
    """What nobody may read: name and key of the owner, name and address of the author."""
    return [cast.company.name["de"], cast.company.slug, cast.owner.name, cast.owner.email]


@pytest.fixture
def hidden(market: Market) -> Offer:
    """An anonymous offer, published."""
    offer = market.offer(TITLE, anonymous=True)
    db.session.commit()
    return offer


def outlets(offer: Offer, cast: Any) -> list[str]:
    """Every public address at which the offer could show up."""
    found = ["/sitemap.xml", "/feeds/de/ideas.atom", "/api/v1/offers", f"/api/v1/offers/{offer.slug}",
             f"/api/v1/offers/{offer.slug}/matches", "/api/v1/offers?q=Pr%C3%BCfstand"]  # fmt: skip
    for language in ("de", "en"):
        found += [
            f"/{language}{path}"
            for path in (
                "/", "/partners/", "/partners/?q=Pr%C3%BCfstand", "/partners/?owner=organisation",
                "/partners/?category=technology", "/partners/figures", "/partners/offers.csv", "/partners/offers.json",
                f"/partners/{offer.slug}", f"/partners/{offer.slug}/matches", "/search?q=Pr%C3%BCfstand",
                f"/report?url=/de/partners/{offer.slug}", "/transparency",
            )
        ]  # fmt: skip
    return found


def body(client: Any, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    words: str = response.get_data(as_text=True)
    response.close()
    return words


@pytest.mark.parametrize("who", ["visitor", "participant", "outsider", "moderator", "editor", "admin"])
def test_no_outlet_names_the_owner(
    who: str, hidden: Offer, secrets: list[str], cast: Any, market: Market, client: Any, sign_in: Any, run_jobs: Any
) -> None:
    counterpart = market.offer("Gesuch eines anderen", kind="request", author=cast.outsider)
    person = None if who == "visitor" else getattr(cast, who)
    if person is not None:
        sign_in(client, person)
    db.session.commit()
    run_jobs()
    seen = False
    for address in [*outlets(hidden, cast), f"/de/partners/{counterpart.slug}/matches"]:
        words = body(client, address)
        seen = seen or TITLE in words
        for secret in secrets:
            assert secret not in words, (address, secret)
    assert seen, "the offer stands in none of the outlets, so nothing was tested"


def test_the_owners_own_page_does_not_list_it(
    hidden: Offer, market: Market, cast: Any, client: Any, sign_in: Any
) -> None:
    market.offer("Mit Namen")
    address = f"/de/organisations/{cast.company.slug}"
    assert "Mit Namen" in client.page(address).text
    for reader in (client, sign_in(client, cast.owner), sign_in(client, cast.admin)):
        assert TITLE not in reader.page(address).text


def test_the_workbook_names_nobody(hidden: Offer, secrets: list[str], client: Any) -> None:
    response = client.get("/de/partners/offers.xlsx")
    cells = [str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(response.get_data())).active for cell in row]
    response.close()
    assert TITLE in cells
    assert not [cell for cell in cells for secret in secrets if secret in cell]


def test_what_is_stored_for_others_names_nobody(hidden: Offer, secrets: list[str], run_jobs: Any) -> None:
    """Search index, lines for links, facets, audit rows and their details."""
    run_jobs()
    info = describe([("offer", hidden.id)])[("offer", hidden.id)]
    assert (info.author_id, info.organisation_id, info.author_name) == (None, None, "")
    stored = [
        *(f"{row.title} {row.body}" for row in db.session.execute(select(SearchDoc)).scalars() if row.kind == "offer"),
        *(str(row.title) for row in db.session.execute(select(LinkEnd).where(LinkEnd.kind == "offer")).scalars()),
        *(row.code for row in db.session.execute(select(OfferFacet)).scalars()),
        *(
            json.dumps(row.data)
            for row in db.session.execute(select(AuditRow)).scalars()
            if row.subject_kind == "offer"
        ),
        *(json.dumps(row.content) for row in db.session.execute(select(AuditDetail)).scalars()),
    ]
    assert any(TITLE in one for one in stored)
    assert not [one for one in stored for secret in secrets if secret in one]
    assert not db.session.execute(select(OfferFacet).where(OfferFacet.facet == "owner")).first()


def test_the_whole_way_of_interest_names_nobody_before_both_agree(
    hidden: Offer, secrets: list[str], cast: Any, market: Market, new_client: Any, sign_in: Any, run_jobs: Any
) -> None:
    """Pages, notices and mails of the interested person, up to the moment at which both have agreed."""
    asker = sign_in(new_client(), cast.participant)
    interest = market.interest(hidden, share=False)
    db.session.commit()
    page = f"/de/partners/interests/{interest.id}"

    def everything() -> str:
        run_jobs()
        mails = [
            f"{mail.subject} {mail.text} {mail.html}"
            for mail in db.session.execute(select(Mail).where(Mail.recipient == cast.participant.email)).scalars()
        ]
        notices = db.session.execute(select(Notice).where(Notice.person_id == cast.participant.id)).scalars()
        pages = [body(asker, path) for path in (page, "/de/partners/mine", "/de/me/", f"/de/partners/{hidden.slug}")]
        return "\n".join([*mails, *(json.dumps(one.context) for one in notices), *pages])

    assert not [secret for secret in secrets if secret in everything()]
    interests.accept(actor(cast.owner), interest.id, contact="Olga Owner, 0361 12345")
    db.session.commit()
    assert not [secret for secret in [*secrets, "0361 12345"] if secret in everything()]
    interests.share_contact(actor(cast.participant), interest.id)
    db.session.commit()
    words = body(asker, page)
    assert "Feinwerk Saaletal" in words
    assert "0361 12345" in words
    # everyone else is where they were
    assert cast.company.name["de"] not in body(new_client(), f"/de/partners/{hidden.slug}")


def test_the_interested_persons_contact_is_hidden_as_well(
    market: Market, cast: Any, new_client: Any, sign_in: Any, run_jobs: Any
) -> None:
    offer = market.offer()
    interest = market.interest(offer, share=False)
    db.session.commit()
    side = sign_in(new_client(), cast.owner)
    page = f"/de/partners/interests/{interest.id}"
    hidden = ["Paula", "0361 000", cast.participant.email]
    run_jobs()
    mails = [
        f"{m.text} {m.html}" for m in db.session.execute(select(Mail)).scalars() if m.recipient == cast.owner.email
    ]
    assert mails
    for words in (body(side, page), body(side, "/de/partners/mine"), *mails):
        assert not [secret for secret in hidden if secret in words]
    interests.accept(actor(cast.owner), interest.id, contact="Olga")
    db.session.commit()
    assert "0361 000" not in body(side, page)
    interests.share_contact(actor(cast.participant), interest.id)
    db.session.commit()
    assert "0361 000" in body(side, page)
    interests.take_back(actor(cast.participant), interest.id)
    db.session.commit()
    assert "0361 000" not in body(side, page)


def test_going_without_name_holds_at_once_and_naming_waits(market: Market, cast: Any, client: Any) -> None:
    offer = market.offer(TITLE)
    db.session.commit()
    address = f"/de/partners/{offer.slug}"
    assert "Feinwerk" in client.page(address).text
    newest = operations.newest_version(offer.id)
    operations.change_offer(actor(cast.owner), offer.id, text(offer.owner, TITLE, anonymous=True), newest.id)
    db.session.commit()
    assert "Feinwerk" not in client.page(address).text
    market.decide(offer, "reject")  # the newer text is refused; who wished to stay unnamed stays so
    db.session.commit()
    assert "Feinwerk" not in client.page(address).text
    newest = operations.newest_version(offer.id)
    operations.change_offer(actor(cast.owner), offer.id, text(offer.owner, TITLE, anonymous=False), newest.id)
    db.session.commit()
    assert "Feinwerk" not in client.page(address).text
    market.decide(offer, "publish")
    db.session.commit()
    assert "Feinwerk" in client.page(address).text


def test_an_owner_without_public_page_is_not_named(market: Market, cast: Any, make: Any, client: Any) -> None:
    """An idea that was withdrawn takes its name off the offers, and gives it back when it is public again."""
    consultation = make.consultation(slug="open-region")
    idea = make.idea("Geteilter Prüfstand", consultation=consultation, author=cast.owner)
    offer = operations.send_offer(actor(cast.owner), text(("idea", idea.id), TITLE))
    market.decide(offer, "publish")
    db.session.commit()
    address = f"/de/partners/{offer.slug}"
    assert "Geteilter Prüfstand" in client.page(address).text
    make.decide("idea", _look(cast, idea), "hide", reason="unreadable", note="Ein Satz.")
    db.session.commit()
    assert "Geteilter Prüfstand" not in client.page(address).text


def _look(cast: Any, idea: Any) -> int:
    look_again(actor(cast.moderator), "idea", idea.id)
    assert waiting_case("idea", idea.id) is not None
    number: int = idea.id
    return number


def test_a_renamed_owner_is_renamed_here(market: Market, cast: Any, client: Any) -> None:
    offer = market.offer()
    cast.company.name = {"de": "Feinwerk Unstruttal", "en": "Feinwerk Unstruttal"}
    touch("organisation", cast.company.id)
    db.session.commit()
    assert "Feinwerk Unstruttal" in client.page(f"/de/partners/{offer.slug}").text
