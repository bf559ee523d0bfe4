"""The command line as an operator uses it: each command in a process of its own, on a data folder of its own."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import consult, demo_data, serve


def ask(data: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "consult.sqlite3") as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def demo_folder(tmp_path: Path) -> Path:
    """A data folder with the demo content, for this test alone."""
    return Path(shutil.copytree(demo_data(), tmp_path / "demo"))


def test_first_installation(empty_data: Path) -> None:
    done = consult("init", "--admin", "leitung@amt.example", data=empty_data)
    assert re.search(r"/account/reset/\S+", done.stdout)
    assert ask(empty_data, "select count(*) from question")[0][0] == 5
    clusters = ask(empty_data, "select count(*) from cluster")[0][0]
    assert clusters > 20
    consult("init", "--admin", "leitung@amt.example", data=empty_data)
    assert ask(empty_data, "select count(*) from cluster")[0][0] == clusters
    assert ask(empty_data, "select count(*) from idea")[0][0] == 0
    assert ask(empty_data, "select role from role_grant where role = 'administrator'") == [("administrator",)]


def test_first_installation_without_facts(empty_data: Path) -> None:
    consult("init", "--admin", "leitung@amt.example", "--without-facts", data=empty_data)
    assert ask(empty_data, "select count(*) from consultation")[0][0] >= 1
    assert ask(empty_data, "select count(*) from cluster")[0][0] == 0


def test_demo_is_complete_and_loads_once(demo_folder: Path) -> None:
    def counts() -> list[int]:
        tables = ("idea", "comment", "cluster", "project", "activity", "link", "person")
        return [ask(demo_folder, f"select count(*) from {table}")[0][0] for table in tables]

    before = counts()
    assert before[:3] == [26, 40, 24]
    consult("demo", "load", data=demo_folder)
    assert counts() == before


def test_demo_is_not_mixed_with_real_people(empty_data: Path) -> None:
    consult("init", "--admin", "leitung@amt.example", data=empty_data)
    refused = consult("demo", "load", data=empty_data, check=False)
    assert refused.returncode == 1
    assert "real people" in refused.stderr


def test_audit_verify_names_the_first_broken_record(demo_folder: Path) -> None:
    assert "whole" in consult("audit", "verify", data=demo_folder).stdout
    with sqlite3.connect(demo_folder / "consult.sqlite3") as connection:
        connection.execute("update audit_row set event = 'idea.praised' where seq = 3")
    broken = consult("audit", "verify", data=demo_folder, check=False)
    assert broken.returncode == 1
    assert "Record 3" in broken.stderr


def test_doctor_says_what_to_mend(demo_folder: Path, empty_data: Path) -> None:
    healthy = consult("doctor", data=demo_folder)
    assert not [line for line in healthy.stdout.splitlines() if line.startswith("fault")]
    assert "CONSULT_DATA_DIR" in healthy.stdout
    behind = consult("doctor", data=empty_data, check=False)
    assert behind.returncode == 1
    assert "consult db upgrade" in behind.stdout
    deaf = consult("doctor", data=demo_folder, check=False, MAIL_URL="smtp://127.0.0.1:1")
    assert deaf.returncode == 1


def test_counters_and_index_can_be_made_anew(demo_folder: Path) -> None:
    with sqlite3.connect(demo_folder / "consult.sqlite3") as connection:
        connection.execute("update idea set comment_count = 99")
        connection.execute("delete from search_doc")
        # an index of an older version is told from one of this: the installation remembers which analyser made it
        [(version,)] = connection.execute("select value from stored_setting where name = 'search.analyser'").fetchall()
    consult("recount", data=demo_folder)
    assert ask(demo_folder, "select max(comment_count) from idea")[0][0] < 10
    assert consult("doctor", data=demo_folder, check=False).returncode == 1
    assert int(consult("reindex", data=demo_folder).stdout.split()[0]) > 100
    assert consult("doctor", data=demo_folder).returncode == 0
    with sqlite3.connect(demo_folder / "consult.sqlite3") as connection:
        connection.execute("update stored_setting set value = ? where name = 'search.analyser'", (int(version) - 1,))
    assert "older analyser" in consult("doctor", data=demo_folder, check=False).stdout
    consult("reindex", data=demo_folder)
    assert consult("doctor", data=demo_folder).returncode == 0


def test_jobs_status(demo_folder: Path) -> None:
    assert "failed: 0" in consult("jobs", "status", data=demo_folder).stdout


def test_synthetic_content_is_reproducible(tmp_path: Path) -> None:
    titles = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        consult("db", "upgrade", data=tmp_path / name)
        consult("synth", "--ideas", "40", "--comments", "20", "--clusters", "3", "--seed", "5", data=tmp_path / name)
        titles.append(ask(tmp_path / name, "select number, title, comment_count from idea order by id"))
    assert titles[0] == titles[1]
    assert len(titles[0]) == 40
    tally = "select sum(count) from idea_tally where facet = 'consultation'"
    assert ask(tmp_path / "one", tally)[0][0] == 40
    consult("users", "create", "--email", "echt@firma.example", data=tmp_path / "one")
    refused = consult("synth", "--ideas", "1", data=tmp_path / "one", check=False)
    assert refused.returncode == 1


def test_second_start_keeps_what_was_entered(demo_folder: Path) -> None:
    consult("users", "create", "--email", "neu@demo.example", "--confirmed", data=demo_folder)
    ideas = ask(demo_folder, "select count(*), max(id) from idea")
    for _ in range(2):
        server = serve(demo_folder)
        assert "visitor@demo.example" in server.log()
        server.stop()
        assert server.process.returncode == 0
    assert ask(demo_folder, "select count(*) from person where email = 'neu@demo.example'") == [(1,)]
    assert ask(demo_folder, "select count(*), max(id) from idea") == ideas


def test_a_taken_port_is_said_in_words(demo_folder: Path) -> None:
    server = serve(demo_folder)
    port = server.url.rsplit(":", 1)[1]
    second = consult("serve", "--port", port, data=demo_folder, check=False, timeout=60)
    server.stop()
    assert second.returncode == 1
    assert "cannot listen" in second.stderr
