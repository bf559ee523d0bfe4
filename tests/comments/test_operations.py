"""Writing, editing, removing, and what moderation does with comments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.comments import operations, personal, queries
from consult.comments.models import Comment, CommentVersion
from consult.comments.operations import Text
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.registry import registries
from consult.moderation import operations as moderation
from consult.moderation.models import LOOK, SUBMISSION, Case, Decision
from consult.moderation.operations import Choice
from consult.moderation.queries import version_text, waiting_case
from tests.moderation.kind import KIND, Note, Notes

pytestmark = pytest.mark.usefixtures("chain_is_whole")


def write(cast: Any, note: Note, body: str = "Das kennen wir auch.", person: Any = None, **values: Any) -> Comment:
    actor = cast.actor(person or cast.participant)
    return operations.write_comment(actor, queries.subject_by_key(KIND, f"N-{note.id}"), Text(body, **values))


def decide(cast: Any, comment: Comment, outcome: str = "publish", **values: Any) -> Decision:
    case = waiting_case("comment", comment.id)
    assert case is not None
    if outcome != "publish":
        values = {"reason": "spam", "note": "Immer dasselbe.", **values}
    return moderation.decide(cast.actor(cast.moderator), case.id, Choice(outcome, version=version_text(case), **values))


# ---- modes ----------------------------------------------------------------------------------------------------------


def test_before_moderation_it_waits(
    note: Note, notes: Notes, cast: Any, run_jobs: Any, outbox: Any, clock: Any
) -> None:
    comment = write(cast, note)
    case = waiting_case("comment", comment.id)
    assert case is not None
    assert (comment.status, case.source, case.version_id) == ("pending", SUBMISSION, comment.version_id)
    assert case.title == "Ein Prüfstand für alle"
    assert notes.counts == {}
    decide(cast, comment)
    assert (comment.status, notes.counts) == ("published", {note.id: 1})
    mail = outbox.last(cast.participant)
    assert mail.kind == "moderation.decision"
    assert mail.send_after - clock.now == timedelta(minutes=10)
    run_jobs()
    assert not outbox.to(cast.owner)  # not before the decision stands
    clock.shift(minutes=11)
    run_jobs()
    assert "Paula Participant" in outbox.last(cast.owner).subject


def test_afterwards_it_is_public_and_looked_at_later(note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "post"
    comment = write(cast, note)
    case = waiting_case("comment", comment.id)
    assert case is not None
    assert (comment.status, case.source, notes.counts) == ("published", LOOK, {note.id: 1})
    decide(cast, comment)  # in order: nothing changes
    assert (comment.status, notes.counts) == ("published", {note.id: 1})


def test_by_trust_after_three_accepted_texts(note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "trust"
    for number in range(3):
        comment = write(cast, note, f"Text {number}")
        assert comment.status == "pending"
        decide(cast, comment)
    comment = write(cast, note, "Der vierte")
    assert comment.status == "published"
    assert waiting_case("comment", comment.id) is None
    assert write(cast, note, "Ein Fremder", cast.stranger).status == "pending"


@pytest.mark.parametrize("mode", ["closed", "unknown"])
def test_closed_is_closed(note: Note, notes: Notes, cast: Any, mode: str) -> None:
    notes.mode = mode
    with pytest.raises(Conflict):
        write(cast, note)


# ---- threads --------------------------------------------------------------------------------------------------------


def test_an_answer_to_an_answer_joins_the_thread(note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "post"
    first = write(cast, note)
    second = write(cast, note, "Wir auch.", cast.owner, parent=first.id)
    third = write(cast, note, "Und wir.", parent=second.id)
    assert (second.parent_id, third.parent_id) == (first.id, first.id)


def test_only_what_can_be_read_is_answered(note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "post"
    elsewhere = write(cast, notes.published("Anderes"))
    hidden = write(cast, note, "Bald weg")
    decide(cast, hidden, "hide")
    for parent in (elsewhere.id, hidden.id, 4711, 0):
        with pytest.raises(Invalid) as refused:
            write(cast, note, "Antwort", parent=parent)
        assert "parent" in refused.value.fields


@pytest.mark.parametrize("body", ["", "x" * 4001, "<!-- -->" * 3, "[](http://x.example)", "\n\n---\n\n"])
def test_bodies_that_say_nothing_are_refused(note: Note, cast: Any, body: str) -> None:
    if body.startswith("<!"):
        assert (
            "&lt;!"
            in operations.write_comment(
                cast.actor(cast.participant), queries.subject_by_key(KIND, f"N-{note.id}"), Text(body)
            ).html
        )
        return
    with pytest.raises(Invalid) as refused:
        write(cast, note, body)
    assert "body" in refused.value.fields


def test_the_same_words_sent_twice_are_one_comment(note: Note, cast: Any, clock: Any) -> None:
    first = write(cast, note)
    assert write(cast, note) is first
    clock.shift(minutes=3)
    assert write(cast, note) is not first


def test_a_comment_stands_under_the_name_chosen(note: Note, cast: Any) -> None:
    with_firm = write(cast, note, "Eins", cast.outsider, organisation_id=cast.other_company.id)
    alone = write(cast, note, "Zwei", cast.outsider)
    assert queries.shown_name(with_firm) == "Otto Outsider, Lichtbau Nordsee"
    assert queries.shown_name(alone) == "Otto Outsider"
    with pytest.raises(Invalid):  # an organisation of others is no choice
        write(cast, note, "Drei", cast.outsider, organisation_id=cast.company.id)


# ---- editing and removing -------------------------------------------------------------------------------------------


def test_an_early_edit_is_a_correction(note: Note, notes: Notes, cast: Any, clock: Any, db: Any) -> None:
    notes.mode = "post"
    comment = write(cast, note, "Das kenen wir.")
    clock.shift(minutes=14)
    operations.edit_comment(cast.actor(cast.participant), comment.id, "Das kennen wir.")
    assert (comment.body, comment.edited_at) == ("Das kennen wir.", None)
    clock.shift(minutes=2)
    operations.edit_comment(cast.actor(cast.participant), comment.id, "Das kennen wir gut.")
    assert comment.edited_at == clock.now
    versions = db.session.execute(select(CommentVersion).order_by(CommentVersion.number)).scalars().all()
    assert [version.body for version in versions] == ["Das kenen wir.", "Das kennen wir.", "Das kennen wir gut."]
    case = waiting_case("comment", comment.id)
    assert case is not None
    assert case.version_id == comment.version_id == versions[-1].id


def test_an_edit_goes_through_moderation_where_texts_are_read_first(
    note: Note, notes: Notes, cast: Any, clock: Any
) -> None:
    comment = write(cast, note, "Harmlos.")
    decide(cast, comment)
    clock.shift(hours=1)
    operations.edit_comment(cast.actor(cast.participant), comment.id, "Nicht mehr harmlos.")
    assert (comment.status, notes.counts) == ("pending", {note.id: 0})
    review = registries.moderated["comment"].review(comment.id, comment.version_id)
    assert (review.parts[0].source, review.previous[0].source) == ("Nicht mehr harmlos.", "Harmlos.")
    assert any("Harmlos." in line for line in review.history)


def test_while_it_waits_an_edit_makes_the_older_version_undecidable(note: Note, cast: Any) -> None:
    comment = write(cast, note, "Eins")
    case = waiting_case("comment", comment.id)
    assert case is not None
    seen = version_text(case)
    operations.edit_comment(cast.actor(cast.participant), comment.id, "Zwei")
    with pytest.raises(Conflict):
        moderation.decide(cast.actor(cast.moderator), case.id, Choice("publish", version=seen))


def test_the_same_text_is_no_edit(note: Note, cast: Any, db: Any) -> None:
    comment = write(cast, note, "Eins")
    operations.edit_comment(cast.actor(cast.participant), comment.id, "Eins")
    assert len(db.session.execute(select(CommentVersion)).all()) == 1


@pytest.mark.parametrize("who", ["owner", "moderator", "admin", "stranger"])
def test_others_neither_edit_nor_remove(note: Note, cast: Any, who: str) -> None:
    comment = write(cast, note)
    actor = cast.actor(getattr(cast, who))
    with pytest.raises(Refused):
        operations.edit_comment(actor, comment.id, "Anders")
    with pytest.raises(Refused):
        operations.remove_comment(actor, comment.id)


def test_a_removed_comment_is_gone_with_its_case(note: Note, notes: Notes, cast: Any, db: Any) -> None:
    notes.mode = "post"
    comment = write(cast, note, "Das nehme ich zurück.")
    operations.remove_comment(cast.actor(cast.participant), comment.id)
    assert (comment.status, comment.body, comment.html, notes.counts) == ("removed", "", "", {note.id: 0})
    db.session.expire_all()
    assert {version.body for version in db.session.execute(select(CommentVersion)).scalars()} == {""}
    assert db.session.execute(select(Case)).scalar_one().status == "withdrawn"
    with pytest.raises(Refused):
        operations.remove_comment(cast.actor(cast.participant), comment.id)
    with pytest.raises(NotFound):
        operations.remove_comment(cast.actor(cast.participant), 4711)


# ---- decisions ------------------------------------------------------------------------------------------------------

DECISIONS = [
    # mode, acts before, decision, state, counted
    ("pre", [], "publish", "published", 1),
    ("pre", [], "reject", "hidden", 0),
    ("post", [], "hide", "hidden", 0),
]


@pytest.mark.parametrize(("mode", "before", "outcome", "state", "counted"), DECISIONS)
def test_decisions_and_their_way_back(
    note: Note, notes: Notes, cast: Any, mode: str, before: list[str], outcome: str, state: str, counted: int
) -> None:
    notes.mode = mode
    comment = write(cast, note)
    was, had = comment.status, notes.counts.get(note.id, 0)
    for act in before:
        decide(cast, comment, act)
    decision = decide(cast, comment, outcome)
    assert (comment.status, notes.counts.get(note.id, 0)) == (state, counted)
    moderation.reverse(cast.actor(cast.moderator), decision.id)
    assert (comment.status, notes.counts.get(note.id, 0)) == (was, had)
    assert waiting_case("comment", comment.id) is not None


def test_what_was_hidden_comes_back_by_a_second_look(note: Note, notes: Notes, cast: Any, clock: Any) -> None:
    notes.mode = "post"
    comment = write(cast, note)
    decide(cast, comment, "hide")
    clock.shift(days=1)
    case = moderation.look_again(cast.actor(cast.moderator2), "comment", comment.id)
    assert registries.moderated["comment"].outcomes(comment.id, None) == ("redact", "restore", "remove")
    decision = moderation.decide(
        cast.actor(cast.moderator2), case.id,
        Choice("restore", "meets-rules", "Doch keine Werbung.", version=version_text(case)),
    )  # fmt: skip
    assert (comment.status, notes.counts) == ("published", {note.id: 1})
    moderation.reverse(cast.actor(cast.moderator2), decision.id)
    assert (comment.status, notes.counts) == ("hidden", {note.id: 0})


@pytest.mark.parametrize("who", ["participant", "outsider"])
def test_nobody_decides_on_a_comment_of_their_own_house(note: Note, cast: Any, make: Any, who: str) -> None:
    colleague = make.person(roles=("moderator",), organisation=cast.other_company)
    author = getattr(cast, who)
    make.grant(author, "moderator")
    place = cast.other_company.id if who == "outsider" else None
    comment = write(cast, note, "Von uns", author, organisation_id=place)
    case = waiting_case("comment", comment.id)
    assert case is not None
    for person in (author, colleague) if who == "outsider" else (author,):
        with pytest.raises(Refused):
            moderation.decide(cast.actor(person), case.id, Choice("publish", version=version_text(case)))


def test_who_is_told_of_an_answer(note: Note, notes: Notes, cast: Any, run_jobs: Any, outbox: Any) -> None:
    notes.mode = "post"
    first = write(cast, note)
    run_jobs()
    write(cast, note, "Danke für den Hinweis.", cast.owner, parent=first.id)
    run_jobs()
    assert len(outbox.to(cast.owner)) == 1  # of the comment; not of the own answer
    assert "geantwortet" in outbox.last(cast.participant).subject
    assert "Danke für den Hinweis." in outbox.last(cast.participant).text


def test_nobody_is_told_of_what_went_again(note: Note, cast: Any, run_jobs: Any, outbox: Any, clock: Any) -> None:
    comment = write(cast, note)
    decision = decide(cast, comment)
    moderation.reverse(cast.actor(cast.moderator), decision.id)
    clock.shift(minutes=11)
    run_jobs()
    assert not outbox.to(cast.owner)


# ---- taking out -----------------------------------------------------------------------------------------------------


def test_a_person_takes_comments_out_and_leaves_them_without_a_name(
    note: Note, notes: Notes, cast: Any, db: Any
) -> None:
    notes.mode = "post"
    public = write(cast, note, "Öffentlich")
    notes.mode = "pre"
    waiting = write(cast, note, "Wartet noch")
    taken = personal.export(cast.participant.id)["comments"]
    assert [one["body"] for one in taken] == ["Öffentlich", "Wartet noch"]
    assert taken[0]["versions"][0]["body"] == "Öffentlich"
    personal.erase(cast.participant.id)
    db.session.expire_all()
    assert (public.body, queries.shown_name(public), public.author_id) == ("Öffentlich", "Ehemals beteiligt", None)
    assert waiting.body == ""


def test_counters_can_be_rebuilt(note: Note, notes: Notes, cast: Any) -> None:
    notes.mode = "post"
    write(cast, note, "Eins")
    write(cast, note, "Zwei")
    operations.remove_comment(cast.actor(cast.participant), write(cast, note, "Drei").id)
    assert queries.published_counts(KIND) == {note.id: 2} == notes.counts
    assert queries.published_counts(KIND, [99]) == {}
