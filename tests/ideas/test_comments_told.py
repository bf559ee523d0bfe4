"""Who is told of a comment on an idea, under which name it stands there, and where one says no to such mails."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts import erasure
from consult.accounts.operations import change_profile
from consult.comments.operations import Text, write_comment
from consult.comments.queries import subject_by_key
from consult.core.access import SYSTEM
from consult.ideas.mails import Letter
from consult.ideas.models import Idea
from consult.ideas.telling import write_to_authors
from consult.moderation.operations import Choice, decide, open_case
from consult.moderation.queries import waiting_case
from consult.notifications.operations import follow
from consult.notifications.queries import unread_of
from consult.organisations import membership
from tests.support.mail import paths

OLD, NEW = "Aurelia Muster", "Messtechnikerin"


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, run_jobs: Any, clock: Any) -> Idea:
    found: Idea = make.idea("Prüfstand teilen", consultation=consultation, author=cast.owner)
    clock.shift(minutes=20)
    run_jobs()
    follow(cast.actor(cast.participant), "idea", found.id)
    return found


@pytest.fixture
def person(make: Any) -> Any:
    return make.person(OLD)


def comment_on(make: Any, idea: Idea, person: Any, **more: Any) -> Any:
    return write_comment(make.actor(person), subject_by_key("idea", idea.number), Text("Gern freitags.", **more))


def told(person: Any) -> list[str]:
    return [one.text for one in unread_of(person.id)]


def test_nobody_is_told_of_a_comment_on_what_is_hidden_by_then(
    idea: Idea, make: Any, cast: Any, person: Any, run_jobs: Any, clock: Any, outbox: Any
) -> None:
    comment = comment_on(make, idea, person)
    make.decide("comment", comment.id, "publish")
    open_case(
        "idea", idea.id, idea.public_version_id, consultation_id=idea.consultation_id, due_days=2, title=idea.title,
        language="de", author_id=idea.author_id, source="report",
    )  # fmt: skip
    make.decide("idea", idea.id, "hide", reason="insult", note="Wird geprüft.")
    clock.shift(minutes=20)
    run_jobs()
    assert told(cast.participant) == []
    assert not outbox.to(cast.participant)


def test_notices_of_others_say_the_new_name_and_none_of_who_is_gone(
    idea: Idea, make: Any, cast: Any, person: Any, run_jobs: Any, clock: Any, client: Any, sign_in: Any
) -> None:
    make.decide("comment", comment_on(make, idea, person).id, "publish")
    clock.shift(minutes=20)
    run_jobs()
    assert told(cast.participant) == [f"{OLD} hat »Prüfstand teilen« kommentiert"]
    change_profile(make.actor(person), person, name=NEW, language="de")
    assert told(cast.participant) == [f"{NEW} hat »Prüfstand teilen« kommentiert"]
    erasure.erase(SYSTEM, person.id)
    sign_in(client, cast.participant)
    assert NEW not in client.page("/de/notices/").text
    assert "Jemand hat »Prüfstand teilen« kommentiert" in client.page("/de/notices/").text
    assert "Somebody has commented on “ Prüfstand teilen ”" in client.page("/en/notices/").text  # marked as German


def test_the_mail_about_a_comment_says_where_to_say_no(
    idea: Idea, make: Any, cast: Any, person: Any, run_jobs: Any, clock: Any, outbox: Any
) -> None:
    make.decide("comment", comment_on(make, idea, person).id, "publish")
    clock.shift(minutes=20)
    run_jobs()
    mail = outbox.last(cast.participant)
    assert "/de/notices/mail" in paths(mail)
    assert "/de/notices/mail" in mail.html
    assert '<blockquote class="q"><p>Gern freitags.' in mail.html


def test_a_mail_marks_the_words_of_a_comment_in_the_other_language(
    idea: Idea, make: Any, cast: Any, person: Any, run_jobs: Any, clock: Any, outbox: Any
) -> None:
    make.decide("comment", comment_on(make, idea, person, language="en").id, "publish")
    clock.shift(minutes=20)
    run_jobs()
    assert '<blockquote class="q" lang="en"><p>Gern freitags.' in outbox.last(cast.participant).html


def test_where_the_author_has_left_the_organisation_hears_of_comments(
    make: Any, cast: Any, consultation: Any, person: Any, run_jobs: Any, clock: Any
) -> None:
    manager = make.person("Maria Manager", roles=("company",), organisation=cast.company, member_role="manager")
    idea = make.idea("Firmensache", consultation=consultation, author=cast.owner, organisation=cast.company.name["de"])
    clock.shift(minutes=20)
    make.decide("comment", comment_on(make, idea, person).id, "publish")
    clock.shift(minutes=20)
    run_jobs()
    assert len(told(cast.owner)) == 1 and told(manager) == []
    membership.leave(cast.actor(cast.owner), cast.company, cast.owner.id)
    other = write_comment(make.actor(person), subject_by_key("idea", idea.number), Text("Oder montags."))
    make.decide("comment", other.id, "publish")
    clock.shift(minutes=20)
    run_jobs()
    assert len(told(cast.owner)) == 1 and told(manager) == [f"{OLD} hat »Firmensache« kommentiert"]


def test_who_wrote_what_was_merged_hears_of_the_joint_idea(
    idea: Idea, make: Any, cast: Any, consultation: Any, person: Any, run_jobs: Any, clock: Any, outbox: Any
) -> None:
    part = make.idea("Noch ein Prüfstand", consultation=consultation, author=cast.stranger, status="submitted")
    case = waiting_case("idea", part.id)
    assert case is not None
    choice = Choice("merge", version=str(case.version_id), reason="duplicate", note="Dasselbe.", target=idea.number)
    decide(cast.actor(cast.moderator), case.id, choice)
    make.decide("comment", comment_on(make, idea, person).id, "publish")
    write_to_authors(idea, lambda url: Letter("Antwort", "Antwort", [], button=("Lesen", url)), "idea.responded")
    clock.shift(minutes=9)
    assert [mail.subject for mail in outbox.to(cast.stranger, "idea.responded")] == ["Antwort"]
    assert f"/de/ideas/{idea.number}" in paths(outbox.last(cast.stranger)), "its own private page is not theirs"
    clock.shift(minutes=10)
    run_jobs()
    assert told(cast.stranger) == [f"{OLD} hat »Prüfstand teilen« kommentiert"]
    assert len(told(cast.owner)) == 1
