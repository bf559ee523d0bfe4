"""What the other tests stand on keeps its own promises."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from sqlalchemy import text

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
