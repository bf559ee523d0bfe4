"""In whose name people stand for an idea: organisations that sign off, moderators who belong to one, support in a merger."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import erasure
from consult.core.access import SYSTEM
from consult.core.audit import AuditRow
from consult.core.registry import registries
from consult.ideas import coauthoring, drafting, operations, tokens
from consult.ideas.models import Idea, Support
from consult.moderation.operations import Choice, claim, decide, look_again, overturn_decision, reverse
from consult.moderation.queries import decisions_for, version_text
from tests.support.mail import paths
from tests.support.page import html


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    found: Idea = make.idea(
        "Prüfstand teilen", consultation=consultation, author=cast.owner, organisation="Feinwerk Saaletal"
    )
    db.session.commit()
    return found


def invited_path(outbox: Any, recipient: Any) -> str:
    return next(one for one in paths(outbox.last(recipient)) if "/ideas/invited/" in one)


def test_where_an_organisation_signs_off_who_releases_there_lets_its_name_stand(
    idea: Idea, make: Any, client: Any, new_client: Any, sign_in: Any, cast: Any, outbox: Any, db: Any
) -> None:
    house = make.organisation("Prüfhaus", signoff=True)
    author, approver, judge = (
        make.person(organisation=house, member_role=one) for one in ("author", "approver", "contact")
    )
    make.grant(judge, "moderator")
    pages = {}
    for person in (author, approver):
        coauthoring.invite(cast.actor(cast.owner), idea.id, person.email, "")
        pages[person] = invited_path(outbox, person)
    sign_in(client, author)
    fields = {"organisation": str(house.id), "confirm": "1"}
    refused = client.submit(pages[author], fields, form="main form")
    assert refused.status_code == 422 and "gibt jemand frei" in html(refused).errors()["organisation"]
    assert "Prüfhaus" not in new_client().page(f"/de/ideas/{idea.number}").text
    assert not registries.moderated["idea"].involved(cast.actor(judge), idea.id)
    sign_in(client, approver)
    client.submit(pages[approver], fields, form="main form")
    assert "Feinwerk Saaletal, Prüfhaus" in new_client().page(f"/de/ideas/{idea.number}").text
    assert registries.moderated["idea"].involved(cast.actor(judge), idea.id), (
        "nobody of its organisations decides on it"
    )


def test_support_for_an_organisation_stays_so_and_nobody_supports_their_own(
    idea: Idea, client: Any, make: Any, cast: Any, consultation: Any, db: Any, merge: Any
) -> None:
    target = make.idea("Prüfstände teilen", consultation=consultation, author=cast.outsider)
    house = make.organisation("Prüfhaus")
    for person, place in ((make.person(organisation=house), house.id), (cast.stranger, None)):
        operations.set_support(cast.actor(person), idea.id, True, place)
    row = coauthoring.invite(cast.actor(cast.outsider), target.id, cast.stranger.email, "")
    token = tokens.coauthor_token(target.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(cast.stranger), row.id, token, "Sven", "")
    merge(idea, target)
    db.session.commit()
    assert "Prüfhaus" in client.page(f"/de/ideas/{target.number}").text
    supporters = [one.person_id for one in db.session.query(Support).filter_by(idea_id=target.id)]
    db.session.refresh(target)
    assert cast.stranger.id not in supporters and target.support_count == len(supporters) == 1


def test_once_it_is_withdrawn_nobody_who_was_asked_reads_it(
    idea: Idea, client: Any, make: Any, cast: Any, sign_in: Any, db: Any, outbox: Any
) -> None:
    """The author reads that nobody can read the text any more: it holds for invitations and for those who stand for it."""
    asked, stands = make.person("Anna Asked"), make.person("Stefan Stands")
    pages = {}
    for person in (asked, stands):
        coauthoring.invite(cast.actor(cast.owner), idea.id, person.email, "")
        pages[person] = invited_path(outbox, person)
        assert "Antwort." in client.page(pages[person]).text
    client.submit(pages[stands], {"name": "Stefan Stands", "confirm": "1"}, form="main form")
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    assert "ist zurückgezogen" in outbox.last(stands).subject and "Einladung" not in outbox.last(asked).subject
    assert len(outbox.to(asked)) == 1, "who has not answered is told nothing"
    for person, address in pages.items():
        sign_in(client, person)
        page = client.page(address)
        assert "Antwort." not in page.text and not page.select("button[name=confirm]")
        client.page(f"/de/ideas/{idea.number}/versions/1", status=410, follow_redirects=True)
    assert "niemand mehr" in client.page(pages[asked]).text


def test_nobody_comes_to_stand_for_a_text_that_they_have_not_read(
    idea: Idea, client: Any, cast: Any, consultation: Any, db: Any, outbox: Any
) -> None:
    """The author sends another text while the page is open: it is shown, and asked anew."""
    coauthoring.invite(cast.actor(cast.owner), idea.id, "nora@firma.example", "")
    address = invited_path(outbox, "nora@firma.example")
    page = client.page(address)
    opened = {**page.form("main form"), "name": "Nora Neu", "confirm": "1"}
    bodies = {consultation.questions[0].id: "Etwas ganz anderes."}
    drafting.save_draft(idea.id, drafting.Changes(bodies=bodies), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    db.session.commit()
    answer = client.post(address, data=opened)
    page = html(answer)
    assert answer.status_code == 422 and "Etwas ganz anderes." in page.text
    assert (
        "hat sich geändert" in page.one("main [role=alert]").get_text() and page.form("main form")["name"] == "Nora Neu"
    )
    assert "Nora" not in client.page(f"/de/ideas/{idea.number}").text
    answer = client.post(address, data={**page.form("main form"), "confirm": "1"}, follow_redirects=True)
    assert "Ihr Name steht dabei: Nora Neu" in html(answer).text
    assert "Nora Neu" in client.page(f"/de/ideas/{idea.number}").text


@pytest.fixture
def merge(cast: Any) -> Any:
    """`merge(idea, target)`: a moderator joins one idea with another."""

    def carry_out(idea: Idea, target: Idea) -> None:
        moderator = cast.actor(cast.moderator)
        case = look_again(moderator, "idea", idea.id)
        claim(moderator, case.id)
        choice = Choice("merge", reason="duplicate", note="x", version=str(case.version_id or ""), target=target.number)
        decide(moderator, case.id, choice)

    return carry_out


@pytest.mark.parametrize("hops", [1, 2])
@pytest.mark.parametrize("how", ["author erased", "co-author erased", "co-author leaves"])
def test_a_name_goes_from_the_joint_idea_too(
    how: str, hops: int, client: Any, make: Any, cast: Any, consultation: Any, db: Any, merge: Any
) -> None:
    """Whoever has their account deleted, or stands for it no longer, is named nowhere: also where ideas were merged."""
    author, beside = make.person("Valentin Verfasser"), make.person("Berta Beistand")
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=author)
    row = coauthoring.invite(cast.actor(author), idea.id, beside.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(beside), row.id, token, "Berta Beistand", "")
    last = idea
    for number in range(hops):
        target = make.idea(f"Ziel {number}", consultation=consultation, author=cast.outsider)
        merge(last, target)
        last = target
    db.session.commit()
    page = client.page(f"/de/ideas/{last.number}").text
    assert "Valentin Verfasser" in page and "Berta Beistand" in page
    if how == "co-author leaves":
        coauthoring.refuse(cast.actor(beside), row.id, token)
    else:
        erasure.erase(SYSTEM, author.id if how == "author erased" else beside.id)
    db.session.commit()
    page = client.page(f"/de/ideas/{last.number}").text
    gone, stays = ("Valentin Verfasser", "Berta Beistand")[:: 1 if how == "author erased" else -1]
    assert gone not in page and stays in page and cast.outsider.name in page
    assert gone not in client.get(f"/api/v1/ideas/{last.number}").get_data(as_text=True)
    found = client.page(f"/de/search?q={gone.split()[1]}")
    assert f"/de/ideas/{last.number}" not in found.links("main a")


def test_the_private_page_of_a_merged_idea_leads_to_the_joint_one(
    idea: Idea, client: Any, make: Any, cast: Any, consultation: Any, db: Any, sign_in: Any, merge: Any
) -> None:
    target = make.idea("Prüfstände teilen", consultation=consultation, author=cast.outsider)
    merge(idea, target)
    db.session.commit()
    sign_in(client, cast.owner)
    page = client.page(f"/de/ideas/status/{tokens.status_token(idea.draft_key)}")
    assert f"/de/ideas/{target.number}" in page.links("main a:-soup-contains('Zur gemeinsamen Idee')")
    answer = client.get(f"/de/ideas/{idea.number}/versions/1", follow_redirects=True)
    assert (answer.status_code, answer.request.path) == (200, f"/de/ideas/{target.number}"), "old references lead on"


NAME_FORM = "main form[action$='/name']"


@pytest.mark.parametrize("hops", [1, 2])
def test_the_author_of_a_merged_idea_takes_only_their_own_name_away(
    hops: int, client: Any, make: Any, cast: Any, consultation: Any, db: Any, merge: Any
) -> None:
    """By the private address, for good and at once; who stands there beside them stays, and so does the joint idea."""
    author, beside = make.person("Valentin Verfasser"), make.person("Berta Beistand")
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=author)
    row = coauthoring.invite(cast.actor(author), idea.id, beside.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(beside), row.id, token, "Berta Beistand", "")
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    db.session.commit()
    assert not client.page(status).select(NAME_FORM), "it is their own idea yet"
    last = idea
    for number in range(hops):
        target = make.idea(f"Ziel {number}", consultation=consultation, author=cast.outsider)
        merge(last, target)
        last = target
    db.session.commit()
    page = client.page(status)
    assert "dort stehen beide Namen" in page.text and "Valentin Verfasser" in page.one(NAME_FORM).get_text()
    form = page.form(NAME_FORM)
    done = html(client.post(f"{status}/name", data=form, follow_redirects=True))
    assert "Ihr Name steht nicht mehr bei der gemeinsamen Idee." in done.text and not done.select(NAME_FORM)
    assert "beide Namen" not in done.text and "Ihr Name steht dort nicht" in done.text
    shown = client.page(f"/de/ideas/{last.number}").text
    assert "Valentin Verfasser" not in shown and "Berta Beistand" in shown and cast.outsider.name in shown
    assert "Valentin" not in client.get(f"/api/v1/ideas/{last.number}").get_data(as_text=True)
    assert f"/de/ideas/{last.number}" not in client.page("/de/search?q=Valentin").links("main a")
    # neither a second click nor what changes the names later brings it back
    assert client.post(f"{status}/name", data=form).status_code == 409
    coauthoring.refuse(cast.actor(beside), row.id, token)
    db.session.commit()
    shown = client.page(f"/de/ideas/{last.number}").text
    assert "Valentin Verfasser" not in shown and "Berta Beistand" not in shown
    (event,) = db.session.execute(select(AuditRow).where(AuditRow.event == "idea.name_taken_away")).scalars()
    assert event.subject_id == idea.id


def test_what_the_private_page_says_of_names_in_the_joint_idea_is_true(
    client: Any, make: Any, cast: Any, consultation: Any, db: Any, merge: Any
) -> None:
    nameless = make.idea("Ohne Namen", consultation=consultation, answers={1: ("Ja.", "anonymous")})
    named = make.idea("Mit Namen", consultation=consultation, author=make.person("Nora Neu"))
    target = make.idea("Ziel", consultation=consultation, author=cast.outsider)
    for one in (nameless, named):
        merge(one, target)
    db.session.commit()
    pages = [f"/de/ideas/status/{tokens.status_token(one.draft_key)}" for one in (nameless, named)]
    first, second = (client.page(one) for one in pages)
    assert "beide Namen" not in first.text and "Ihr Name steht dort nicht" in first.text and not first.select(NAME_FORM)
    assert "beide Namen" in second.text
    operations.withdraw(cast.actor(cast.outsider), target.id)
    db.session.commit()
    for one in map(client.page, pages):
        assert "beide Namen" not in one.text and "Die gemeinsame Idee ist nicht öffentlich" in one.text


def test_a_name_that_was_taken_away_does_not_come_back_by_another_merger(
    client: Any, make: Any, cast: Any, consultation: Any, db: Any, merge: Any
) -> None:
    """The page says: for good. What parts both ideas and joins them again brings no name back."""
    author = make.person("Valentin Verfasser")
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=author)
    target = make.idea("Ziel", consultation=consultation, author=cast.outsider)
    merge(idea, target)
    operations.take_name_away(cast.actor(author), idea.id)
    db.session.commit()
    reverse(cast.actor(cast.moderator), decisions_for("idea", idea.id)[-1].id)
    db.session.commit()
    assert "Valentin" in client.page(f"/de/ideas/{idea.number}").text, "its own page is as its answers say"
    merge(idea, target)
    db.session.commit()
    shown = client.page(f"/de/ideas/{target.number}").text
    assert "Valentin" not in shown and cast.outsider.name in shown


def test_who_wrote_what_was_merged_hears_that_the_joint_idea_is_withdrawn(
    make: Any, cast: Any, consultation: Any, db: Any, merge: Any, outbox: Any
) -> None:
    """Their own address led there, and nothing stands under it any more."""
    author, beside, first = make.person("Valentin Verfasser"), make.person("Berta Beistand"), make.person("Erste")
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=author)
    row = coauthoring.invite(cast.actor(author), idea.id, beside.email, "")
    coauthoring.confirm(
        cast.actor(beside), row.id, tokens.coauthor_token(idea.draft_key, row.email_key), "Berta Beistand", ""
    )
    before = make.idea("Noch früher", consultation=consultation, author=first)
    target = make.idea("Ziel", consultation=consultation, author=cast.outsider)
    merge(before, idea)
    merge(idea, target)
    db.session.commit()
    operations.withdraw(cast.actor(cast.outsider), target.id)
    db.session.commit()
    for person in (author, beside, first):
        (mail,) = outbox.to(person, "idea.coauthor_withdrawn")
        assert target.number in mail.text and "zurückgezogen" in mail.subject
    assert not outbox.to(cast.outsider, "idea.coauthor_withdrawn")


SAID = {
    "hide": "Verborgen",
    "restore": "Wieder zu lesen",
    "remove": "Entfernt",
    "reinstate": "Entscheidung zurückgenommen",
}


def test_who_wrote_what_was_merged_hears_what_moderation_decides_on_the_joint_idea(
    make: Any, cast: Any, consultation: Any, db: Any, merge: Any, outbox: Any, client: Any, run_jobs: Any, clock: Any
) -> None:
    """What its own author is told, but neither the passages of others nor the way to complain in that author's name."""
    one, first, gone = make.person("Valentin Verfasser"), make.person("Erste"), make.person("Fort")
    first.language = "en"
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=one)
    target = make.idea("Ziel", consultation=consultation, author=cast.outsider)
    merge(make.idea("Noch früher", consultation=consultation, author=first), idea)
    merge(idea, target)
    merge(make.idea("Noch eine", consultation=consultation, author=cast.outsider), target)
    merge(make.idea("Fort", consultation=consultation, author=gone), target)
    gone.deactivated_at = clock.now
    db.session.commit()
    clock.shift(minutes=20)
    run_jobs()
    actor, before = cast.actor(cast.moderator), len(outbox.to(gone, "moderation.decision"))

    def settle(outcome: str) -> Any:
        case = look_again(actor, "idea", target.id)
        passages = (("Ziel", "Gehört hier nicht her."),)
        choice = Choice(outcome, reason="insult", note="Der Satz »Ziel« ist eine Beleidigung.", passages=passages,
                        version=version_text(case))  # fmt: skip
        return told(decide(actor, case.id, choice), outcome)

    def told(decision: Any, outcome: str) -> Any:
        db.session.commit()
        run_jobs()
        mails = {person: outbox.to(person, "moderation.decision")[-1] for person in (one, first, cast.outsider)}
        assert {decision.number in mail.text for mail in mails.values()} == {True}, outcome
        mail = mails[one]
        assert mail.subject == f"{SAID[outcome]}: {target.number}"
        assert idea.number in mail.text and "Beleidigung" in mail.text and "»Ziel« ist" not in mail.text
        assert "Gehört hier nicht her" not in mail.text + mail.html and "/complaints/" not in mail.text + mail.html
        assert "of which your idea" in mails[first].text
        assert ("/complaints/" in mails[cast.outsider].text) is (outcome in ("hide", "remove"))
        (page,) = [path for path in paths(mail) if "/ideas/" in path]
        assert client.get(page).status_code == 200 and ("/status/" in page) is (outcome in ("hide", "remove"))
        assert sum(decision.number in one.text for one in outbox.to(cast.outsider, "moderation.decision")) == 1
        assert len(outbox.to(gone, "moderation.decision")) == before
        return decision

    settle("hide")
    removed = settle("remove")
    other = cast.actor(cast.moderator2)
    told(overturn_decision(other, removed.id, "insult", "Der Satz »Ziel« war keine Beleidigung."), "reinstate")
    settle("hide")
    restored = settle("restore")
    reverse(actor, restored.id)
    db.session.commit()
    assert all(restored.number not in mail.text or mail.cancelled_at for mail in outbox.to(one, "moderation.decision"))
