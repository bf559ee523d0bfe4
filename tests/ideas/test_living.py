"""What becomes of an idea: versions with their changes, co-authors, links with a history, timelines, deletion for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.errors import Conflict
from consult.core.i18n import format_day
from consult.core.registry import registries
from consult.core.states import Machine
from consult.ideas import coauthoring, drafting, operations, rules, tokens, withdrawing
from consult.ideas.models import Answer, Idea, IdeaCoauthor, IdeaVersion
from consult.links.models import Link
from consult.links.operations import confirm as confirm_link
from consult.moderation.operations import Choice, claim, decide, look_again
from consult.moderation.queries import waiting_case
from tests.support.mail import paths
from tests.support.page import html, plain_spaces


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    """A published idea with an answer for everyone, one without name and one for the ministry."""
    found: Idea = make.idea(
        "Prüfstand teilen",
        consultation=consultation,
        author=cast.owner,
        answers={
            1: "Wir haben zwei Prüfstände.",
            2: ("Namenlos gesagt.", "anonymous"),
            3: ("Vertraulich.", "ministry"),
        },
        organisation="Feinwerk Saaletal",
    )
    db.session.commit()
    return found


@pytest.fixture
def second_version(idea: Idea, cast: Any, make: Any, db: Any, consultation: Any, clock: Any) -> Idea:
    """The same with a second version that is public."""
    clock.shift(days=3)
    questions = {one.position: one.id for one in consultation.questions}
    changes = drafting.Changes(
        fields={"title": "Prüfstände teilen"}, bodies={questions[1]: "Wir haben drei freie Prüfstände."}
    )
    drafting.save_draft(idea.id, changes, tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    db.session.refresh(idea)
    return idea


def status_url(idea: Idea) -> str:
    return f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"


# ---- versions -------------------------------------------------------------------------------------------------------


def test_what_changed_is_marked_word_by_word(second_version: Idea, client: Any) -> None:
    idea = second_version
    page = client.page(f"/de/ideas/{idea.number}")
    address = next(link for link in page.links() if link.endswith("/versions/2"))
    page = client.page(address)
    assert [one.get_text() for one in page.select(".c-diff del")] == ["Prüfstand ", "zwei "]
    assert [one.get_text() for one in page.select(".c-diff ins")] == ["Prüfstände ", "drei freie "]
    assert (
        "3 Wörter neu, 2 entfernt." in page.text and "2 weitere Antworten dieser Fassung stehen hier nicht" in page.text
    )
    assert "Namenlos gesagt" not in page.source and "Vertraulich" not in page.source
    plain = client.page(f"{address}?view=text")
    assert "Wir haben drei freie Prüfstände." in plain.text and not plain.select("ins, del")
    first = client.page(f"/de/ideas/{idea.number}/versions/1")
    assert first.h1 == "Prüfstand teilen" and "zwei Prüfstände" in first.text


@pytest.mark.parametrize("who", ["owner", "colleague", "participant", "moderator", "official"])
def test_who_reads_which_version(who: str, second_version: Idea, client: Any, sign_in: Any, cast: Any, db: Any) -> None:
    idea = second_version
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Noch nicht geprüft"}), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    db.session.commit()
    reader = sign_in(client, getattr(cast, who))
    full = who == "owner"
    assert reader.get(f"/de/ideas/{idea.number}/versions/3").status_code == (200 if full else 404)
    text = reader.get(f"/de/ideas/{idea.number}/versions/2?view=text").get_data(as_text=True)
    assert ("Vertraulich" in text) is full and ("Namenlos" in text) is full
    for number in (0, 9):
        assert reader.get(f"/de/ideas/{idea.number}/versions/{number}").status_code == 404


def test_narrowing_reaches_back(second_version: Idea, client: Any, cast: Any, consultation: Any, db: Any) -> None:
    questions = {one.position: one.id for one in consultation.questions}
    for audience in ("anonymous", "ministry"):
        operations.narrow_audiences(cast.actor(cast.owner), second_version.id, {questions[1]: audience})
        db.session.commit()
        for number in (1, 2):
            text = client.get(f"/de/ideas/{second_version.number}/versions/{number}").get_data(as_text=True)
            assert "Prüfstände." not in text


def test_no_version_of_what_is_not_public(second_version: Idea, client: Any, cast: Any, db: Any) -> None:
    operations.withdraw(cast.actor(cast.owner), second_version.id)
    db.session.commit()
    for number in (1, 2):
        answer = client.get(f"/de/ideas/{second_version.number}/versions/{number}")
        assert (answer.status_code, answer.location) == (303, f"/de/ideas/{second_version.number}")


def test_a_passage_is_blacked_out_in_every_version(second_version: Idea, client: Any, cast: Any, db: Any) -> None:
    judge = cast.actor(cast.moderator)
    case = look_again(judge, "idea", second_version.id)
    choice = Choice("redact", "personal-data", "Ein Satz.", passages=(("Wir haben", ""),), version=str(case.version_id))
    decide(judge, case.id, choice)
    db.session.commit()
    for number in (1, 2):
        text = client.get(f"/de/ideas/{second_version.number}/versions/{number}").get_data(as_text=True)
        assert "Wir haben" not in text and "geschwärzt" in text


# ---- co-authors -----------------------------------------------------------------------------------------------------

COAUTHOR_TABLE = {
    "confirm": {"invited": "confirmed"},
    "decline": {"invited": "declined"},
    "leave": {"confirmed": "left"},
    "remove": dict.fromkeys(("invited", "confirmed", "unasked", "is_author"), "left"),
    "invite": {"declined": "invited", "left": "invited", "unasked": "invited"},
}


@pytest.mark.parametrize("act", COAUTHOR_TABLE)
@pytest.mark.parametrize("state", ["invited", "confirmed", "declined", "left", "unasked", "is_author"])
def test_where_each_answer_leads(state: str, act: str) -> None:
    machine: Machine = rules.COAUTHOR
    assert machine.target(state, act) == COAUTHOR_TABLE[act].get(state)
    assert machine.acts == frozenset(COAUTHOR_TABLE)


def invited_path(outbox: Any, recipient: Any) -> str:
    return next(one for one in paths(outbox.last(recipient)) if "/ideas/invited/" in one)


def test_an_organisation_comes_to_stand_for_it(
    idea: Idea, client: Any, new_client: Any, sign_in: Any, cast: Any, outbox: Any, db: Any
) -> None:
    fields = {"name": "Otto", "email": cast.outsider.email}
    sign_in(client, cast.owner)
    client.submit(status_url(idea), fields, form="form[action$='/coauthors']")
    db.session.commit()
    page = client.page(f"/de/ideas/{idea.number}")
    assert "Lichtbau" not in page.text and "Otto" not in page.text, "nobody is named before they confirm"
    address = invited_path(outbox, cast.outsider)
    other = sign_in(new_client(), cast.outsider)
    page = other.page(address)
    assert "Vertraulich." in page.text and "Prüfstand teilen" in page.text
    answer = other.submit(
        address, {"organisation": str(cast.other_company.id), "confirm": "1"}, form="main form", follow_redirects=True
    )
    assert "Ihr Name steht dabei: Lichtbau Nordsee" in html(answer).text
    page = client.page(f"/de/ideas/{idea.number}")
    assert "Feinwerk Saaletal, Lichtbau Nordsee" in page.text
    assert "Prüfstand teilen" in client.page(f"/de/organisations/{cast.other_company.slug}").text
    assert "Prüfstand teilen" in other.page("/de/me/").text
    assert "steht auch zu Ihrer Idee" in outbox.last(cast.owner).subject
    actor = cast.actor(cast.outsider)
    assert registries.moderated["idea"].involved(actor, idea.id)
    page = other.page(f"/de/ideas/{idea.number}")
    assert "Vertraulich." in page.text and "Diese Idee unterstützen" not in page.text
    other.submit(address, {"leave": "1"}, form="main form")
    assert "Lichtbau" not in client.page(f"/de/ideas/{idea.number}").text


def test_without_an_account_the_link_confirms_the_address(
    idea: Idea, client: Any, new_client: Any, sign_in: Any, outbox: Any, db: Any, cast: Any
) -> None:
    owner = sign_in(new_client(), cast.owner)
    owner.submit(status_url(idea), {"email": "neu@people.example"}, form="form[action$='/coauthors']")
    address = invited_path(outbox, "neu@people.example")
    assert client.submit(address, {"name": "", "confirm": "1"}, form="main form").status_code == 422
    client.submit(address, {"name": "Nora Neu", "confirm": "1"}, form="main form")
    row = db.session.execute(select(IdeaCoauthor)).scalar_one()
    assert row.status == "confirmed" and row.person_id is not None
    assert "Feinwerk Saaletal, Nora Neu" in client.page(f"/de/ideas/{idea.number}").text
    page = owner.page(status_url(idea))
    button = next(one for one in page.select("form[action$='/remove']"))
    owner.post(str(button["action"]), data=page.form_values(button))
    assert "Nora" not in client.page(f"/de/ideas/{idea.number}").text


def test_declining_and_being_asked_again(
    idea: Idea, client: Any, new_client: Any, sign_in: Any, outbox: Any, db: Any, cast: Any
) -> None:
    owner = sign_in(new_client(), cast.owner)
    owner.submit(status_url(idea), {"email": cast.stranger.email}, form="form[action$='/coauthors']")
    address = invited_path(outbox, cast.stranger)
    client.submit(address, {"decline": "1"}, form="main form")
    assert "steht nicht zu Ihrer Idee" in outbox.last(cast.owner).subject
    assert "Sie haben abgelehnt" in client.page(address).text
    owner.submit(status_url(idea), {"email": cast.stranger.email}, form="form[action$='/coauthors']")
    assert "Stehen auch Sie" in client.page(address).h1
    again = owner.submit(status_url(idea), {"email": cast.stranger.email}, form="form[action$='/coauthors']")
    assert again.status_code == 422 and "schon eingeladen" in html(again).text


def test_who_is_named_while_writing_is_asked_once_it_is_sent(
    client: Any, new_client: Any, write: Any, consultation: Any, outbox: Any, db: Any
) -> None:
    writer = write(client)
    writer.open()
    fields = {"title": "Prüfstand teilen", "answer-1": "Gemeinsam.", "email": "ada@firma.example"}
    answered = writer.send("save", {**fields, "coauthors": "Nora Neu <nora@firma.example>\nkeine Adresse"})
    faults = html(answered).errors()
    assert answered.status_code == 200 and "»keine Adresse«" in faults["coauthors"], "kept, and only sending refuses it"
    assert writer.send("submit", {}).status_code == 422
    assert "keine Adresse" in html(answered).form("#idea-form")["coauthors"]
    writer.send("save", fields)
    answered = writer.send("save", {"coauthors": "ADA@firma.example"})
    assert "Ihre eigene Adresse" in html(answered).errors()["coauthors"]
    many = "\n".join(f"p{number}@firma.example" for number in range(13))
    assert "Höchstens 12" in html(writer.send("save", {"coauthors": many})).errors()["coauthors"]
    named = "Nora Neu <nora@firma.example>\notto@firma.example\nNORA@firma.example"
    page = html(writer.send("preview", {"coauthors": named}))
    assert "Nora Neu, nora@firma.example" in page.text and page.text.count("otto@firma.example") == 1
    writer.url = writer.url.removesuffix("/preview")
    writer.send("submit", {"email": "ada@firma.example"})
    assert not outbox.to("nora@firma.example"), "nobody is asked before the author has confirmed the address"
    confirming = next(one for one in paths(outbox.last("ada@firma.example")) if "/ideas/confirm/" in one)
    status = html(new_client().submit(confirming, form="main form", follow_redirects=True))
    assert status.text.count("Eingeladen") == 2 and "Nora Neu nora@firma.example" in " ".join(status.text.split())
    address = invited_path(outbox, "nora@firma.example")
    new_client().submit(address, {"name": "Nora Neu", "confirm": "1"}, form="main form")
    rows = db.session.execute(select(IdeaCoauthor.email, IdeaCoauthor.status).order_by(IdeaCoauthor.id)).all()
    assert rows == [("nora@firma.example", "confirmed"), ("otto@firma.example", "invited")]
    assert len(outbox.to("nora@firma.example")) == 1


def test_a_foreign_organisation_cannot_be_named(idea: Idea, cast: Any, db: Any, outbox: Any) -> None:
    row = coauthoring.invite(Actor(), idea.id, cast.stranger.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    from consult.core.errors import Invalid

    with pytest.raises(Invalid):
        coauthoring.confirm(cast.actor(cast.stranger), row.id, token, "Sven", str(cast.company.id))


def test_an_idea_without_public_answer_names_no_coauthor(
    make: Any, consultation: Any, cast: Any, db: Any, client: Any
) -> None:
    idea = make.idea("Leise", consultation=consultation, author=cast.owner, answers={1: ("Namenlos.", "anonymous")})
    row = coauthoring.invite(cast.actor(cast.owner), idea.id, cast.stranger.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(cast.stranger), row.id, token, "Sven Stranger", "")
    db.session.commit()
    assert "Sven" not in client.page(f"/de/ideas/{idea.number}").text


@pytest.mark.parametrize("token", ["x" * 32, "kurz", "../../etc"])
def test_a_wrong_invitation_says_so(token: str, idea: Idea, client: Any) -> None:
    assert client.get(f"/de/ideas/invited/{token}").status_code in (404, 410)


# ---- links ----------------------------------------------------------------------------------------------------------


def test_a_link_is_proposed_and_confirmed_by_the_other_side(
    idea: Idea, client: Any, new_client: Any, sign_in: Any, cast: Any, db: Any
) -> None:
    assert cast.cluster_manager
    owner = sign_in(client, cast.owner)
    page = owner.page(f"/de/ideas/{idea.number}/links?q=Photonik")
    form = next(one for one in page.select("main form[method=post]") if one.select("input[value^='cluster/']"))
    fields = {**page.form_values(form), "type": "pilot_site"}
    answer = owner.post(str(form["action"]), data=fields, follow_redirects=True)
    assert "schlägt als Erprobungsort vor" in html(answer).text or "vorgeschlagen" in html(answer).text
    manager = sign_in(new_client(), cast.cluster_manager)
    page = manager.page("/de/me/")
    button = next(one for one in page.select("form[action$='/confirm']"))
    manager.post(str(button["action"]), data=page.form_values(button))
    page = new_client().page(f"/de/ideas/{idea.number}")
    assert "Verbindung von beiden Seiten bestätigt: Photonik Musterland" in page.text
    assert f"von beiden Seiten bestätigt am {format_day(now())}" in page.one(".c-rel").get_text()
    other_end = new_client().page("/de/clusters/photonik-musterland").one(".c-idea")
    assert "schlägt als Pilotstandort vor: Photonik Musterland" in other_end.get_text(), "it reads from both ends"
    assert f"von beiden Seiten bestätigt am {format_day(now())}" in other_end.get_text()
    page = owner.page(f"/de/ideas/{idea.number}/links")
    assert "vorgeschlagen" in page.text and "von beiden Seiten bestätigt" in page.text
    form = next(one for one in page.select("form[action$='/end']"))
    owner.post(str(form["action"]), data=page.form_values(form))
    page = owner.page(f"/de/ideas/{idea.number}/links")
    assert "beendet" in page.text
    assert "Photonik Musterland" not in new_client().page(f"/de/ideas/{idea.number}").text


def test_every_end_shows_the_link(idea: Idea, make: Any, client: Any, cast: Any, db: Any) -> None:
    """In whichever direction it leads: the page of the other end names the idea, how it is meant and how far it stands."""
    from consult.links.proposing import propose_between

    for thing, place, shown in (
        (make.activity("Das Treffen"), "activities", ".c-rel"), (make.project("Das Vorhaben"), "projects", ".c-idea"),
    ):  # fmt: skip
        db.session.commit()
        kind, owner = type(thing).__name__.lower(), cast.actor(cast.owner)
        propose_between(owner, ("idea", idea.id), (kind, thing.id), "contributes")
        propose_between(owner, (kind, thing.id), ("idea", idea.id), "funds")
        db.session.commit()
        said = client.page(f"/de/{place}/{thing.slug}").one(shown).get_text()
        assert "Prüfstand teilen" in said and "nicht bestätigt" in said
        ends = (
            ("bringt etwas ein bei", "erhält Mittel von")
            if kind == "project"
            else ("erhält einen Beitrag von", "gibt Mittel")
        )
        assert all(words in said for words in ends), said


def test_links_set_apart_outlive_a_new_version(idea: Idea, cast: Any, db: Any, make: Any, consultation: Any) -> None:
    from consult.links.proposing import propose_between

    propose_between(cast.actor(cast.owner), ("idea", idea.id), ("cluster", cast.cluster.id), "contributes")
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Neu"}), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    assert [one.type for one in db.session.execute(select(Link)).scalars()] == ["contributes"]


def test_others_confirm_what_leads_to_an_idea(
    idea: Idea, make: Any, cast: Any, consultation: Any, db: Any, new_client: Any, sign_in: Any
) -> None:
    from consult.links.proposing import propose_between

    other = make.idea("Baut darauf auf", consultation=consultation, author=cast.outsider)
    db.session.commit()
    link = propose_between(cast.actor(cast.outsider), ("idea", other.id), ("idea", idea.id), "builds_on")
    db.session.commit()
    assert link.status == "proposed"
    assert "Baut darauf auf" not in new_client().page(f"/de/ideas/{idea.number}").text
    assert "Baut darauf auf" in sign_in(new_client(), cast.owner).page("/de/me/").text
    confirm_link(cast.actor(cast.owner), link)
    db.session.commit()
    assert "Baut darauf auf" in new_client().page(f"/de/ideas/{idea.number}").text


@pytest.mark.parametrize("who", ["participant", "outsider", "moderator"])
def test_only_who_speaks_for_it_proposes(who: str, idea: Idea, client: Any, sign_in: Any, cast: Any) -> None:
    reader = sign_in(client, getattr(cast, who))
    assert reader.get(f"/de/ideas/{idea.number}/links").status_code == 404
    page = reader.page(f"/de/ideas/{idea.number}")
    assert "/links" not in " ".join(page.links())


@pytest.mark.parametrize(
    ("kind", "code"), [("organisation/x", "relates_to"), ("cluster/nowhere", "relates_to"), ("", "")]
)
def test_nonsense_is_refused_with_a_sentence(
    kind: str, code: str, idea: Idea, client: Any, sign_in: Any, cast: Any
) -> None:
    owner = sign_in(client, cast.owner)
    token = owner.page("/de/ideas/new").form("#idea-form")["csrf_token"]
    answer = owner.post(f"/de/ideas/{idea.number}/links", data={"csrf_token": token, "end": kind, "type": code})
    assert answer.status_code == 422 and "Bitte wählen Sie" in html(answer).text


# ---- timelines ------------------------------------------------------------------------------------------------------


def steps_of(page: Any) -> list[str]:
    return [plain_spaces(one.get_text(" ")) for one in page.select(".c-time li")]


def test_both_timelines_tell_the_way_and_what_comes_next(
    make: Any, consultation: Any, cast: Any, db: Any, client: Any, clock: Any
) -> None:
    """Received, read, returned, published; and at each stop what happens next and until when."""
    consultation.results_at = consultation.closes_at + timedelta(days=60)
    idea = make.idea("Unterwegs", consultation=consultation, author=cast.owner, status="submitted", organisation="")
    db.session.commit()
    url, judge = status_url(idea), cast.actor(cast.moderator)
    page = client.page(url)
    assert "Wir entscheiden bis" in page.text and "gelesen" not in page.text
    claim(judge, waiting_case("idea", idea.id).id)
    db.session.commit()
    assert "Von der Moderation gelesen" in steps_of(client.page(url))[-2]
    clock.shift(minutes=30)
    make.decide(
        "idea", idea.id, "return", reason="off-topic", moderator=cast.moderator, note="Bitte nennen Sie Zahlen."
    )
    db.session.commit()
    page = client.page(url)
    assert [one.rpartition("Uhr ")[2] for one in steps_of(page)] == [
        "Entwurf begonnen", "Eingegangen", "Von der Moderation gelesen", "Mit einer Bitte zurückgegeben",
        f"bis {format_day(idea.moved_at + timedelta(days=30))} Ihr geänderter Text",
    ]  # fmt: skip
    clock.shift(days=1)
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    clock.shift(hours=1)
    make.decide("idea", idea.id, "publish", moderator=cast.moderator)
    db.session.commit()
    results = f"am {format_day(consultation.results_on)} Ergebnisse der Konsultation"
    public = steps_of(client.page(f"/de/ideas/{idea.number}"))
    assert [one.rpartition("Uhr ")[2] for one in public][1:4] == [
        "Von der Moderation gelesen", "Mit einer Bitte zurückgegeben", "Von der Moderation gelesen",
    ]  # fmt: skip
    page = client.page(url)
    assert public[-1] == steps_of(page)[-1] == results
    assert public[-2].endswith("Sie können unterstützen und kommentieren") and "Andere können" in steps_of(page)[-2]
    assert f"Das geht bis {format_day(consultation.closes_on)}. Die Ergebnisse erscheinen am" in page.text
    clock.shift(hours=1)
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Neu"}), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    make.decide("idea", idea.id, "return", reason="off-topic", moderator=cast.moderator, note="Noch etwas.")
    db.session.commit()
    assert steps_of(client.page(f"/de/ideas/{idea.number}")) == public, "what waits is its author's own business"
    page = client.page(url)
    assert [one.get_text() for one in page.select(".c-response a[href*='/rules']")], (
        "addresses in a statement are links"
    )
    assert "Noch etwas." in page.select(".c-response")[0].get_text() and "2 frühere Entscheidungen" in page.text
    names = [str(one["aria-labelledby"]) for one in page.select("section[aria-labelledby^=decision]")]
    said = [" ".join(page.one(f"[id='{part}']").get_text() for part in name.split()) for name in names]
    assert len(said) == len(set(said)) == 3, "two decisions of one kind are told apart"


def test_authors_read_their_full_text_on_the_private_page(
    idea: Idea, client: Any, sign_in: Any, cast: Any, db: Any
) -> None:
    judge = cast.actor(cast.moderator)
    case = look_again(judge, "idea", idea.id)
    choice = Choice(
        "redact", "personal-data", "Satz.", passages=(("zwei Prüfstände", ""),), version=str(case.version_id)
    )
    decide(judge, case.id, choice)
    db.session.commit()
    assert client.get(status_url(idea)).status_code == 303, "a company's text is not open to whoever has its link"
    sign_in(client, cast.owner)
    assert "Wir haben zwei Prüfstände." in client.page(status_url(idea)).text


# ---- for good -------------------------------------------------------------------------------------------------------


def test_withdrawn_with_a_trace_and_then_without(idea: Idea, client: Any, sign_in: Any, db: Any, cast: Any) -> None:
    sign_in(client, cast.owner)
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    page = client.page(f"/de/ideas/{idea.number}", status=410)
    assert "zurückgezogen" in page.text and idea.number in page.text
    page = client.page(status_url(idea))
    form = next(one for one in page.select("form[action$='/withdraw']") if one.select("input[value=text]"))
    client.post(str(form["action"]), data=page.form_values(form))
    assert db.session.query(Answer).filter(Answer.body != "").count() == 0
    assert db.session.query(IdeaVersion).filter(IdeaVersion.title != "").count() == 0
    db.session.refresh(idea)
    assert idea.title == "" and idea.erased_at is not None
    page = client.page(f"/de/ideas/{idea.number}", status=410)
    assert "endgültig gelöscht" in page.text
    assert client.page(status_url(idea)).h1
    assert client.get(f"/api/v1/ideas/{idea.number}").status_code == 410


@pytest.mark.parametrize(("days", "possible"), [(100, False), (184, True)])
def test_the_text_is_kept_while_a_complaint_is_possible(
    days: int, possible: bool, make: Any, consultation: Any, cast: Any, db: Any, clock: Any
) -> None:
    idea = make.idea("Abgelehnt", consultation=consultation, author=cast.owner, status="submitted")
    make.decide("idea", idea.id, "reject", reason="advertising", note="Ein Angebot.")
    db.session.commit()
    clock.shift(days=days)
    if possible:
        withdrawing.erase(cast.actor(cast.owner), idea.id)
        assert idea.erased_at is not None
    else:
        with pytest.raises(Conflict) as refused:
            withdrawing.erase(cast.actor(cast.owner), idea.id)
        assert "Beschwerde" in str(refused.value.message)


@pytest.mark.parametrize("status", ["draft", "submitted", "published"])
def test_what_is_not_at_its_end_is_withdrawn_first(
    status: str, make: Any, consultation: Any, cast: Any, db: Any
) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner, status=status)
    with pytest.raises(Conflict):
        withdrawing.erase(cast.actor(cast.owner), idea.id)
