"""What is noted of what is near: pages say the same as without a note and ask less; no note of a changed text is used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from consult.core.registry import touch
from consult.core.unit import ContentVersion
from consult.ideas.models import Idea
from consult.projects.models import Project
from consult.search import notes
from consult.search.models import SearchDoc, SearchNote
from tests.support.queries import count_queries


def _work(db: Any) -> None:
    for _ in range(20):
        notes.make_notes({})
        db.session.commit()
        if not db.session.execute(select(SearchNote.doc_id).where(SearchNote.due > 0).limit(1)).first():
            return
    raise AssertionError("there is always something due")


def _numbers(db: Any) -> list[str]:
    return list(db.session.execute(select(Idea.number).where(Idea.is_public).order_by(Idea.id)).scalars())


def _addresses(number: str) -> list[str]:
    of_api = f"/api/v1/ideas/{number}"
    return [f"/de/ideas/{number}/near", f"/en/ideas/{number}/near", f"{of_api}/similar", f"{of_api}/matches"]


def _said(client: Any, db: Any) -> dict[str, bytes]:
    """What the pages and the interface say, none of it remembered."""
    db.session.execute(update(ContentVersion).values(version=ContentVersion.version + 1))
    db.session.commit()
    found = {one: client.get(one) for number in _numbers(db) for one in _addresses(number)}
    assert {answer.status_code for answer in found.values()} == {200}
    return {one: answer.get_data() for one, answer in found.items()}


_IDEAS = select(SearchDoc).where(SearchDoc.kind == "idea").execution_options(populate_existing=True)


def test_a_note_says_what_comparing_says_and_asks_less(
    app: Any, client: Any, demo: Any, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _numbers(db)[0]
    before = _said(client, db)
    _work(db)
    for address in _addresses(first):
        with count_queries(app, at_most=10):
            client.get(address)
    with monkeypatch.context() as patch:
        patch.setattr("consult.ideas.helps.weigh", None)  # comparing would fail
        patch.setattr("consult.api.similar.weigh", None)
        assert _said(client, db) == before


def test_a_text_that_changes_or_goes_is_out_of_every_note_at_once(
    client: Any, demo: Any, db: Any, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _work(db)
    changed, gone = db.session.execute(select(Idea).where(Idea.is_public).order_by(Idea.id).limit(2)).scalars()
    project = db.session.execute(select(Project).where(Project.id.in_(_ids(db, "project")))).scalars().first()
    before = changed.title
    changed.title, gone.is_public = "Quallenzucht am Nordpol", False
    project.title = {"de": "Ohne Worte", "en": "Without words"}
    for kind, one in (("idea", changed), ("idea", gone), ("project", project)):
        touch(kind, one.id)
    db.session.commit()
    for worked in (False, True):
        if worked:
            run_jobs()
            _work(db)
            monkeypatch.setattr("consult.ideas.helps.weigh", None)  # comparing would fail: all are noted again
            monkeypatch.setattr("consult.api.similar.weigh", None)
        said = _said(client, db)
        assert not [
            address for address, page in said.items() if gone.number.encode() in page or before.encode() in page
        ]
        texts = {row.subject_id: f"{row.title} {row.body}" for row in db.session.execute(_IDEAS).scalars()}
        for address in (one for one in said if one.endswith("/similar")):
            for entry in json.loads(said[address])["data"]:
                [idea_id] = db.session.execute(select(Idea.id).where(Idea.number == entry["number"])).scalars()
                assert all(word in texts[idea_id] for word in entry["shared"]), entry
    of_texts = select(SearchDoc.id, SearchDoc.stamp).where(SearchDoc.kind.in_(notes.KINDS))
    of_notes = select(SearchNote.doc_id, SearchNote.stamp)
    assert dict(map(tuple, db.session.execute(of_notes))) == dict(map(tuple, db.session.execute(of_texts)))


def _ids(db: Any, kind: str) -> list[int]:
    return list(db.session.execute(select(SearchDoc.subject_id).where(SearchDoc.kind == kind)).scalars())
