"""For whom somebody acts: one field at every action, the last choice remembered, the right checked at the write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from consult.comments.models import Comment
from consult.core.db import db as database
from consult.ideas.models import Idea, Support
from consult.organisations.models import OrganisationMember
from consult.partnering.models import Offer, OfferInterest
from consult.projects.models import Membership, Participation
from tests.partnering.conftest import Market
from tests.partnering.test_pages import FIELDS
from tests.support.page import html

FIRST, SECOND = "Beispiel-Sensorik GmbH", "Zweitbetrieb GmbH"
TYPED = "Ein Satz, der nicht verloren gehen darf, auch wenn der Platz in der Organisation gerade geendet hat."


@dataclass
class Action:
    """One action: where its form stands, which field says for whom, what else is typed, and who it was for in the end."""

    page: str
    form: str
    field: str
    value: Any  # organisation -> the field's value
    typed: dict[str, Any]
    made_for: Any  # () -> the organisation's id
    again: Any = None  # () -> a new page, where the action is done once only

    def send(self, client: Any, organisation: Any, **more: Any) -> Any:
        page = client.page(self.page)
        fields = page.form(self.form) | self.typed | more
        fields[self.field] = self.value(organisation) if organisation is not None else ""
        return client.post(str(page.one(self.form).get("action") or self.page), data=fields)


def newest(column: Any, order: Any = None) -> Any:
    """The organisation of what was written last."""
    database.session.rollback()
    by = column.class_.created_at if order is None else order
    found = database.session.execute(select(column).order_by(by.desc())).first()
    return found[0] if found else "nothing"


@pytest.fixture
def actions(make: Any, cast: Any, db: Any) -> dict[str, Action]:
    """Each action in the same world."""
    consultation = make.consultation(slug="open-region")
    idea = make.idea("Fremde Idee", consultation=consultation, author=cast.stranger)
    market = Market(make, cast)
    offer = market.offer()
    activity, project = make.activity(), make.project(joining={"roles": [{"role": "expertise"}]}, joining_open=True)
    db.session.commit()
    number = lambda organisation: str(organisation.id)  # noqa: E731
    return {
        "idea": Action(
            "/de/ideas/new", "#idea-form", "organisation", lambda one: one.name["de"],
            {"title": "Neu", "answer-1": TYPED, "save": "1"}, lambda: newest(Idea.organisation_id),
        ),
        "comment": Action(
            f"/de/comments/idea/{idea.number}/new", "main form:has([name=body])", "organisation", number, {"body": TYPED},
            lambda: newest(Comment.organisation_id),
        ),
        "support": Action(
            f"/de/ideas/{idea.number}", "form:has([name=acting])", "acting", number, {},
            lambda: newest(Support.organisation_id),
        ),
        "activity": Action(
            f"/de/activities/{activity.slug}/join", "main form:has([name=message])", "acting", number, {"message": TYPED},
            lambda: newest(Participation.organisation_id),
        ),
        "project": Action(
            f"/de/projects/{project.slug}/join", "main form:has([name=message])", "acting", number, {"message": TYPED},
            lambda: newest(Membership.organisation_id),
        ),
        "offer": Action(
            "/de/partners/new", "main form:has([name=months])", "owner", lambda one: f"organisation/{one.id}",
            {**FIELDS, "body_de": TYPED}, lambda: newest(Offer.owner_id, Offer.id),
        ),
        "interest": Action(
            f"/de/partners/{offer.slug}/interest", "main form:has([name=wants])", "behalf",
            lambda one: f"organisation/{one.id}", {"wants": TYPED, "brings": "Mut.", "when_how": "Bald."},
            lambda: database.session.execute(select(OfferInterest.from_id)).scalar(),
        ),
    }  # fmt: skip


def test_every_action_says_for_whom(
    actions: dict[str, Action], make: Any, sign_in: Any, new_client: Any, db: Any
) -> None:
    """For each action: both organisations and oneself are offered, the choice counts and is chosen next time, and what is
    sent after the membership has ended is refused at the field with everything typed."""
    first, second, left = make.organisation(FIRST), make.organisation(SECOND), make.organisation("Früherer Betrieb")
    only_contact = make.organisation("Nur Kontakt")
    person = make.person("Petra Person")
    for place, role in ((first, "author"), (second, "manager"), (left, "author"), (only_contact, "contact")):
        make.member(person, place, role)
    db.session.commit()
    client = sign_in(new_client(), person)
    wanted = second
    for name, action in actions.items():
        page = client.page(action.page)
        select_box = page.one(f"{action.form} [name={action.field}]")
        offered = {str(one["value"]) for one in select_box.select("option")}
        values = {action.value(one) for one in (first, second, left)}
        assert values <= offered and action.value(only_contact) not in offered, name
        if name != "offer":
            assert "" in offered, name
        if name != "idea":
            chosen = select_box.select_one("option[selected]") or select_box.select_one("option")
            assert str(chosen["value"]) == action.value(wanted), (name, "the last choice is chosen")
        # the membership ends while the form is open
        open_page = client.page(action.page)
        fields = open_page.form(action.form) | action.typed | {action.field: action.value(left)}
        db.session.query(OrganisationMember).filter_by(person_id=person.id, organisation_id=left.id).delete()
        db.session.commit()
        before = action.made_for()
        refused = client.post(str(open_page.one(action.form).get("action") or action.page), data=fields)
        assert refused.status_code in (403, 422), (name, refused.status_code)
        if action.typed:
            assert TYPED in html(refused).text or TYPED in str(html(refused).forms()), name
        assert "schreiben" in html(refused).text or "sprechen" in html(refused).text, name
        assert action.made_for() in (before, None), (name, "nothing is done in the name of what one has left")
        make.member(person, left, "author")
        db.session.commit()
        done = action.send(client, second)
        assert done.status_code == 303, (name, done.status_code, html(done).errors())
        assert action.made_for() == second.id, name
    assert SECOND in client.page(actions["support"].page).text, "who supports it for their organisation is named"


def test_for_oneself_is_remembered_too(
    actions: dict[str, Action], make: Any, sign_in: Any, client: Any, db: Any
) -> None:
    person, place = make.person("Petra Person"), make.organisation(FIRST)
    make.member(person, place, "author")
    db.session.commit()
    sign_in(client, person)
    assert actions["comment"].send(client, None).status_code == 303 and actions["comment"].made_for() is None
    box = client.page(actions["activity"].page).one("[name=acting]")
    assert (box.select_one("option[selected]") or box.select_one("option"))["value"] == ""
    without = make.person("Ohne Platz")
    db.session.commit()
    other = sign_in(client.application.test_client(), without)
    assert not html(other.get(actions["activity"].page)).select("[name=acting]"), "nothing to choose, no field"
