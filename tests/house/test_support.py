"""What the other tests stand on keeps its own promises."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from sqlalchemy import select, text

from consult.accounts.models import Person
from consult.core import jobs
from consult.core.mail import queue_mail
from tests.support.network import ForeignConnection
from tests.support.page import faults


def test_no_socket_leaves_the_run() -> None:
    with pytest.raises(ForeignConnection):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(ForeignConnection):
        socket.getaddrinfo("host.example", 80)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_committed_row_is_gone_in_the_next_test(db: Any, turn: int) -> None:
    assert db.session.execute(text("select count(*) from mail")).scalar_one() == 0
    queue_mail("somebody@region.example", "Subject", "Text", kind="test")
    db.session.commit()
    assert db.session.execute(text("select count(*) from mail")).scalar_one() == 1


def test_jobs_run_and_a_failing_one_is_seen(app: Any, db: Any, run_jobs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def note(payload: dict[str, Any]) -> None:
        done.append(payload["word"])

    def fail(_payload: dict[str, Any]) -> None:
        raise RuntimeError("for once")

    monkeypatch.setitem(jobs._handlers, "test.note", note)
    monkeypatch.setitem(jobs._handlers, "test.fail", fail)
    jobs.enqueue("test.note", {"word": "done"})
    assert run_jobs() == 1
    assert done == ["done"]
    jobs.enqueue("test.fail")
    with pytest.raises(AssertionError, match="for once"):
        run_jobs()


def test_a_snapshot_comes_back(database: Any, app: Any, db: Any, make: Any) -> None:
    make.person("Before")
    db.session.commit()
    database.keep("before")
    make.person("After")
    db.session.commit()
    database.restore()
    db.session.expunge_all()
    assert names(db) == []
    database.restore("before")
    assert names(db) == ["Before"]
    db.session.rollback()
    database.restore()
    assert names(db) == []


def names(db: Any) -> list[str]:
    found = list(db.session.execute(select(Person.name).order_by(Person.name)).scalars())
    db.session.rollback()
    return found


def test_a_further_application_shares_the_database(own_app: Any, db: Any, make: Any) -> None:
    make.person("Shared")
    db.session.commit()
    with own_app(SITE_NAME="Anders").app_context():
        assert names(db) == ["Shared"]
        make.person("From there")
        db.session.commit()
    assert names(db) == ["From there", "Shared"]


def test_the_cast_is_who_it_says(cast: Any) -> None:
    owner, colleague, outsider = (cast.actor(person) for person in (cast.owner, cast.colleague, cast.outsider))
    assert owner.organisation_ids == colleague.organisation_ids != outsider.organisation_ids
    assert cast.actor(cast.moderator).may("moderation.decide")
    assert not owner.may("moderation.queue")
    assert cast.actor(cast.admin).may("admin") and not cast.actor(cast.admin).may("answers.read_restricted")
    assert cast.actor(cast.cluster_manager).cluster_ids == {cast.cluster.id}
    assert [m.organisation_kind for m in cast.actor(cast.official).memberships] == ["ministry"]
    assert [m.organisation_kind for m in cast.actor(cast.analyst).memberships] == ["agency"]


def test_sign_in_gives_a_session(client: Any, cast: Any, sign_in: Any) -> None:
    assert client.get("/de/me/").status_code == 303
    sign_in(client, cast.participant)
    assert client.page("/de/me/").h1


def test_factories_make_what_the_models_take(make: Any, cast: Any, db: Any) -> None:
    make.consultation(questions=3)
    make.cluster(managers=[cast.owner])
    make.activity(project_id=make.project().id, capacity=3)
    consultation = make.consultation()
    assert make.idea(consultation=consultation, status="draft").number is None
    assert make.idea(consultation=consultation, status="submitted").status == "submitted"
    assert make.idea(consultation=consultation, answers={1: "Offen.", 2: ("Nur hier.", "ministry")}).is_public
    db.session.commit()


def test_page_faults_are_found() -> None:
    good = (
        '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>T</title></head><body><main><h1>U</h1>'
        '<form method="get"><label for="q">Suche</label><input id="q" name="q"><button>Suchen</button></form>'
        "</main></body></html>"
    )
    assert faults(good) == []
    for wrong, words in {
        good.replace('lang="de"', ""): "no lang",
        good.replace("<title>T</title>", "<title></title>"): "no title",
        good.replace("<h1>U</h1>", "<h1>U</h1><h1>V</h1>"): "2 h1",
        good.replace('for="q"', ""): "no label",
        good.replace("<h1>", '<h1 style="color:red">'): "inline style",
        good.replace("</main>", "<script>1</script></main>"): "inline script",
        good.replace("<form", '<a href="javascript:x">y</a><form'): "javascript:",
        good.replace('method="get"', 'method="post"'): "csrf_token",
        good.replace("<main>", "<main><p><div></p>"): "line 1",
        good.replace("<h1>", '<h1 id="q">'): "used 2 times",
        good.replace("<button>Suchen</button>", ""): "without JavaScript",
    }.items():
        assert any(words in fault for fault in faults(wrong)), (words, faults(wrong))
