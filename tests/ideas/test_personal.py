"""A person's ideas are taken out whole, and erased so that what was published stays without their name."""

from __future__ import annotations

from typing import Any

from consult.core.registry import registries
from consult.ideas.models import Idea, Support
from consult.ideas.operations import set_support


def test_everything_is_taken_out(make: Any, cast: Any, consultation: Any, db: Any) -> None:
    make.idea("Gesendet", consultation=consultation, author=cast.owner, answers={1: ("Geheim.", "ministry")})
    make.idea("Entwurf", consultation=consultation, author=cast.owner, status="draft")
    other = make.idea("Fremd", consultation=consultation)
    set_support(cast.actor(cast.owner), other.id, True)
    out = registries.personal_data["ideas"].export(cast.owner.id)
    assert [one["status"] for one in out["ideas"]] == ["published", "draft"]
    assert out["ideas"][0]["versions"][0]["answers"][0]["text"] == "Geheim."
    assert out["ideas"][1]["draft"]["title"] == "Entwurf"
    assert [one["idea"] for one in out["supported"]] == [other.number]


def test_erasure_takes_the_name_and_leaves_the_text(make: Any, cast: Any, consultation: Any, db: Any) -> None:
    public = make.idea("Bleibt", consultation=consultation, author=cast.participant)
    draft = make.idea("Geht", consultation=consultation, author=cast.participant, status="draft")
    other = make.idea("Fremd", consultation=consultation)
    set_support(cast.actor(cast.participant), other.id, True)
    assert public.byline == "Paula Participant" and other.support_count == 1
    registries.personal_data["ideas"].erase(cast.participant.id)
    db.session.flush()
    db.session.expire_all()
    kept = db.session.get(Idea, public.id)
    assert kept is not None and kept.is_public and kept.author_id is None and kept.byline == ""
    assert db.session.get(Idea, draft.id) is None
    assert db.session.get(Idea, other.id).support_count == 0 and db.session.query(Support).count() == 0
