"""The editors' desk: list, new portraits, listing, translations, one's own page, and the queries that they take."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from consult.clusters import editing
from consult.clusters.columns import gaps_of
from consult.clusters.models import Cluster
from consult.core.db import db
from consult.core.registry import registries
from consult.moderation.operations import look_again
from consult.notifications.operations import follow
from tests.clusters.portraits import fresh, observations, portrait, send, versions
from tests.support.queries import count_queries

DESK = "/de/editorial/clusters/"


@pytest.fixture
def editor(client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(client, cast.editor)


@pytest.mark.parametrize("who", ["participant", "moderator", "cluster_manager", "admin", "analyst"])
def test_the_desk_is_for_editors(client: Any, sign_in: Any, cast: Any, who: str) -> None:
    portrait()
    sign_in(client, getattr(cast, who))
    for path in ("", "new", "translations", "optikring", "optikring/merge", "optikring/translations/name/en"):
        assert client.get(f"{DESK}{path}").status_code == 403, path


def test_an_empty_desk_says_so(editor: Any) -> None:
    assert "Hier ist kein Portrait" in editor.page(DESK).text
    assert "Alles ist übersetzt" in editor.page(f"{DESK}translations").text


FILTERS = {
    "": {"a", "b", "c", "e"}, "unconfirmed": {"a", "c", "e"}, "dormant": {"c"}, "out": {"d"}, "translate": {"e"},
    "claimed": set(), "waiting": set(), "no-such": {"a", "b", "c", "e"},
}  # fmt: skip


@pytest.mark.parametrize("name", FILTERS)
def test_what_waits_is_found_by_tabs(editor: Any, name: str) -> None:
    made = {
        letter: portrait(f"netz-{letter}", name={"de": f"Netz {letter}", "en": f"Net {letter}" if letter != "e" else ""})
        for letter in "abcde"
    }  # fmt: skip
    db.session.execute(db.update(Cluster).where(Cluster.slug == "netz-b").values(status="confirmed"))
    db.session.execute(
        db.update(Cluster).where(Cluster.slug == "netz-c").values(dormant_since=made["c"].created_at.date())
    )
    db.session.execute(db.update(Cluster).where(Cluster.slug == "netz-d").values(listed=False))
    fresh(made["e"]).text_gaps = gaps_of(fresh(made["e"]))
    db.session.commit()
    page = editor.page(f"{DESK}?show={name}")
    shown = {one.get_text()[-1] for one in page.select("tbody th a")}
    assert shown == FILTERS[name]
    known = name if name != "no-such" else ""
    (current,) = page.select(".c-tabs [aria-current=page] .muted")
    assert current.get_text() == str(len(FILTERS[known]))


def test_the_desk_takes_few_queries_whatever_there_is(app: Flask, editor: Any) -> None:
    for number in range(3):
        portrait(f"netz-{number}")
    with count_queries(app, at_most=8) as few:
        editor.get(DESK)
    for number in range(3, 12):
        portrait(f"netz-{number}")
    with count_queries(app) as many:
        editor.get(DESK)
    assert len(many) == len(few)
    with count_queries(app, at_most=10):
        editor.get(f"{DESK}netz-1")


def test_the_form_and_ones_own_page_take_few_queries(app: Flask, client: Any, sign_in: Any, make: Any) -> None:
    person = make.person(roles=("cluster",))
    portrait("netz-1", managers=[person])
    sign_in(client, person)
    with count_queries(app, at_most=10):
        client.get("/de/clusters/netz-1/edit")
    with count_queries(app) as one:
        client.get("/de/me/")
    for number in range(2, 6):
        portrait(f"netz-{number}", managers=[person])
    with count_queries(app) as several:
        client.get("/de/me/")
    assert len(several) == len(one)


def test_a_new_portrait_from_nothing(editor: Any, new_client: Any) -> None:
    assert editor.submit(f"{DESK}new", {"seat": "Gera"}).status_code == 422
    fields = {
        "name_de": "Spielzeugring Sonneberg", "strengths_de": "Spielzeug aus der Region.", "seat": "Sonneberg",
        "region": "DEG0",
        "sectors": ["C"], "website": "https://www.spielzeugring.example/start", "members": "12", "as_of": "2026-11",
        "source": "Mitteilung vom November 2026",
    }  # fmt: skip
    answer = editor.submit(f"{DESK}new", fields)
    assert answer.headers["Location"] == "/de/clusters/spielzeugring-sonneberg/edit"
    page = new_client().page("/de/clusters/spielzeugring-sonneberg")
    assert "12 November 2026; Mitteilung vom November 2026; von der Redaktion eingetragen" in page.text
    assert "unbestätigt" in page.text and "Im Verzeichnis seit" in page.text
    assert "Sonneberg, Thüringen" in new_client().page("/de/clusters/?region=DEG").text
    assert "Spielzeugring" in new_client().page("/de/search?q=Spielzeugring").text
    again = editor.submit(f"{DESK}new", fields)
    assert again.headers["Location"] == "/de/clusters/spielzeugring-sonneberg-2/edit"


@pytest.mark.parametrize("name", ["Compare", "Countries", "Self-check", "Figures", "Claims"])
def test_an_address_never_covers_a_page_of_ours(editor: Any, name: str) -> None:
    answer = editor.submit(f"{DESK}new", {"name_de": name})
    assert answer.headers["Location"].endswith("-2/edit")


def test_taken_out_and_put_back_with_dates(clock: Any, client: Any, sign_in: Any, cast: Any, new_client: Any) -> None:
    cluster = portrait()
    editor = sign_in(client, cast.editor)
    editor.submit(f"{DESK}optikring", form="form[action$='/listing']")
    assert new_client().get("/de/clusters/optikring").status_code == 410
    assert "Optikring" not in new_client().page("/de/clusters/").text
    assert registries.subjects["cluster"].describe([cluster.id])[cluster.id].public is False
    assert editor.get("/de/clusters/optikring").status_code == 200
    clock.shift(days=3)
    sign_in(client, cast.editor)
    editor.submit(f"{DESK}optikring", form="form[action$='/listing']")
    text = new_client().page("/de/clusters/optikring").text
    assert "herausgenommen 24. November 2026 bis 27. November 2026" in text
    assert "Optikring" in new_client().page("/de/clusters/").text


def test_a_reported_portrait_is_hidden_and_restored_by_moderation(make: Any, cast: Any, client: Any) -> None:
    cluster = portrait()
    look_again(make.actor(cast.moderator), "cluster", cluster.id)
    make.decide("cluster", cluster.id, "hide", moderator=cast.moderator, reason="off-topic", note="Kein Cluster.")
    db.session.commit()
    assert client.get("/de/clusters/optikring").status_code == 410
    look_again(make.actor(cast.moderator2), "cluster", cluster.id)
    make.decide(
        "cluster", cluster.id, "restore", moderator=cast.moderator2, note="Doch ein Cluster.", reason="off-topic"
    )
    db.session.commit()
    assert client.get("/de/clusters/optikring").status_code == 200


# ---- translations ---------------------------------------------------------------------------------------------------


def test_a_gap_is_listed_and_closed(editor: Any, new_client: Any) -> None:
    cluster = portrait()
    send(editor, strengths_en="")
    assert "Stärken auf Englisch" in editor.page(f"{DESK}translations").text
    reader = new_client().page("/en/clusters/optikring")
    assert reader.one("p.lede")["lang"] == "de" and "English missing" in reader.text
    address = f"{DESK}optikring/translations/strengths/en"
    page = editor.page(address)
    assert "Bringt Optikbetriebe zusammen." in page.text
    assert editor.submit(address, {"text": "  "}).status_code == 422
    editor.submit(address, {"text": "Links optics firms.", "state": "machine"})
    assert "Links optics firms." in new_client().page("/en/clusters/optikring").text
    assert "translated by a machine" in new_client().page("/en/clusters/optikring").text
    assert "durch eine Maschine" in editor.page(address).text or "Maschine" in editor.page(f"{DESK}translations").text
    editor.submit(address, {"text": "Links optics firms.", "state": "human"})
    assert "Alles ist übersetzt" in editor.page(f"{DESK}translations").text
    assert fresh(cluster).strengths == {"de": "Bringt Optikbetriebe zusammen.", "en": "Links optics firms."}
    assert len(observations(cluster, "strengths")) == 1 and len(versions(cluster)) == 3


def test_a_translation_notices_another_change(editor: Any, new_client: Any, sign_in: Any, make: Any) -> None:
    portrait()
    address = f"{DESK}optikring/translations/strengths/en"
    page = editor.page(address)
    values = page.form_values(page.select("main form")[0])
    send(sign_in(new_client(), make.person(roles=("editor",))), strengths_en="Somebody was faster.")
    answer = editor.post(address, data={**values, "text": "My translation."})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Somebody was faster." in text and "My translation." in text


@pytest.mark.parametrize("path", ["seat/en", "strengths/fr", "strengths/DE", "x/y"])
def test_there_is_nothing_else_to_translate(editor: Any, path: str) -> None:
    portrait()
    assert editor.get(f"{DESK}optikring/translations/{path}").status_code == 404


# ---- who speaks for it, followers, one's own page -------------------------------------------------------------------


def test_an_editor_names_a_manager(editor: Any, cast: Any) -> None:
    cluster = portrait()
    form = "form[action$='/managers']"
    assert editor.submit(f"{DESK}optikring", {"email": "niemand@people.example"}, form=form).status_code == 422
    assert editor.submit(f"{DESK}optikring", {"email": cast.participant.email}, form=form).status_code == 303
    assert cast.participant.name in editor.page(f"{DESK}optikring").text
    assert fresh(cluster).status == "claimed"


def test_followers_hear_of_a_change_once(
    make: Any, cast: Any, editor: Any, run_jobs: Any, new_client: Any, sign_in: Any
) -> None:
    cluster = portrait()
    follow(make.actor(cast.participant), "cluster", cluster.id)
    send(editor, seat="Gera")
    run_jobs()
    text = sign_in(new_client(), cast.participant).page("/de/me/").text
    assert "Das Portrait Optikring Saale wurde geändert." in text


def test_my_page_says_what_comes_next(client: Any, sign_in: Any, make: Any, cast: Any) -> None:
    person = make.person(roles=("cluster",))
    cluster = portrait(managers=[person])
    sign_in(client, person)
    assert "zum ersten Mal bestätigen" in client.page("/de/me/").text
    send(client, seat="Gera")
    assert "wartet auf die Moderation" in client.page("/de/me/").text
    make.decide("cluster", cluster.id, "return", moderator=cast.moderator, reason="off-topic", note="Warum Gera?")
    db.session.commit()
    assert "Die Moderation hat eine Frage zu Ihrer Änderung" in client.page("/de/me/").text
    page = client.page("/de/clusters/optikring/edit")
    client.post(
        "/de/clusters/optikring/edit/withdraw", data=page.form_values(page.select("form[action$='/withdraw']")[0])
    )
    editing.confirm(make.actor(person), cluster.id)
    db.session.commit()
    assert (
        "Fehlendes ergänzen: Form, von der Organisation selbst zugeordnet, Schlüsseltechnologien"
        in client.page("/de/me/").text
    )


def test_editors_see_on_their_page_what_waits(editor: Any) -> None:
    portrait()
    page = editor.page("/de/me/")
    assert "Cluster: Arbeitsplatz der Redaktion" in page.text
    assert DESK in page.links("main a")


def test_what_a_person_entered_goes_without_them(editor: Any, cast: Any) -> None:
    cluster = portrait()
    send(editor, seat="Gera", note="Aus dem Telefonat.")
    entry = registries.personal_data["clusters"]
    (told,) = entry.export(cast.editor.id)["cluster_changes"]
    assert told["changes"]["values"] == {"seat": "Gera"}
    entry.erase(cast.editor.id)
    db.session.commit()
    assert fresh(cluster).seat == "Gera"
    assert [one.entered_by for one in observations(cluster, "seat")] == [None, None]
    assert versions(cluster)[0].author_id is None
