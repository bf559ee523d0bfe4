"""Who hears of a link: the table event x who is told, and what they read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts.models import Person
from consult.clusters.models import Cluster, ClusterManager
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.registry import touch
from consult.ideas.models import Idea
from consult.links import operations
from consult.links.models import CONFIRMED, PROPOSED, STATED, SUGGESTED, Link
from consult.links.operations import refresh_ends
from consult.links.telling import tell_proposed
from consult.moderation.operations import reverse
from consult.notifications import queries
from consult.notifications.models import Notice

WHO = ("proposer", "beside", "asked", "also", "both", "editor")


class Scene:
    """Two clusters: `proposer` and `beside` speak for the first, `asked` and `also` for the second, `both` for either."""

    def __init__(self, db: Any, make: Any, cast: Any, run_jobs: Any) -> None:
        self._db, self._run, self.make = db, run_jobs, make
        self.people: dict[str, Person] = {
            who: make.person(who.title(), roles=("editor" if who == "editor" else "cluster",)) for who in WHO
        }
        at = lambda *names: [self.people[name] for name in names]  # noqa: E731
        self.first: Cluster = make.cluster("Optik Saaletal", managers=at("proposer", "beside", "both"))
        self.second: Cluster = make.cluster("Photonik Neckar", managers=at("asked", "also", "both"))

    def actor(self, who: str) -> Any:
        return SYSTEM if who == "system" else self.make.actor(self.people[who])

    def link(self, status: str = PROPOSED, *stood: str, by: str | None = "proposer") -> Link:
        """A link from the first to the second, of which these sides stand by it, told to nobody so far."""
        link = Link(
            type="complements", status=status, from_kind="cluster", from_id=self.first.id, from_key=self.first.slug,
            to_kind="cluster", to_id=self.second.id, to_key=self.second.slug, created_at=now() - timedelta(days=1),
            created_by=self.people[by].id if by else None, **{f"confirmed_{side}_at": now() for side in stood},
        )  # fmt: skip
        self.make.add(link)
        refresh_ends([("cluster", self.first.id), ("cluster", self.second.id)])
        return link

    def told(self) -> dict[str, list[str]]:
        """kind -> who has it in their list, once for each notice."""
        self._db.session.commit()
        self._run()
        names = {person.id: who for who, person in self.people.items()}
        found: dict[str, list[str]] = {}
        rows = self._db.session.execute(select(Notice.kind, Notice.person_id).order_by(Notice.id)).all()
        for kind, person_id in rows:
            found.setdefault(kind, []).append(names.get(person_id, "somebody else"))
        return {kind: sorted(people) for kind, people in found.items()}


@pytest.fixture
def scene(db: Any, make: Any, cast: Any, run_jobs: Any) -> Scene:
    return Scene(db, make, cast, run_jobs)


# (status before, sides that stand by it, who set it, act, who acts) -> what is told to whom
TABLE = [
    (SUGGESTED, (), None, "propose", "beside", {"links.proposed": ["also", "asked", "both"]}),
    (SUGGESTED, (), None, "decline", "asked", {}),
    (PROPOSED, ("from",), "proposer", "confirm", "asked", {"links.confirmed": ["proposer"]}),
    (PROPOSED, ("from",), "proposer", "confirm", "both", {"links.confirmed": ["proposer"]}),
    (PROPOSED, ("to",), "asked", "confirm", "beside", {"links.confirmed": ["asked"]}),
    (PROPOSED, ("from",), None, "confirm", "asked", {"links.confirmed": ["beside", "both", "proposer"]}),
    (PROPOSED, ("from",), "editor", "confirm", "asked", {"links.confirmed": ["beside", "both", "proposer"]}),
    (PROPOSED, ("from",), "proposer", "decline", "also", {"links.declined": ["proposer"]}),
    (PROPOSED, ("from",), "proposer", "end", "asked", {"links.withdrawn": ["also", "both", "proposer"]}),
    (PROPOSED, ("from",), "proposer", "end", "proposer", {"links.withdrawn": ["also", "asked", "both"]}),
    (STATED, (), None, "confirm", "asked", {}),
    (STATED, ("from",), None, "confirm", "asked", {"links.confirmed": ["beside", "both", "proposer"]}),
    (STATED, (), None, "decline", "asked", {}),
    (STATED, (), None, "end", "editor", {}),
    (STATED, ("to",), None, "end", "editor", {"links.ended": ["also", "asked", "both"]}),
    (CONFIRMED, ("from", "to"), "proposer", "end", "proposer", {"links.ended": ["also", "asked", "beside", "both"]}),
    (CONFIRMED, ("from", "to"), "proposer", "end", "editor",
     {"links.ended": ["also", "asked", "beside", "both", "proposer"]}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "stood", "by", "act", "who", "expected"), TABLE)
def test_the_table(
    scene: Scene,
    status: str,
    stood: tuple[str, ...],
    by: str | None,
    act: str,
    who: str,
    expected: dict[str, list[str]],
) -> None:
    link = scene.link(status, *stood, by=by)
    getattr(operations, act)(scene.actor(who), link)
    assert scene.told() == expected


def test_a_proposal_is_told_once_however_often_it_is_set(scene: Scene) -> None:
    author, ends = scene.actor("beside"), [("cluster", scene.second.id, "complements")]
    for _time in range(2):
        tell_proposed(author, operations.set_links(author, "cluster", scene.first.id, ends))
        assert scene.told() == {"links.proposed": ["also", "asked", "both"]}


@pytest.mark.parametrize(("who", "age", "expected"), [
    ("proposer", 60, {"links.withdrawn": ["also", "asked", "both"]}),
    ("proposer", 5, {}),  # nobody has been told of it yet
    ("system", 60, {}),
])  # fmt: skip
def test_what_is_not_named_any_more(scene: Scene, who: str, age: int, expected: dict[str, list[str]]) -> None:
    link = scene.link(PROPOSED, "from")
    link.created_at = now() - timedelta(minutes=age)
    operations.set_links(scene.actor(who), "cluster", scene.first.id, [])
    assert scene.told() == expected


@pytest.mark.parametrize("side", ["first", "second"])
def test_what_is_not_public_is_told_to_nobody(scene: Scene, side: str) -> None:
    link = scene.link(PROPOSED, "from")
    operations.confirm(scene.actor("asked"), link)
    getattr(scene, side).listed = False
    refresh_ends([("cluster", getattr(scene, side).id)])
    assert scene.told() == {}


def test_what_is_not_so_any_more_is_not_told(scene: Scene) -> None:
    link = scene.link(PROPOSED, "from")
    operations.confirm(scene.actor("asked"), link)
    operations.end(scene.actor("also"), link)
    assert scene.told() == {"links.ended": ["asked", "beside", "both", "proposer"]}


def test_who_has_left_is_not_told(scene: Scene, db: Any) -> None:
    """Who proposed it and speaks for that side no more: those who do now hear of it instead."""
    link = scene.link(PROPOSED, "from")
    place = db.session.execute(
        select(ClusterManager).where(
            ClusterManager.cluster_id == scene.first.id, ClusterManager.person_id == scene.people["proposer"].id
        )
    ).scalar_one()
    db.session.delete(place)
    operations.decline(scene.actor("asked"), link)
    assert scene.told() == {"links.declined": ["beside", "both"]}


# ---- through the door -----------------------------------------------------------------------------------------------


@pytest.fixture
def idea(make: Any, cast: Any) -> Idea:
    found: Idea = make.idea("Prüfstand teilen", consultation=make.consultation(), author=cast.participant)
    return found


def _press(browser: Any, page: str, action: str, **more: str) -> Any:
    """Press the button of a form on a page."""
    found = browser.page(page)
    form = next(
        one for one in found.select("main form[method=post]") if str(one["action"]).split("?")[0].endswith(action)
    )
    return browser.post(str(form["action"]), data={**found.form_values(form), **more})


def _mails(outbox: Any, person: Person) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in outbox.to(person) if one.kind.startswith("links.")]


def test_both_sides_hear_of_it(
    idea: Idea, cast: Any, make: Any, db: Any, new_client: Any, sign_in: Any, run_jobs: Any, outbox: Any
) -> None:
    """From the proposal to the end: notices and mails, each in the person's own language."""
    cast.cluster_manager.language = "en"
    author, manager = sign_in(new_client(), cast.participant), sign_in(new_client(), cast.cluster_manager)
    own = f"/de/ideas/{idea.number}/links"
    _press(author, f"{own}?q=Photonik", "/links", type="pilot_site")
    run_jobs()
    said = "“Prüfstand teilen” proposes as pilot site “Photonik Musterland (en)”"
    assert _mails(outbox, cast.cluster_manager) == [("links.proposed", f"A link waits for your word: {said}")]
    assert not _mails(outbox, cast.participant)
    link = db.session.execute(select(Link)).scalar_one()
    assert f"/en/links/{link.id}" in outbox.last(cast.cluster_manager).text
    notices = manager.page("/de/notices/")
    assert "Eine Verbindung wartet auf Ihr Wort: »Prüfstand teilen« schlägt als Pilotstandort vor" in notices.text
    assert _press(manager, "/de/notices/", "/open").location == f"/de/links/{link.id}"
    answer = _press(manager, f"/de/links/{link.id}", "/confirm")
    assert answer.location == f"/de/links/{link.id}"
    page = manager.page(answer.location)
    assert "Beide Seiten stehen dazu" in page.text and not page.select("form[action$='/confirm']")
    run_jobs()
    said = "»Prüfstand teilen« schlägt als Pilotstandort vor »Photonik Musterland«"
    assert _mails(outbox, cast.participant) == [("links.confirmed", f"Die andere Seite hat bestätigt: {said}")]
    assert said in author.page("/de/notices/").text
    _press(author, own, "/end")
    run_jobs()
    assert [kind for kind, _subject in _mails(outbox, cast.cluster_manager)] == ["links.proposed", "links.ended"]
    assert len(_mails(outbox, cast.participant)) == 1
    assert "ist beendet" in manager.page(f"/de/links/{link.id}").text


def test_a_decline_is_told_and_shown_to_the_two_sides_alone(
    idea: Idea, cast: Any, db: Any, new_client: Any, sign_in: Any, run_jobs: Any, outbox: Any
) -> None:
    assert cast.cluster_manager
    author = sign_in(new_client(), cast.participant)
    _press(author, f"/de/ideas/{idea.number}/links?q=Photonik", "/links", type="contributes")
    run_jobs()
    link = db.session.execute(select(Link)).scalar_one()
    _press(sign_in(new_client(), cast.cluster_manager), f"/de/links/{link.id}", "/decline")
    run_jobs()
    assert [kind for kind, _subject in _mails(outbox, cast.participant)] == ["links.declined"]
    assert "sagt, dass es nicht stimmt" in author.page(f"/de/links/{link.id}").text
    for other in (cast.stranger, cast.editor, cast.moderator, cast.admin):
        assert sign_in(new_client(), other).get(f"/de/links/{link.id}").status_code == 404
    assert new_client().get(f"/de/links/{link.id}").status_code == 303


def test_mail_only_as_far_as_it_is_wanted(
    idea: Idea, cast: Any, new_client: Any, sign_in: Any, run_jobs: Any, outbox: Any
) -> None:
    manager, author = sign_in(new_client(), cast.cluster_manager), sign_in(new_client(), cast.participant)
    for code in ("contributes", "complements"):
        _press(author, f"/de/ideas/{idea.number}/links?q=Photonik", "/links", type=code)
        run_jobs()
        page = manager.page("/de/notices/mail")
        fields = page.form("main form")
        manager.post("/de/notices/mail", data={key: value for key, value in fields.items() if key != "wanted"})
    assert len(_mails(outbox, cast.cluster_manager)) == 1
    assert queries.unread_count(cast.cluster_manager.id) == 2


def test_partners_of_an_idea_hear_of_it_once_its_publishing_stands(
    make: Any, cast: Any, run_jobs: Any, outbox: Any, clock: Any
) -> None:
    """Not while the decision can be taken back; a publishing that was taken back is told of to nobody, the next one is."""
    assert cast.cluster_manager
    idea = make.idea(
        "Mit Partner", consultation=make.consultation(), author=cast.participant, status="submitted",
        partners={"cluster": [cast.cluster.id]},
    )  # fmt: skip
    reverse(cast.actor(cast.moderator), make.decide("idea", idea.id, "publish", moderator=cast.moderator).id)
    clock.shift(minutes=11)
    run_jobs()
    assert not _mails(outbox, cast.cluster_manager)
    make.decide("idea", idea.id, "publish")
    run_jobs()
    assert not _mails(outbox, cast.cluster_manager)
    clock.shift(minutes=11)
    run_jobs()
    assert [kind for kind, _subject in _mails(outbox, cast.cluster_manager)] == ["links.proposed"]


def test_the_page_shows_nothing_of_what_is_hidden(
    idea: Idea, cast: Any, db: Any, new_client: Any, sign_in: Any, make: Any
) -> None:
    assert cast.cluster_manager
    author = sign_in(new_client(), cast.participant)
    _press(author, f"/de/ideas/{idea.number}/links?q=Photonik", "/links", type="contributes")
    link = db.session.execute(select(Link)).scalar_one()
    manager = sign_in(new_client(), cast.cluster_manager)
    assert manager.get(f"/de/links/{link.id}").status_code == 200
    db.session.get(Idea, idea.id).is_public = False
    touch("idea", idea.id)
    db.session.commit()
    assert manager.get(f"/de/links/{link.id}").status_code == 404
