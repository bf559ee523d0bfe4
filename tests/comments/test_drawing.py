"""Comments as HTML: nothing that people wrote stands in it as markup, and everybody gets the acts that are theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup

from consult.comments.drawing import comments
from consult.comments.queries import Node
from consult.core.i18n import in_language

HOSTILE = '"><b>%(name)s %s {0} &amp;'


def row(**values: Any) -> Any:
    given = {
        "id": 7, "author_name": "Ada", "organisation_name": "", "kind": "", "html": Markup("<p>Text</p>"), "language": "de",
        "status": "published", "created_at": datetime(2026, 8, 25, 8, tzinfo=UTC), "edited_at": None, "redactions": False,
    }  # fmt: skip
    return SimpleNamespace(**{**given, **values})


def drawn(app: Flask, *nodes: Node, key: str = "N-1", may_write: bool = True, may_moderate: bool = False) -> str:
    with app.test_request_context("/de/"), in_language("de"):
        return str(comments(nodes, "note", key, may_write, 3, may_moderate))


def node(mine: bool = False, **values: Any) -> Node:
    return Node(row(**values), "", mine, False, may_edit=mine, may_remove=mine)


@pytest.mark.parametrize("name", ["author_name", "organisation_name", "kind", "language", "html"])
def test_what_people_wrote_is_never_markup(app: Flask, name: str) -> None:
    found = drawn(app, node(**{name: HOSTILE}))
    assert "<b>" not in found
    assert "&#34;&gt;&lt;b&gt;%(name)s %s {0} &amp;amp;" in found


def test_names_stand_in_every_act_as_they_are(app: Flask) -> None:
    found = drawn(app, node(author_name="100 % Tür & Tor"), may_moderate=True)
    assert found.count("100 % Tür &amp; Tor") == 4  # heading, answer, report, moderation


def test_the_acts_are_those_of_the_reader(app: Flask) -> None:
    def acts(found: str) -> list[str]:
        return [word for word in ("Antworten", "Ändern", "Entfernen", "Melden", "Prüfen") if f">{word}<" in found]

    assert acts(drawn(app, node())) == ["Antworten", "Melden"]
    assert acts(drawn(app, node(), may_write=False)) == ["Melden"]
    assert acts(drawn(app, node(), key="")) == ["Melden"]
    assert acts(drawn(app, node(), may_moderate=True)) == ["Antworten", "Melden", "Prüfen"]
    assert acts(drawn(app, node(mine=True), may_moderate=True)) == ["Antworten", "Ändern", "Entfernen"]
    assert acts(drawn(app, node(mine=True, status="pending"))) == ["Ändern", "Entfernen"]


def test_state_kind_and_edit_are_told(app: Flask) -> None:
    shown = node(edited_at=datetime(2026, 8, 26, tzinfo=UTC), redactions=True)
    shown.by_subject_author = True
    found = drawn(app, shown)
    assert "bearbeitet am 26. August 2026" in found
    assert "kern-badge" in found
    assert "kern-badge" not in drawn(app, node())


def test_answers_stand_one_rank_below(app: Flask) -> None:
    shown = node(author_name="Ada")
    shown.answers, shown.more = [node(id=8, author_name="Bea")], 3
    found = drawn(app, shown, Node(row(id=9), "removed", False, False))
    assert "<h3>Ada</h3>" in found
    assert "<h4>Bea</h4>" in found
    assert "3 weitere Antworten" in found
    assert found.count("<article") == found.count("</article>") == 3
    assert "Text" not in found[found.index("comment-9") :]
