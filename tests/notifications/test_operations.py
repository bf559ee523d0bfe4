"""Telling people: the list, the mail, who gets none; following and preferences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core import retention
from consult.core.access import GUEST
from consult.core.errors import NotFound, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.core.registry import NoticeKind, registries
from consult.notifications import operations, queries, subjects
from consult.notifications.models import Follow, MailPreference, Notice


@pytest.fixture
def kind(app: Any) -> Iterator[str]:
    """A kind of notice with a mail of its own, in words of the catalogues."""
    registries.notice_kinds["test.saved"] = NoticeKind(
        "test.saved",
        lambda context: f"{_('Your choice is saved.')} {context['what']}",
        lambda context: f"/de/ideas/{context['what']}",
        "accounts/mail_password_set",
    )
    registries.notice_kinds["test.quiet"] = NoticeKind("test.quiet", lambda c: "quiet", lambda c: "/de/")
    yield "test.saved"
    del registries.notice_kinds["test.saved"], registries.notice_kinds["test.quiet"]


def count(db: Any) -> int:
    return db.session.execute(select(func.count()).select_from(Notice)).scalar_one()


def test_a_notice_stands_in_the_list_and_comes_by_mail(kind: str, cast: Any, run_jobs: Any, outbox: Any) -> None:
    cast.colleague.language = "en"
    notify(kind, [cast.owner.id, cast.colleague.id, None, cast.owner.id], {"what": "X-1"})
    run_jobs()
    for person, language in ((cast.owner, "de"), (cast.colleague, "en")):
        [view] = queries.notices_of(person.id).items
        assert view.url == "/de/ideas/X-1"
        assert not view.is_read
        [mail] = outbox.to(person)
        assert (mail.kind, mail.language, mail.person_id) == (kind, language, person.id)
        assert "http://127.0.0.1/de/ideas/X-1" in mail.text
    assert queries.unread_count(cast.stranger.id) == 0


def test_a_kind_without_mail_stays_in_the_list(kind: str, cast: Any, run_jobs: Any, outbox: Any) -> None:
    notify("test.quiet", [cast.owner.id], {})
    run_jobs()
    assert queries.unread_count(cast.owner.id) == 1
    assert len(outbox) == 0


def test_who_is_deactivated_or_not_confirmed_is_not_mailed(
    db: Any, kind: str, cast: Any, make: Any, run_jobs: Any, outbox: Any, clock: Any
) -> None:
    guest = make.person("Guest", confirmed=False)
    cast.owner.deactivated_at = clock.now
    notify(kind, [guest.id, cast.owner.id], {"what": "X-1"})
    run_jobs()
    assert len(outbox) == 0
    assert queries.unread_count(guest.id) == 1
    assert queries.unread_count(cast.owner.id) == 0


def test_a_person_is_told_once(db: Any, kind: str, cast: Any, run_jobs: Any) -> None:
    for _time in range(3):
        notify(kind, [cast.owner.id], {"what": "X-1"}, dedupe="saved:1")
    run_jobs()
    notify(kind, [cast.owner.id], {"what": "X-1"}, dedupe="saved:1")
    run_jobs()
    assert count(db) == 1


def test_a_kind_that_nobody_registered_is_a_mistake(app: Any, cast: Any) -> None:
    with pytest.raises(KeyError):
        notify("test.unknown", [cast.owner.id], {})


def test_a_notice_of_a_room_that_is_gone_hides_itself(db: Any, kind: str, cast: Any, run_jobs: Any) -> None:
    operations.add_notice(cast.owner.id, "test.gone", {})
    operations.add_notice(cast.owner.id, kind, {"other": "context"})
    operations.add_notice(cast.owner.id, kind, {"what": "X-1"})
    assert len(queries.notices_of(cast.owner.id).items) == 1


def test_who_wants_no_mail_of_a_kind_gets_none(kind: str, cast: Any, run_jobs: Any, outbox: Any) -> None:
    owner = cast.actor(cast.owner)
    for wanted, mails in ((False, 0), (True, 1)):
        operations.set_mail_wanted(owner, kind, wanted)
        notify(kind, [cast.owner.id], {"what": f"X-{mails}"})
        run_jobs()
        assert len(outbox) == mails
    assert queries.unread_count(cast.owner.id) == 2
    assert queries.wants_mail(cast.colleague.id, kind)
    assert [(code, wanted) for code, _text, wanted in queries.mail_choices(cast.owner.id)] == [(kind, True)]
    with pytest.raises(Refused):
        operations.set_mail_wanted(GUEST, kind, False)


def test_notices_are_read_by_their_owner(kind: str, cast: Any) -> None:
    mine = operations.add_notice(cast.owner.id, kind, {"what": "X-1"})
    operations.add_notice(cast.owner.id, kind, {"what": "X-2"})
    theirs = operations.add_notice(cast.colleague.id, kind, {"what": "X-3"})
    owner = cast.actor(cast.owner)
    assert queries.notice_of(owner, theirs.id) is None
    with pytest.raises(NotFound):
        operations.mark_read(owner, theirs)
    operations.mark_read(owner, mine)
    assert queries.unread_count(cast.owner.id) == 1
    operations.mark_all_read(owner)
    assert queries.unread_count(cast.owner.id) == 0
    assert queries.unread_count(cast.colleague.id) == 1


def test_following(db: Any, cast: Any) -> None:
    owner, colleague = cast.actor(cast.owner), cast.actor(cast.colleague)
    subject = ("organisation", cast.agency.id)
    for _time in range(2):
        operations.follow(owner, *subject)
    operations.follow(colleague, *subject)
    assert queries.followers(*subject) == sorted([cast.owner.id, cast.colleague.id])
    assert queries.follower_count(*subject) == 2
    assert queries.is_following(owner, *subject)
    assert not queries.is_following(GUEST, *subject)
    assert not queries.is_following(cast.actor(cast.stranger), *subject)
    for _time in range(2):
        operations.unfollow(owner, *subject)
    assert queries.followers(*subject) == [cast.colleague.id]
    assert db.session.execute(select(func.count()).select_from(Follow)).scalar_one() == 1


def test_what_is_not_public_or_not_there_is_not_followed(cast: Any) -> None:
    owner = cast.actor(cast.owner)
    for kind, number in (("organisation", 10**6), ("nothing", 1)):
        with pytest.raises(NotFound):
            operations.follow(owner, kind, number)
    with pytest.raises(Refused):
        operations.follow(GUEST, "organisation", cast.agency.id)


def test_old_notices_go(db: Any, kind: str, cast: Any, clock: Any) -> None:
    operations.add_notice(cast.owner.id, kind, {"what": "X-1"})
    clock.shift(days=366)
    operations.add_notice(cast.owner.id, kind, {"what": "X-2"})
    retention.run({})
    assert count(db) == 1


def test_personal_data(db: Any, kind: str, cast: Any) -> None:
    owner = cast.actor(cast.owner)
    operations.add_notice(cast.owner.id, kind, {"what": "X-1"})
    operations.follow(owner, "organisation", cast.agency.id)
    operations.set_mail_wanted(owner, kind, False)
    taken = subjects.export(cast.owner.id)
    assert taken["notices"][0]["context"] == {"what": "X-1"}
    assert taken["follows"][0]["key"] == cast.agency.slug
    assert taken["mail"] == {kind: False}
    subjects.erase(cast.owner.id)
    for table in (Notice, Follow, MailPreference):
        assert db.session.execute(select(func.count()).select_from(table)).scalar_one() == 0
