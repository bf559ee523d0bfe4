"""Editors bring records in and take them out in the browser; others do not."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.clusters.models import Cluster
from consult.core.imports import ImportRun
from tests.exchange.conftest import saved, table, workbook

COLUMNS = ("id", "name.de", "name.en")
ROWS = (("neu-eins", "Neu eins", "New one"), ("neu-zwei", "Neu zwei", "New two"))


def _upload(client: Any, content: bytes, name: str = "cluster.csv", kind: str = "clusters") -> Any:
    page = client.page("/de/editorial/import")
    token = page.one("main form input[name=csrf_token]")["value"]
    data = {"csrf_token": token, "kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/de/editorial/import", data=data, content_type="multipart/form-data")


def _press(client: Any, page: Any, action: str, **fields: str) -> Any:
    form = page.one(f'form[action$="{action}"]')
    token = form.select_one("input[name=csrf_token]")["value"]
    return client.post(form["action"], data={"csrf_token": token, **fields})


def _count(db: Any) -> int:
    return int(db.session.execute(select(func.count()).select_from(Cluster)).scalar_one())


@pytest.mark.parametrize("who", ["owner", "moderator", "stranger"])
def test_others_have_no_way_in(client: Any, cast: Any, sign_in: Any, who: str) -> None:
    sign_in(client, getattr(cast, who))
    assert client.get("/de/editorial/import").status_code == 403
    assert client.get("/de/editorial/export/clusters.json").status_code == 403


def test_nobody_signed_out_comes_in(client: Any) -> None:
    assert client.get("/de/editorial/import").status_code in (302, 303, 401, 403)


def test_a_file_is_looked_at_carried_out_and_taken_back(client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    sign_in(client, cast.editor)
    address = _upload(client, table(COLUMNS, *ROWS)).headers["Location"]
    page = client.page(address)
    assert "neu-eins" in page.text and _count(db) == 0
    assert _press(client, page, "carry-out").status_code == 303
    assert _count(db) == 2
    assert _press(client, page, "carry-out").status_code == 409  # a second press does nothing
    done = client.page(address)
    assert "neu-zwei" in done.text
    assert _press(client, done, "undo").status_code == 303
    assert _count(db) == 0
    states = db.session.execute(select(ImportRun.state, ImportRun.content)).all()
    assert [tuple(one) for one in states] == [("undone", None)]


def test_a_refused_row_is_shown_and_nothing_can_be_carried_out(client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    sign_in(client, cast.editor)
    content = table((*COLUMNS, "form.value"), (*ROWS[0], "unassigned"), (*ROWS[1], "club"))
    page = client.page(_upload(client, content).headers["Location"])
    assert "form.value" in page.text and "club" in page.text
    assert not page.select('form[action$="carry-out"]')


def test_columns_are_given_their_fields(client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    sign_in(client, cast.editor)
    book = workbook(("Kennung", "name.de", "name.en", "Farbe"), (*ROWS[0], "rot"))
    address = _upload(client, saved(book), "cluster.xlsx").headers["Location"]
    page = client.page(address)
    assert "Farbe" in page.text
    chosen = {"column-0": "id", "column-1": "name.de", "column-2": "name.en", "column-3": ""}
    assert _press(client, page, "columns", **chosen).status_code == 303
    assert _press(client, client.page(address), "carry-out").status_code == 303
    assert db.session.execute(select(Cluster.slug)).scalars().all() == ["neu-eins"]


def test_no_file_is_told_at_the_field(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.editor)
    page = client.page("/de/editorial/import")
    token = page.one("main form input[name=csrf_token]")["value"]
    for more in ({}, {"file": "words where a file should be"}):
        answer = client.post("/de/editorial/import", data={"csrf_token": token, "kind": "clusters", **more})
        assert answer.status_code == 422


def test_what_is_taken_out_can_be_brought_in(demo: None, client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.editor)
    for fmt in ("json", "csv", "xlsx"):
        answer = client.get(f"/de/editorial/export/clusters.{fmt}")
        assert answer.status_code == 200
        page = client.page(_upload(client, answer.data, f"clusters.{fmt}").headers["Location"])
        assert not page.select("#faults")
    assert client.get("/de/editorial/export/ideas.json").status_code == 404  # people's texts: by command alone
    assert client.get("/de/editorial/export/clusters.exe").status_code == 404


def test_a_portrait_is_a_file(demo: None, client: Any) -> None:
    record = json.loads(client.get("/de/clusters/optonet.json").data)
    assert record["id"] == "optonet" and record["name"]["de"]
    assert "note" not in json.dumps(record) and "basis" not in json.dumps(record)
    linked = json.loads(client.get("/en/clusters/optonet.jsonld").data)
    assert linked["@type"] == "Organization" and linked["identifier"] == "optonet"
    lines = client.get("/de/clusters/optonet.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) > 10 and lines[0].startswith("Feld;")
    assert client.get("/de/clusters/nothing-here.json").status_code == 404
    page = client.page("/de/clusters/optonet")
    assert page.select('a[href$="/clusters/optonet.csv"]')
