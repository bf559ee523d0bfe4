"""What the page of a version says of its changes in numbers."""

from __future__ import annotations

from typing import Any

from consult.ideas import drafting, operations


def test_one_word_is_one(cast: Any, make: Any, consultation: Any, client: Any, db: Any, clock: Any) -> None:
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=cast.owner)
    clock.shift(days=3)
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Prüfstand gemeinsam teilen"}), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    address = f"/ideas/{idea.number}/versions/2"
    assert "Gegenüber Fassung 1: 1 Wort neu, 0 entfernt." in client.page(f"/de{address}").text
    assert "Compared with version 1: 1 word added, 0 removed." in client.page(f"/en{address}").text
