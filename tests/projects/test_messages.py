"""Messages of hosts: nobody reads them before moderation, letters leave once and late, every decision can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from consult.core import audit
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.core.registry import Verdict, registries
from consult.core.states import move
from consult.moderation.operations import reverse
from consult.moderation.queries import offered_outcomes, waiting_case
from consult.projects import message_review, message_rules, messages
from consult.projects.message_rules import KIND, MESSAGE, PARTICIPANTS, PUBLIC
from consult.projects.messages import Words
from consult.projects.models import Activity, ActivityMessage, ActivityMessageVersion
from tests.projects.crowd import put
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("clock")

PATH = "/de/activities/werkstatt"


@pytest.fixture
def activity(clock: Any, make: Any, cast: Any) -> Activity:
    """An activity that the company hosts."""
    assert clock is not None
    return make.activity("Werkstatt", slug="werkstatt", organiser_kind="organisation", organiser_id=cast.company.id)


def write(
    make: Any, cast: Any, activity: Activity, audience: str = PARTICIPANTS, title: str = "Bitte mitbringen"
) -> Any:
    return messages.write_message(
        make.actor(cast.colleague), activity.id, Words(title, "Feste **Schuhe**.", "de", audience)
    )


def decide(make: Any, message: ActivityMessage, outcome: str) -> Any:
    found = make.decide(
        KIND, message.id, outcome, reason="" if outcome in ("publish", "restore") else "off-topic", note="So."
    )
    db.session.refresh(message)
    return found


# ---- decision tables ------------------------------------------------------------------------------------------------

STATES = ("pending", "published", "returned", "rejected", "hidden", "removed", "withdrawn")
TABLE = {
    ("pending", "publish"): "published", ("pending", "return"): "returned", ("pending", "reject"): "rejected",
    ("published", "publish"): "published", ("published", "hide"): "hidden", ("published", "remove"): "removed",
    ("hidden", "restore"): "published", ("hidden", "remove"): "removed", ("removed", "restore"): "published",
    ("returned", "reinstate"): "published", ("rejected", "reinstate"): "published", ("hidden", "reinstate"): "published",
    ("removed", "reinstate"): "published",
}  # fmt: skip


def _verdict(outcome: str, decision_id: int = 0) -> Verdict:
    return Verdict(outcome, "off-topic", "So.", (), decision_id, 0, None)


@pytest.mark.parametrize("outcome", ["publish", "return", "reject", "hide", "restore", "remove", "reinstate", "redact"])
@pytest.mark.parametrize("state", STATES)
def test_what_moderation_may_do(make: Any, cast: Any, activity: Activity, state: str, outcome: str) -> None:
    message = ActivityMessage(activity_id=activity.id, title="T", body="B", status=state, host_name="H")
    make.add(message)
    actor = make.actor(cast.moderator)
    offered = {one for (source, one) in TABLE if source == state and one != "reinstate"}
    assert set(message_review.outcomes(message.id, None)) == offered
    expected = TABLE.get((state, outcome))
    if expected is None:
        with pytest.raises(Conflict):
            messages.apply_verdict(actor, message.id, _verdict(outcome))
        assert message.status == state
    else:
        messages.apply_verdict(actor, message.id, _verdict(outcome))
        assert message.status == expected


WRITERS = {"colleague", "owner", "editor"}


@pytest.mark.parametrize(
    "who", ["colleague", "owner", "editor", "outsider", "cluster_manager", "participant", "moderator", "admin"]
)
def test_who_writes(make: Any, cast: Any, activity: Activity, who: str) -> None:
    actor, waiting = make.actor(getattr(cast, who)), write(make, cast, activity)
    acts: list[Callable[[], Any]] = [
        lambda: messages.write_message(actor, activity.id, Words("T", "B")),
        lambda: messages.withdraw_message(actor, waiting.id),
    ]
    for act in acts:
        if who in WRITERS:
            assert act().status in ("pending", "withdrawn")
        else:
            with pytest.raises(Refused):
                act()


@pytest.mark.parametrize("audience", [PUBLIC, PARTICIPANTS])
@pytest.mark.parametrize("state", STATES)
def test_who_reads(
    client: Any, new_client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity, state: str, audience: str
) -> None:
    put(activity, cast.participant, "confirmed")
    gone = make.person()
    put(activity, gone, "cancelled")
    message = make.add(
        ActivityMessage(activity_id=activity.id, title="Titel", body="B", status=state, host_name="Feinwerk",
                        audience=audience, published_at=activity.created_at)
    )  # fmt: skip
    out = state == "published"
    readers = {
        None: out and audience == PUBLIC, cast.participant: out, gone: out and audience == PUBLIC, cast.colleague: True,
        cast.stranger: out and audience == PUBLIC, cast.moderator: out and audience == PUBLIC, cast.editor: True,
    }  # fmt: skip
    for person, expected in readers.items():
        browser = new_client() if person is None else sign_in(new_client(), person)
        response = browser.get(f"{PATH}/messages/{message.id}")
        assert response.status_code == (200 if expected else 404), person and person.name
        on_page = out and (audience == PUBLIC or person is cast.participant)
        assert ("Titel" in browser.get(PATH).text) == on_page, person and person.name
    info = registries.subjects[KIND].describe([message.id])[message.id]
    assert info.public == (out and audience == PUBLIC)


def test_nobody_decides_on_the_words_of_their_own_house(make: Any, cast: Any, activity: Activity) -> None:
    message = write(make, cast, activity)
    for person, tied in ((cast.colleague, True), (cast.owner, True), (cast.moderator, False), (cast.outsider, False)):
        assert message_review.involved(make.actor(person), message.id) is tied
    insider = make.person(roles=("moderator",), organisation=cast.company)
    with pytest.raises(Refused):
        make.decide(KIND, message.id, "publish", moderator=insider)


@pytest.mark.parametrize(
    ("steps", "undone"),
    [
        (["publish"], "pending"), (["return"], "pending"), (["reject"], "pending"), (["publish", "hide"], "published"),
        (["publish", "hide", "restore"], "hidden"), (["publish", "hide", "remove"], "hidden"),
    ],
)  # fmt: skip
def test_every_decision_can_be_taken_back(
    make: Any, cast: Any, activity: Activity, clock: Any, steps: list[str], undone: str
) -> None:
    message = write(make, cast, activity)
    for step in steps:
        if waiting_case(KIND, message.id) is None:
            _look(make, cast, message)
        decision = decide(make, message, step)
        clock.shift(minutes=2)
    reverse(make.actor(db.session.get(type(cast.moderator), decision.moderator_id)), decision.id)
    assert message.status == undone
    assert not list(audit.verify())


def _look(make: Any, cast: Any, message: ActivityMessage) -> None:
    from_operations = registries.moderated[KIND]
    assert from_operations.due_days(message.id) == 1
    messages.open_case(
        KIND, message.id, message.version_id, consultation_id=None, due_days=1, title="T", language="de",
        author_id=message.author_id, source="look",
    )  # fmt: skip


def test_a_removal_of_what_was_public_is_undone_to_public(make: Any, cast: Any, activity: Activity) -> None:
    message = write(make, cast, activity)
    decide(make, message, "publish")
    _look(make, cast, message)
    decision = decide(make, message, "remove")
    messages.reverse_verdict(make.actor(cast.moderator), message.id, _verdict("remove", decision.id))
    assert message.status == "published"


def test_a_report_on_what_few_may_read_can_be_answered(make: Any, cast: Any, activity: Activity) -> None:
    message = write(make, cast, activity)
    decide(make, message, "publish")
    _look(make, cast, message)
    case = waiting_case(KIND, message.id)
    assert case is not None
    assert "publish" in offered_outcomes(case, registries.subjects[KIND].describe([message.id])[message.id])
    decision = decide(make, message, "publish")
    assert message.status == "published"
    messages.reverse_verdict(make.actor(cast.moderator), message.id, _verdict("publish", decision.id))
    assert message.status == "published"


# ---- letters --------------------------------------------------------------------------------------------------------


def _crowd(make: Any, activity: Activity) -> dict[str, Any]:
    people = {status: make.person(status) for status in ("confirmed", "waiting", "requested", "cancelled", "quiet")}
    for status, person in people.items():
        place = put(activity, person, "confirmed" if status == "quiet" else status)
        place.wants_messages = status != "quiet"
    return people


def test_letters_leave_once_and_ten_minutes_later(
    make: Any, cast: Any, activity: Activity, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    people = _crowd(make, activity)
    message = write(make, cast, activity)
    run_jobs()
    assert not any(outbox.to(person, "activities.message") for person in people.values())
    decide(make, message, "publish")
    clock.shift(minutes=9)
    run_jobs()
    assert not any(outbox.to(person, "activities.message") for person in people.values())
    clock.shift(minutes=2)
    for _again in range(2):
        run_jobs()
    got = {name for name, person in people.items() if outbox.to(person, "activities.message")}
    assert got == {"confirmed", "waiting", "requested"}
    (mail,) = outbox.to(people["confirmed"], "activities.message")
    assert mail.subject == "Werkstatt: Bitte mitbringen" and "Feste Schuhe." in mail.text
    assert "Feinwerk Saaletal schreibt an alle, die teilnehmen" in mail.text and "/place/" in mail.text
    _look(make, cast, message)
    decide(make, message, "hide")
    decide(make, message, "restore")
    clock.shift(minutes=30)
    run_jobs()
    assert len(outbox.to(people["confirmed"], "activities.message")) == 1


@pytest.mark.parametrize("again", [False, True])
def test_what_is_taken_back_in_time_reaches_nobody(
    make: Any, cast: Any, activity: Activity, clock: Any, run_jobs: Any, outbox: Any, again: bool
) -> None:
    put(activity, cast.participant, "confirmed")
    message = write(make, cast, activity)
    decision = decide(make, message, "publish")
    clock.shift(minutes=8)
    reverse(make.actor(db.session.get(type(cast.moderator), decision.moderator_id)), decision.id)
    if again:
        decide(make, message, "publish")
    clock.shift(minutes=5)
    run_jobs()
    assert not outbox.to(cast.participant, "activities.message")
    clock.shift(minutes=10)
    run_jobs()
    assert len(outbox.to(cast.participant, "activities.message")) == (1 if again else 0)


def test_the_author_is_told_and_sends_again(
    client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    message = write(make, cast, activity)
    decide(make, message, "return")
    clock.shift(minutes=11)
    run_jobs()
    assert any("Werkstatt" in mail.subject or "Werkstatt" in mail.text for mail in outbox.to(cast.colleague))
    sign_in(client, cast.colleague)
    address = f"{PATH}/messages/{message.id}/edit"
    stale = client.page(address).form()
    assert client.submit(address, {"body": "Bitte feste Schuhe."}).status_code == 303
    db.session.refresh(message)
    assert message.status == "pending" and db.session.query(ActivityMessageVersion).count() == 2
    response = client.post(address, data={**stale, "body": "Spät."})
    assert response.status_code == 409 and "Spät." in html(response).form()["body"]
    review = registries.moderated[KIND].review(message.id, None)
    assert review.parts[0].source == "Bitte feste Schuhe." and "Schuhe" in review.previous[0].source
    previews = registries.moderated[KIND].preview
    assert previews is not None
    assert not previews(message.id, None, "public") and previews(message.id, message.version_id, "author")


# ---- in the browser -------------------------------------------------------------------------------------------------


def test_written_moderated_read(
    client: Any, new_client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity
) -> None:
    sign_in(client, cast.colleague)
    assert "Nachrichten an alle, die teilnehmen" in client.page(PATH).text
    bad = client.submit(f"{PATH}/messages/new", {"title": "", "body": "Nur Text", "audience": "alle"})
    assert bad.status_code == 422 and html(bad).form()["body"].strip() == "Nur Text"
    sent = {"title": "Neuer Raum", "body": "Wir treffen uns im **Saal**.", "audience": "public"}
    assert client.submit(f"{PATH}/messages/new", sent).status_code == 303
    assert "Neuer Raum" in client.page(f"{PATH}/messages/").text
    visitor = new_client()
    assert "Neuer Raum" not in visitor.get(PATH).text
    case = waiting_case(KIND, db.session.query(ActivityMessage).one().id)
    assert case is not None and case.due_at - case.opened_at < timedelta(days=2)
    judge = sign_in(new_client(), cast.moderator)
    page = judge.page(f"/de/moderation/cases/{case.id}")
    assert "Wir treffen uns im" in page.text and "Werkstatt" in page.text
    make.decide(KIND, case.subject_id, "publish")
    page = visitor.page(PATH)
    assert "Neuer Raum" in page.text and "Feinwerk Saaletal" in page.text
    own = f"{PATH}/messages/{case.subject_id}"
    report = next(link for link in visitor.page(own).links("main a") if "/report?" in link)
    assert visitor.get(report).status_code == 200
    assert message_review.resolve({"slug": "werkstatt", "message_id": case.subject_id}) == (KIND, case.subject_id)
    assert client.submit(own, form="form[action$='/withdraw']").status_code == 303
    assert visitor.get(own).status_code == 404 and "Neuer Raum" not in visitor.get(PATH).text
    assert {one.body for one in db.session.query(ActivityMessageVersion)} == {""}


def test_mail_is_switched_off_with_and_without_an_account(
    client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity
) -> None:
    from_link = put(activity, cast.stranger, "confirmed")
    own = put(activity, cast.participant, "confirmed")
    sign_in(client, cast.participant)
    client.submit(PATH, form="form[action$='/messages/mail']")
    db.session.refresh(own)
    assert not own.wants_messages
    token = messages_token(activity, from_link)
    client.submit(f"{PATH}/place/{token}", form="form[action$='/messages']")
    db.session.refresh(from_link)
    assert not from_link.wants_messages
    assert "Nachrichten per E-Mail bestellen" in client.page(f"{PATH}/place/{token}").text


def messages_token(activity: Activity, place: Any) -> str:
    from consult.projects.tokens import place_token

    return place_token(activity.id, place.person_id, place.position)


@pytest.mark.parametrize(
    "words", [Words("", "Text"), Words("Titel", ""), Words("Titel", "  "), Words("T", "B", "de", "x")]
)
def test_empty_words_are_none(make: Any, cast: Any, activity: Activity, words: Words) -> None:
    with pytest.raises(Invalid):
        messages.write_message(make.actor(cast.colleague), activity.id, words)


def test_what_is_known_of_a_host_is_given_and_erased(make: Any, cast: Any, activity: Activity) -> None:
    first, second = write(make, cast, activity), write(make, cast, activity, title="Zwei")
    decide(make, first, "publish")
    entry = registries.personal_data["projects"]
    assert [one["title"] for one in entry.export(cast.colleague.id)["messages"]] == ["Bitte mitbringen", "Zwei"]
    entry.erase(cast.colleague.id)
    db.session.expire_all()
    assert first.body and not second.body and first.author_id is None and second.author_id is None


def test_a_machine_move_outside_its_table_is_refused(make: Any, cast: Any, activity: Activity) -> None:
    message = write(make, cast, activity)
    with pytest.raises(DomainError):
        move(MESSAGE, message, "restore", make.actor(cast.moderator))
    assert message_rules.AUDIENCES == (PUBLIC, PARTICIPANTS)


def test_queries_do_not_grow(app: Any, client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity) -> None:
    sign_in(client, cast.colleague)
    counts: list[int] = []
    for size in (2, 9):
        for number in range(size):
            make.add(ActivityMessage(activity_id=activity.id, title=f"T {number}", body="B", status="published",
                                     host_name="H", audience=PUBLIC, published_at=activity.created_at))  # fmt: skip
        for path, budget in ((PATH, 10), (f"{PATH}/messages/", 8)):
            client.get(path)
            with count_queries(app, at_most=budget) as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
    assert counts[:2] == counts[2:]
