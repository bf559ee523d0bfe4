"""Whoever takes a new name stands under it everywhere, also by what was published before; where an organisation's name
stands, it stays, and what was said without a name gets none.

A made-up name is often taken because the own one should not be read any more.
"""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts import erasure
from consult.comments.operations import Text, write_comment
from consult.comments.queries import subject_by_key
from consult.core.access import SYSTEM
from consult.ideas import coauthoring, tokens
from consult.moderation.operations import Choice, decide
from consult.moderation.queries import waiting_case
from consult.projects import messages
from consult.projects.message_rules import PUBLIC

OLD, NEW = "Aurelia Muster", "Messtechnikerin"
OUTLETS = (
    "/de/ideas/", "/de/ideas/?q=Laborzeiten&format=csv", "/de/ideas/?format=json", "/de/ideas/?format=atom",
    "/de/search?q=Laborzeiten", "/de/search?q=Aurelia", "/api/v1/ideas", "/de/activities/werkstatt",
)  # fmt: skip


@pytest.fixture
def person(make: Any) -> Any:
    return make.person(OLD, roles=("participant", "editor"))


@pytest.fixture
def published(make: Any, cast: Any, consultation: Any, person: Any, db: Any) -> dict[str, str]:
    """What stands under the person's name, in its several ways: address of each by what it is."""
    company = make.organisation("Feinwerk Ilmtal")
    make.member(person, company)
    own = make.idea("Freie Laborzeiten", consultation=consultation, author=person)
    joint = make.idea("Laborzeiten zu zweit", consultation=consultation)
    row = coauthoring.invite(make.actor(cast.moderator2), joint.id, person.email, "")
    coauthoring.confirm(make.actor(person), row.id, tokens.coauthor_token(joint.draft_key, row.email_key), OLD, "")
    target = make.idea("Alle Laborzeiten", consultation=consultation)
    merged = make.idea("Laborzeiten noch einmal", consultation=consultation, author=person, status="submitted")
    case = waiting_case("idea", merged.id)
    assert case is not None
    choice = Choice("merge", version=str(case.version_id), reason="duplicate", note="Dasselbe.", target=target.number)
    decide(cast.actor(cast.moderator), case.id, choice)
    firm = make.idea("Laborzeiten der Firma", consultation=consultation, author=person, organisation="Feinwerk Ilmtal")
    silent = make.idea("Laborzeiten", consultation=consultation, author=person, answers={1: ("So.", "anonymous")})
    for subject in (own, firm):
        write_comment(make.actor(person), subject_by_key("idea", subject.number), Text("Gern auch freitags."))
    activity = make.activity("Werkstatt", slug="werkstatt")
    said = messages.write_message(make.actor(person), activity.id, messages.Words("Schuhe", "Feste.", "de", PUBLIC))
    make.decide("activity_message", said.id, "publish")
    db.session.commit()
    ideas = {"own": own, "joint": joint, "target": target, "firm": firm, "silent": silent}
    return {name: f"/de/ideas/{idea.number}" for name, idea in ideas.items()}


def everything(client: Any, published: dict[str, str]) -> dict[str, str]:
    found = {}
    for address in (*published.values(), *OUTLETS):
        with client.get(address) as answer:
            assert answer.status_code == 200, address
            found[address] = answer.get_data(as_text=True).replace("q=Aurelia", "").replace("»Aurelia«", "")
    return found


def take_name(client: Any, sign_in: Any, person: Any, name: str) -> None:
    sign_in(client, person)
    answer = client.submit("/de/account/", {"name": name, "language": "de"}, form="main form:has([name=name])")
    assert answer.status_code == 303


def test_a_new_name_stands_wherever_the_old_one_stood(
    new_client: Any, sign_in: Any, person: Any, published: dict[str, str], db: Any
) -> None:
    before = everything(new_client(), published)
    assert all(OLD in before[published[name]] for name in ("own", "joint", "target", "firm"))
    assert OLD not in before[published["silent"]] and OLD in before["/de/activities/werkstatt"]
    take_name(new_client(), sign_in, person, NEW)
    after = everything(new_client(), published)
    assert [address for address, text in after.items() if OLD in text] == []
    assert all(NEW in after[address] for address, text in before.items() if OLD in text and "q=Aurelia" not in address)
    assert "Feinwerk Ilmtal" in after[published["firm"]] and NEW not in after[published["silent"]]
    assert "Freie Laborzeiten" in new_client().page(f"/de/search?q={NEW}").text


def test_a_name_that_stays_changes_nothing(
    new_client: Any, sign_in: Any, person: Any, published: dict[str, str], db: Any
) -> None:
    before = everything(new_client(), published)
    take_name(new_client(), sign_in, person, OLD)
    assert everything(new_client(), published) == before


def test_who_is_gone_stands_nowhere(new_client: Any, person: Any, published: dict[str, str], db: Any) -> None:
    erasure.erase(SYSTEM, person.id)
    db.session.commit()
    after = everything(new_client(), published)
    assert [address for address, text in after.items() if OLD in text] == []
    assert "Schuhe" in after["/de/activities/werkstatt"]
