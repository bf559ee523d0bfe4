"""A title in a notice that is in another language than the page says so, in the list, on one's own page and in mails."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments.operations import Text, write_comment
from consult.core.registry import describe
from consult.ideas import naming
from consult.notifications.operations import add_notice, follow
from tests.support.factories import actor
from tests.support.page import html

SHOWN = "An open <lab> & workbench"


@pytest.fixture
def told(cast: Any, make: Any, db: Any, run_jobs: Any, clock: Any) -> Any:
    """An idea in English; the owner, who reads German, follows it and hears of a comment."""
    idea = make.idea(SHOWN, consultation=make.consultation(), author=cast.stranger, language="en")
    cast.owner.language = "de"
    follow(actor(cast.owner), "idea", idea.id)
    info = describe([("idea", idea.id)])["idea", idea.id]
    write_comment(actor(cast.stranger), info, Text(body="Well done.", language="en"))
    db.session.commit()
    clock.shift(minutes=11)
    run_jobs()
    return idea


def test_the_list_and_one_s_own_page_mark_it(told: Any, client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    for address in ("/de/notices/", "/de/me/"):
        page = client.page(address)
        [mark] = [one for one in page.select("main span[lang=en]") if SHOWN in one.get_text()]
        assert mark.get_text() == SHOWN
    assert not client.page("/en/notices/").select("main span[lang]")
    assert client.page("/de/notices/mail").select("label span[lang=en]")


def test_the_mail_marks_it_and_its_plain_words_have_no_mark(told: Any, cast: Any, outbox: Any) -> None:
    [mail] = outbox.to(cast.owner, "comment.new")
    assert "&lt;lab&gt;" in mail.html and '<span lang="en">An open' in mail.html
    assert SHOWN in mail.text and SHOWN in mail.subject
    for sign in "\x02\x03\x04":
        assert sign not in mail.text + mail.html + mail.subject


def test_what_is_said_in_both_languages_is_marked_where_one_is_missing(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    context = {
        "type": "proposes",
        "role": "",
        "link_id": 1,
        "start": {"en": "Only English"},
        "goal": {"de": "Beides", "en": "Both"},
    }
    add_notice(cast.owner.id, "links.proposed", context)
    page = client.page("/de/notices/")
    assert [one.get_text() for one in page.select("main span[lang]")] == ["Only English"]
    assert "»Beides«" in page.text


def test_old_notices_and_numbers_are_not_marked(told: Any, client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    add_notice(cast.owner.id, "idea.published", {"number": told.number, "title": "Told long ago"})
    told.is_public, told.status = False, "hidden"
    db.session.commit()
    naming.name_in_notices({"idea_id": told.id})
    db.session.commit()
    page = html(sign_in(client, cast.owner).get("/de/notices/"))
    assert str(told.number) in page.text and not page.select("main span[lang]")
