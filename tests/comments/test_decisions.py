"""What each decision does to a comment in each state, its way back, and what can be taken back much later."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments import operations, personal, queries, rules
from consult.comments.models import Comment, CommentVersion
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.registry import registries
from consult.moderation import operations as moderation
from consult.moderation.models import Decision
from consult.moderation.queries import waiting_case
from tests.comments.test_operations import decide, write
from tests.moderation.kind import Note, Notes

pytestmark = pytest.mark.usefixtures("chain_is_whole", "clock")

BODY = "Rufen Sie Herrn **Muster** unter 030 123456 an, er hilft."
PASSAGE = (("Herrn Muster unter 030 123456", ""),)

# how a comment gets into a state: mode of the subject and decisions before
WAYS = {
    "pending": ("pre", ()),
    "published": ("post", ()),
    "published again": ("pre", ("publish",)),
    "hidden": ("post", ("hide",)),
    "rejected": ("pre", ("reject",)),
    "taken down": ("post", ("remove",)),
    "taken down after hiding": ("post", ("hide", "remove")),
}
AFTER = {
    "publish": "published", "redact": "published", "reject": "hidden", "hide": "hidden", "restore": "published",
    "remove": "taken_down",
}  # fmt: skip


def _look(cast: Any, comment: Comment) -> None:
    if waiting_case("comment", comment.id) is None:
        moderation.look_again(cast.actor(cast.moderator), "comment", comment.id)


def brought_to(way: str, note: Note, notes: Notes, cast: Any) -> Comment:
    notes.mode, before = WAYS[way]
    comment = write(cast, note, BODY)
    for outcome in before:
        _look(cast, comment)
        decide(cast, comment, outcome)
    return comment


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", sorted(AFTER))
def test_each_decision_in_each_state_and_its_way_back(
    note: Note, notes: Notes, cast: Any, way: str, outcome: str
) -> None:
    comment = brought_to(way, note, notes, cast)
    _look(cast, comment)
    before = (comment.status, comment.body, comment.html, notes.counts.get(note.id, 0), comment.redactions)
    values = {"passages": PASSAGE} if outcome == "redact" else {}
    if outcome not in rules.OUTCOMES[comment.status]:
        if outcome == "publish" and comment.status == rules.VISIBLE:
            return  # "leave it as it is", see the desk's own tests
        with pytest.raises((Invalid, Conflict)):
            decide(cast, comment, outcome, **values)
        assert before[0] == comment.status
        return
    decision = decide(cast, comment, outcome, **values)
    assert comment.status == AFTER[outcome]
    assert notes.counts.get(note.id, 0) == int(comment.status == rules.VISIBLE)
    moderation.reverse(cast.actor(cast.moderator), decision.id)
    after = (comment.status, comment.body, comment.html, notes.counts.get(note.id, 0), comment.redactions)
    assert after == before


def test_readers_see_where_and_why_a_passage_is_missing(
    note: Note, notes: Notes, cast: Any, client: Any, db: Any
) -> None:
    comment = brought_to("published", note, notes, cast)
    decide(cast, comment, "redact", passages=PASSAGE, reason="personal-data")
    assert "Muster" not in comment.body + comment.html
    assert "030" not in comment.body
    assert "█ geschwärzt: Personenbezogene Daten █" in comment.html
    assert db.session.get(CommentVersion, comment.version_id).body == BODY
    page = client.page(f"/de/comments/{comment.id}")
    assert "geschwärzt: Personenbezogene Daten" in page.text
    assert "Herrn Muster" not in page.text


def test_the_author_still_has_the_own_words(note: Note, notes: Notes, cast: Any, participant: Any, db: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    decide(cast, comment, "redact", passages=PASSAGE)
    page = participant.page(f"/de/comments/{comment.id}/edit")
    assert BODY in page.one("#body").get_text()
    assert "geschwärzt" in participant.page(f"/de/comments/{comment.id}").text


def test_a_changed_text_is_read_again_after_a_redaction(note: Note, notes: Notes, cast: Any) -> None:
    """Where texts are public at once, an edit would otherwise bring the passage back."""
    comment = brought_to("published", note, notes, cast)
    decide(cast, comment, "redact", passages=PASSAGE)
    operations.edit_comment(cast.actor(cast.participant), comment.id, BODY + " Wirklich.")
    assert (comment.status, comment.redactions) == ("pending", [])


@pytest.mark.parametrize("passages", [(), (("steht hier nicht", ""),)])
def test_a_redaction_needs_its_passage(
    note: Note, notes: Notes, cast: Any, passages: tuple[tuple[str, str], ...]
) -> None:
    comment = brought_to("published", note, notes, cast)
    with pytest.raises(Invalid) as refused:
        decide(cast, comment, "redact", passages=passages)
    assert "passage" in refused.value.fields
    assert comment.body == BODY


@pytest.mark.parametrize(("way", "outcome"), [("pending", "reject"), ("published", "hide"), ("published", "remove")])
def test_what_somebody_else_overturns_can_be_read_again(
    note: Note, notes: Notes, cast: Any, outbox: Any, clock: Any, way: str, outcome: str
) -> None:
    comment = brought_to(way, note, notes, cast)
    decision = decide(cast, comment, outcome)
    clock.shift(days=120)
    with pytest.raises(Refused):  # not by who made it
        moderation.overturn_decision(cast.actor(cast.moderator), decision.id, "", "Wir lagen falsch.")
    new = moderation.overturn_decision(cast.actor(cast.moderator2), decision.id, "", "Wir lagen falsch.")
    assert (comment.status, notes.counts) == ("published", {note.id: 1})
    assert (new.outcome, new.overturned_id, decision.reversed_by) == ("reinstate", decision.id, cast.moderator2.id)
    assert waiting_case("comment", comment.id) is None
    assert "zurückgenommen" in outbox.last(cast.participant).subject
    with pytest.raises(Conflict):
        moderation.overturn_decision(cast.actor(cast.moderator2), decision.id, "", "Noch einmal.")


def test_one_of_two_redactions_is_overturned(note: Note, notes: Notes, cast: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    first = decide(cast, comment, "redact", passages=(("030 123456", ""),))
    _look(cast, comment)
    decide(cast, comment, "redact", passages=(("er hilft", ""),))
    moderation.overturn_decision(cast.actor(cast.moderator2), first.id, "", "Die Nummer ist öffentlich.")
    assert "030 123456" in comment.body
    assert "er hilft" not in comment.body


def test_what_its_author_has_removed_stays_away(note: Note, notes: Notes, cast: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    decision = decide(cast, comment, "hide")
    operations.remove_comment(cast.actor(cast.participant), comment.id)
    with pytest.raises(Conflict):
        moderation.overturn_decision(cast.actor(cast.moderator2), decision.id, "", "Wir lagen falsch.")
    assert (comment.status, comment.body) == ("removed", "")


def test_hiding_waits_for_a_last_word(note: Note, notes: Notes, cast: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    decide(cast, comment, "hide")
    case = waiting_case("comment", comment.id)
    assert case is not None
    assert case.status == "open"
    decide(cast, comment, "remove")
    assert (comment.status, waiting_case("comment", comment.id)) == ("taken_down", None)


@pytest.mark.parametrize(
    ("way", "reader", "now", "then"),
    [
        ("pending", "public", "", BODY),
        ("pending", "author", BODY, BODY),
        ("published", "ministry", BODY, BODY),
        ("hidden", "agency", "", BODY),
        ("taken down", "public", "", BODY),
        ("taken down", "author", BODY, BODY),
    ],
)
def test_preview_shows_what_readers_have_and_would_have(
    note: Note, notes: Notes, cast: Any, way: str, reader: str, now: str, then: str
) -> None:
    comment = brought_to(way, note, notes, cast)
    preview = registries.moderated["comment"].preview
    assert preview is not None
    assert "".join(part.source for part in preview(comment.id, None, reader)) == now
    assert "".join(part.source for part in preview(comment.id, comment.version_id, reader)) == then


def test_preview_keeps_blackened_passages_from_all_but_the_author(note: Note, notes: Notes, cast: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    decide(cast, comment, "redact", passages=PASSAGE)
    preview = registries.moderated["comment"].preview
    assert preview is not None
    assert "Muster" not in preview(comment.id, comment.version_id, "ministry")[0].source
    assert "Muster" in preview(comment.id, comment.version_id, "author")[0].source


def test_erasure_takes_what_was_blacked_out_with_it(note: Note, notes: Notes, cast: Any, db: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    decide(cast, comment, "redact", passages=PASSAGE)
    personal.erase(cast.participant.id)
    db.session.flush()
    db.session.expire_all()
    assert db.session.get(Comment, comment.id).redactions == []
    assert all("Muster" not in version.body for version in queries.versions_of(comment.id))


def test_a_decision_names_everything_its_record_needs(note: Note, notes: Notes, cast: Any, db: Any) -> None:
    comment = brought_to("published", note, notes, cast)
    decision = decide(cast, comment, "redact", passages=PASSAGE, internal_note="Mit der Leitung besprochen.")
    stored = db.session.get(Decision, decision.id)
    assert "Leitung" not in "".join(stored.statement.values()) + stored.note
    assert stored.internal_note == "Mit der Leitung besprochen."
    assert stored.reason_texts["title"]["en"] == "Spam or harmful link"
