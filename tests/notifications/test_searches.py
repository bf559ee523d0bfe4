"""Searches that people keep: the button beside a list, the page of one's own, and being told once of what is new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from consult.core import jobs
from consult.core.clock import now
from consult.core.errors import NotFound, Refused
from consult.core.registry import registries, touch
from consult.notifications import queries, rules, search_operations, search_queries, subjects
from consult.notifications.models import SavedSearch
from tests.partnering.conftest import Market
from tests.support.mail import paths
from tests.support.page import html
from tests.support.queries import count_queries

PAGE = "/de/notices/searches"
LISTS = {
    "ideas": "/de/ideas/?q=Sensor&sector=C",
    "activities": "/de/activities/?format=online&q=Sensor",
    "partners": "/de/partners/?kind=offer&q=Sensor",
}
BUTTON = f"main form[action='{PAGE}']"


def kept(db: Any, person: Any) -> list[SavedSearch]:
    db.session.expire_all()
    return search_queries.searches_of(person.id)


def keep(cast: Any, person: Any, kind: str = "ideas", query: str = "", title: str = "Meine Liste") -> SavedSearch:
    """A search that the person has kept a minute ago."""
    search_operations.save_search(cast.actor(person), kind, query, title)
    search = search_queries.searches_of(person.id)[0]
    search.seen_at = now() - timedelta(minutes=1)
    return search


@pytest.fixture
def consultation(make: Any) -> Any:
    return make.consultation(prefix="OR", slug="open-region")


@pytest.fixture
def look(run_jobs: Any, clock: Any) -> Any:
    """`look()`: a day passes, and the worker looks for searches that are due."""

    def pass_a_day(times: int = 1) -> None:
        clock.shift(days=1, minutes=10)
        for _time in range(times):
            jobs.enqueue("searches.due")
            run_jobs()

    return pass_a_day


# ---- keeping --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_a_list_is_saved_with_one_button(
    db: Any, client: Any, cast: Any, sign_in: Any, consultation: Any, kind: str
) -> None:
    assert not client.page(LISTS[kind]).select("main form[method=post]"), "a page of visitors holds no such form"
    sign_in(client, cast.owner)
    response = client.submit(LISTS[kind] + "&after=abc&made_up=1", form=BUTTON)
    assert response.status_code == 303
    assert response.location.startswith(LISTS[kind].partition("?")[0])
    [search] = kept(db, cast.owner)
    assert (search.kind, search.is_active) == (kind, True)
    assert search.query["q"] == ["Sensor"]
    assert set(search.query) == {"q", {"ideas": "sector", "activities": "format", "partners": "kind"}[kind]}
    assert "Sensor" in search.title
    page = client.page(PAGE)
    [address] = [url for url in page.links("main .c-list a[href]") if "q=Sensor" in url]
    assert client.page(address).one("input[name=q]")["value"] == "Sensor"
    assert address in client.page("/de/me/").links("main a[href]")


def test_the_same_list_is_kept_once_and_goes_on(db: Any, cast: Any, clock: Any) -> None:
    search = keep(cast, cast.owner, query="q=Laser&sector=C")
    actor = cast.actor(cast.owner)
    search_operations.pause(actor, search)
    clock.shift(days=3)
    assert not search_operations.save_search(actor, "ideas", "sector=C&q=Laser&after=x", "Anders")
    [again] = kept(db, cast.owner)
    assert (again.id, again.is_active, again.title) == (search.id, True, "Meine Liste")
    assert again.seen_at == now()


def test_a_person_keeps_twenty_at_most(db: Any, client: Any, cast: Any, sign_in: Any) -> None:
    for number in range(rules.MOST_SEARCHES):
        keep(cast, cast.owner, query=f"q=Wort{number}")
    with pytest.raises(Refused):
        keep(cast, cast.owner, query="q=mehr")
    keep(cast, cast.colleague, query="q=mehr")
    sign_in(client, cast.owner)
    assert client.submit("/de/ideas/?q=mehr", form=BUTTON).status_code == 403
    assert len(kept(db, cast.owner)) == rules.MOST_SEARCHES


def test_a_list_that_is_none_is_not_found(cast: Any) -> None:
    with pytest.raises(NotFound):
        keep(cast, cast.owner, kind="comments")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {}),
        ("q=%20%20&sector=", {}),
        ("q=a%00b&q=a%00b", {"q": ["ab"]}),
        ("after=x&format=csv&page=2&lang_code=en", {}),
        ("&".join(f"sector={n}" for n in range(400)), {"sector": [str(n) for n in range(250)]}),
        ("&".join(f"x{n}=1" for n in range(300)), {}),
        ("q=" + "w" * 900, {"q": ["w" * 200]}),
    ],
)
def test_only_what_makes_the_list_is_kept(app: Any, query: str, found: dict[str, list[str]]) -> None:
    assert search_queries.kept_of(registries.saved_lists["ideas"], query) == found


# ---- one's own page: state x actor x action -------------------------------------------------------------------------

ACTS = ("show", "rename", "pause", "resume", "delete")


def expected(who: str, act: str) -> int:
    """Others learn not even that there is such a search; visitors are asked to sign in."""
    if who == "visitor":
        return 303 if act == "show" else 403  # a form of before the session ended is not taken
    return 404 if who != "owner" else 200 if act == "show" else 303


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("who", ["owner", "colleague", "moderator", "admin", "visitor"])
def test_everyone_their_own(db: Any, client: Any, cast: Any, sign_in: Any, who: str, active: bool) -> None:
    for act in ACTS:
        search = keep(cast, cast.owner, query=f"q={act}")
        search.is_active = active
        number = search.id
        db.session.flush()
        token = ""
        if who != "visitor":
            sign_in(client, getattr(cast, who))
            token = client.page(PAGE).one("header [name=csrf_token]")["value"]
        address = f"{PAGE}/{number}" + ("" if act in ("show", "rename") else f"/{act}")
        if act == "show":
            response = client.get(address)
        else:
            response = client.post(address, data={"csrf_token": token, "title": "Neu"})
        assert response.status_code == expected(who, act)
        [left] = [one for one in kept(db, cast.owner) if one.id == number] or [None]
        if who != "owner":
            assert left is not None
            assert (left.title, left.is_active) == ("Meine Liste", active)
        elif act == "delete":
            assert left is None
        else:
            assert left is not None
            assert left.title == ("Neu" if act == "rename" else "Meine Liste")
            assert left.is_active == {"pause": False, "resume": True}.get(act, active)


def test_a_name_that_is_none_stays_in_the_form(client: Any, cast: Any, sign_in: Any) -> None:
    search = keep(cast, cast.owner)
    sign_in(client, cast.owner)
    for wrong in ("", "x" * 121):
        page = html(client.submit(f"{PAGE}/{search.id}", {"title": wrong}))
        assert page.one("[name=title]").get("value", "") == wrong
        assert "title" in page.errors()
    client.submit(f"{PAGE}/{search.id}", {"title": "Laser & <b>Licht</b>"})
    assert "Laser & <b>Licht</b>" in client.page(PAGE).text  # as text


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_is_for_people_and_says_when_it_is_empty(client: Any, cast: Any, sign_in: Any, language: str) -> None:
    address = f"/{language}/notices/searches"
    assert client.get(address).location.startswith(f"/{language}/account/sign-in")
    sign_in(client, cast.owner)
    assert client.page(address).select(".c-empty")


def test_queries_do_not_grow(app: Any, client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    sizes = {}
    for total in (1, 10):
        for number in range(total):
            keep(cast, cast.owner, query=f"q=Wort{number}")
        for address in (PAGE, "/de/me/", "/de/partners/"):
            with count_queries(app) as seen:
                client.page(address)
            sizes.setdefault(address, []).append(len(seen))
    for address, (one, ten) in sizes.items():
        assert one == ten, address
    assert sizes[PAGE][0] <= 6


# ---- being told -----------------------------------------------------------------------------------------------------


def test_who_keeps_a_search_is_told_once_of_what_is_new(
    client: Any, cast: Any, make: Any, sign_in: Any, consultation: Any, outbox: Any, look: Any, clock: Any
) -> None:
    make.idea("Sensor von früher", consultation=consultation)
    clock.shift(hours=1)
    keep(cast, cast.owner, query="q=Sensor", title="Sensorik")
    look()
    assert len(outbox.to(cast.owner)) == 0, "what stood there before is no news"
    make.idea("Sensor im Stall", consultation=consultation)
    make.idea("Wald ohne Funk", consultation=consultation)
    look(times=3)
    [mail] = outbox.to(cast.owner)
    assert mail.kind == "search.new"
    assert "»Sensorik«" in mail.subject
    assert "Sensor im Stall" in mail.text
    assert "Sensor im Stall" in mail.html
    assert "früher" not in mail.text
    assert "Wald" not in mail.text
    assert "http://127.0.0.1/de/ideas/?q=Sensor" in mail.text
    [view] = queries.notices_of(cast.owner.id).items
    assert (view.text, view.url) == (mail.subject, "/de/ideas/?q=Sensor")
    look(times=2)
    assert len(outbox.to(cast.owner)) == 1
    sign_in(client, cast.owner)
    assert "Sensorik" in client.page("/de/notices/mail").text


@pytest.mark.parametrize("kind", ["ideas", "projects", "partners"])
def test_words_that_are_sought_stand_in_one_pair_of_quotation_marks(
    client: Any, cast: Any, make: Any, sign_in: Any, consultation: Any, outbox: Any, look: Any, clock: Any, kind: str
) -> None:
    """Also in the reader's language: the label of words brings its own marks."""
    market = Market(make, cast)
    for language, marked in (("de", "»Sensor«"), ("en", "“Sensor”")):
        cast.stranger.language = language
        sign_in(client, cast.stranger)
        address = f"/{language}/{kind}/?q=Sensor" + ("&kind=offer" if kind == "partners" else "")
        client.submit(address, form=BUTTON.replace("/de/", f"/{language}/"))
        for page in (f"/{language}/notices/searches", f"/{language}/me/"):
            shown = next(one for one in client.page(page).select("main li a[href]") if "q=Sensor" in one["href"])
            assert marked in shown.get_text() and shown.get_text().count(marked[0]) == 1
        clock.shift(minutes=1)
        make.idea("Sensor im Stall", consultation=consultation)
        touch("project", make.project("Sensor im Stall", slug=f"sensor-{language}").id)
        market.offer("Sensor im Stall")
        look()
        subject = outbox.to(cast.stranger, "search.new")[-1].subject
        assert "Sensor" in subject and subject.endswith(marked[-1])
        assert sum(subject.count(one) for one in "»«“”„") == 2
        search_operations.remove(cast.actor(cast.stranger), search_queries.searches_of(cast.stranger.id)[0])


def test_a_search_that_rests_or_whose_person_is_gone_tells_nothing(
    db: Any, cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, clock: Any
) -> None:
    actor = cast.actor(cast.owner)
    search = keep(cast, cast.owner)
    keep(cast, cast.outsider)
    cast.outsider.deactivated_at = now()
    search_operations.pause(actor, search)
    make.idea("Im Ruhen", consultation=consultation)
    look()
    search_operations.resume(actor, search_queries.searches_of(cast.owner.id)[0])
    db.session.flush()
    look()
    assert len(outbox) == 0 or not [mail for mail in outbox if mail.kind == "search.new"]
    make.idea("Danach", consultation=consultation)
    look()
    [mail] = [mail for mail in outbox.to(cast.owner) if mail.kind == "search.new"]
    assert "Danach" in mail.text
    assert "Im Ruhen" not in mail.text


def test_at_most_twenty_are_named(cast: Any, make: Any, outbox: Any, look: Any) -> None:
    cast.stranger.language = "en"
    keep(cast, cast.stranger, kind="activities", query="kind=workshop", title="Workshops")
    for number in range(23):
        make.activity(f"Treffen {number:02}", slug=f"treffen-{number}")
    make.activity("Abgesagt", status="cancelled")
    make.activity("Messe", kind="fair")
    look()
    [mail] = outbox.to(cast.stranger)
    assert mail.subject == "At least 20 new entries for your search “Workshops”"
    assert mail.text.count("- Treffen") == 20
    assert "Abgesagt" not in mail.text
    assert "Messe" not in mail.text


def test_what_is_just_being_written_is_found_by_the_next_look(
    cast: Any, make: Any, consultation: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    keep(cast, cast.owner)
    clock.shift(days=1, minutes=10)
    make.idea("Eben erst", consultation=consultation)
    jobs.enqueue("searches.due")
    run_jobs()
    assert not outbox.to(cast.owner)
    clock.shift(days=1)
    jobs.enqueue("searches.due")
    run_jobs()
    assert len(outbox.to(cast.owner)) == 1


# ---- who may read it ------------------------------------------------------------------------------------------------

HIDDEN = {"agency": "Hafniumfilm", "ministry": "Tantalpaste"}


@pytest.mark.parametrize("who", ["participant", "colleague", "moderator", "cluster_manager", "analyst", "official"])
def test_only_what_is_public_is_ever_named(
    db: Any, cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, who: str
) -> None:
    person = getattr(cast, who)
    for query in ("", *(f"q={word}" for word in HIDDEN.values()), "q=Halbfertig", "q=Wartend"):
        keep(cast, person, query=query)
    answers: dict[int, Any] = {1: "Offen gesagt."}
    answers |= {place: (f"Nur hier: {word}.", audience) for place, (audience, word) in enumerate(HIDDEN.items(), 2)}
    make.idea("Offener Titel", consultation=consultation, author=cast.owner, answers=answers)
    make.idea("Halbfertig", consultation=consultation, status="draft")
    make.idea("Wartend", consultation=consultation, status="submitted")
    look()
    mails = [mail for mail in outbox.to(person) if mail.kind == "search.new"]
    assert len(mails) == 1, "only the search without words finds the public idea"
    # those who moderate are told of what waits by a notice of its own kind
    notices = [view.text for view in queries.notices_of(person.id).items if view.kind != "moderation.waiting"]
    told = mails[0].text + mails[0].html + "".join(notices)
    assert "Offener Titel" in told
    for word in (*HIDDEN.values(), "Halbfertig", "Wartend"):
        assert word not in told


def test_offers_are_named_when_they_are_published_and_without_their_owner(
    cast: Any, make: Any, outbox: Any, look: Any
) -> None:
    keep(cast, cast.stranger, kind="partners", query="kind=offer&sort=ending")
    market = Market(make, cast)
    market.offer("Offene Messtechnik", anonymous=True)
    market.offer("Gesuchte Messtechnik", kind="request")
    for status in ("submitted", "rejected", "hidden", "withdrawn"):
        market.offer(f"Messtechnik {status}", status=status)
    look()
    [mail] = outbox.to(cast.stranger)
    assert mail.text.count("Messtechnik") == 1
    assert "- Offene Messtechnik" in mail.text
    assert cast.company.name["de"] not in mail.text + mail.html


@pytest.mark.parametrize(("kind", "budget"), [("ideas", 5), ("activities", 1), ("partners", 1)])
def test_a_look_asks_little_of_the_database(
    app: Any, cast: Any, make: Any, consultation: Any, kind: str, budget: int
) -> None:
    asked = []
    since = now() - timedelta(minutes=1)
    market = Market(make, cast)
    for number in range(6):
        make.idea(f"Sensor {number}", consultation=consultation)
        make.activity(f"Sensor {number}", slug=f"sensor-{number}")
        market.offer(f"Sensor {number}")
        if number in (1, 5):
            with count_queries(app, at_most=budget) as seen:
                found = registries.saved_lists[kind].newest({}, since, now())
            assert len(found) == number + 1
            asked.append(len(seen))
    assert asked[1] <= asked[0], "it hangs on how much there is"


def test_ones_own_idea_is_no_news(cast: Any, make: Any, consultation: Any, outbox: Any, look: Any) -> None:
    keep(cast, cast.owner)
    make.idea("Eigene Sache", consultation=consultation, author=cast.owner)
    look()
    assert not [mail for mail in outbox.to(cast.owner) if mail.kind == "search.new"]


@pytest.mark.parametrize("query", ["cluster=there-is-none", "question=99", "sector=C&language=xx"])
def test_a_filter_that_means_nothing_finds_nothing(
    cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, query: str
) -> None:
    keep(cast, cast.stranger, query=query)
    make.idea("Irgendwas", consultation=consultation, sector="C")
    look()
    assert not outbox.to(cast.stranger)


@pytest.mark.parametrize("query", ["question=1", "consultation=open-region", "consultation=open-region&question=1"])
def test_questions_are_those_of_the_consultation_in_which_a_search_was_kept(
    cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, clock: Any, query: str
) -> None:
    """Also once the next consultation asks others under the same numbers."""
    keep(cast, cast.stranger, query=query, title="Nutzen")
    make.idea("Zur ersten Frage", consultation=consultation)
    look()
    [mail] = outbox.to(cast.stranger)
    assert "Zur ersten Frage" in mail.text and "Nutzen" in mail.subject
    clock.shift(days=1)
    other = make.consultation(opens_at=now() - timedelta(hours=1))
    make.idea("Etwas anderes", consultation=other)
    make.idea("Spät zur ersten Frage", consultation=consultation)
    look()
    assert "Etwas anderes" not in outbox.last(cast.stranger).text
    assert "Spät zur ersten Frage" in outbox.last(cast.stranger).text


def test_what_was_kept_before_it_named_its_consultation_stays_with_it_all_the_same(
    client: Any, db: Any, cast: Any, make: Any, consultation: Any, sign_in: Any, outbox: Any, look: Any, clock: Any
) -> None:
    keep(cast, cast.stranger, query="question=1", title="Nutzen").query = {"question": ["1"]}
    db.session.commit()
    clock.shift(days=1)
    other = make.consultation(opens_at=now() - timedelta(hours=1))
    make.idea("Etwas anderes", consultation=other)
    make.idea("Spät zur ersten Frage", consultation=consultation)
    look()
    [mail] = outbox.to(cast.stranger)
    assert "Spät zur ersten Frage" in mail.text and "Etwas anderes" not in mail.text
    assert "OR-2026-00001\n\nZur Liste:" in mail.text
    asked = "consultation=open-region&question=1"
    [link] = sign_in(client, cast.stranger).page(PAGE).links("main .c-list a[href*=ideas]")
    for address in (link, next(one for one in paths(mail) if "ideas/?" in one)):
        assert parse_qs(urlsplit(str(address)).query) == parse_qs(asked)
    assert not search_operations.save_search(cast.actor(cast.stranger), "ideas", asked, "Noch einmal")
    [search] = kept(db, cast.stranger)
    assert search_operations.save_search(cast.actor(cast.stranger), "ideas", "question=1", "Die neue Frage")


def test_searches_are_taken_out_and_erased(db: Any, cast: Any) -> None:
    keep(cast, cast.owner, query="q=Laser", title="Laser")
    keep(cast, cast.colleague)
    [exported] = subjects.export(cast.owner.id)["searches"]
    assert (exported["list"], exported["query"], exported["title"]) == ("ideas", {"q": ["Laser"]}, "Laser")
    subjects.erase(cast.owner.id)
    assert db.session.execute(select(func.count()).select_from(SavedSearch)).scalar_one() == 1
    assert kept(db, cast.colleague)
