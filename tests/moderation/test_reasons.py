"""The catalogue of reasons: written by administrators, versioned, and never changed under a decision."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.core.errors import Conflict
from consult.core.registry import registries
from consult.moderation import catalogue, operations, reasons
from consult.moderation.models import Decision, Reason
from consult.moderation.statements import reason_of, statement_of
from tests.moderation.kind import Notes
from tests.moderation.test_operations import choose
from tests.moderation.test_views import page_of
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("chain_is_whole")

LIST = "/de/admin/reasons"


def draft(code: str = "spam", seen: int = 1, **values: Any) -> reasons.Draft:
    fields: dict[str, Any] = {
        "title": {"de": "Massenware", "en": "Bulk"}, "text": {"de": "Neuer Satz.", "en": "New sentence."},
        "ground": "terms", "legal_basis": "Regel 7", "is_offered": True, "position": 5, **values,
    }  # fmt: skip
    return reasons.Draft(code=code, seen=seen, **fields)


@pytest.fixture
def admin(client: Any, cast: Any, sign_in: Any) -> Any:
    return sign_in(client, cast.admin)


def test_the_shipped_list_is_there_without_a_row(app: Any, db: Any) -> None:
    assert db.session.execute(select(Reason)).first() is None
    found = catalogue.catalogue()
    assert next(iter(found)) == catalogue.DEFAULT_REASON
    assert all(one.title["de"] and one.title["en"] and one.text["de"] and one.text["en"] for one in found.values())
    assert all(one.legal_basis and one.ground in catalogue.GROUNDS for one in found.values())


def test_a_change_holds_for_new_decisions_and_old_ones_keep_their_words(
    notes: Notes, admin: Any, cast: Any, db: Any
) -> None:
    first, second = notes.sent("Eins", author=cast.owner), notes.sent("Zwei", author=cast.owner)
    actor = cast.actor(cast.moderator)
    old = operations.decide(actor, first.id, choose(first, "reject", reason="spam", note="Weil."))
    before = dict(old.statement)
    response = admin.submit(
        f"{LIST}/spam",
        {"title_de": "Massenware", "text_de": "Neuer Satz.", "legal_basis": "Regel 7", "ground": "law"},
    )
    assert response.status_code == 303
    assert "Fassung 2" in admin.page(response.location).text
    catalogue.forget()
    new = operations.decide(actor, second.id, choose(second, "reject", reason="spam", note="Weil."))
    db.session.refresh(old)
    assert old.statement == before
    assert statement_of(old, "de").reason == "Der Beitrag wurde massenhaft gesendet oder führt auf schädliche Seiten."
    assert (reason_of(old), old.reason_version, old.ground) == ("Spam oder Schadlink", 1, "terms")
    assert statement_of(new, "de").reason == "Neuer Satz."
    assert (reason_of(new), new.reason_version, new.ground, new.legal_basis) == ("Massenware", 2, "law", "Regel 7")
    page = admin.page(f"{LIST}/spam")
    assert "mit der Software ausgeliefert" in page.text
    assert "Massenware" in page.text


def test_an_entry_is_added_and_can_be_chosen(notes: Notes, admin: Any, moderator: Any, cast: Any, sign_in: Any) -> None:
    browser = sign_in(admin, cast.admin)
    fields = {
        "code": "house-rule", "title_de": "Hausregel", "title_en": "House rule", "text_de": "Gegen die Hausregel.",
        "text_en": "Against the house rule.", "legal_basis": "Hausregel 3", "position": "1",
    }  # fmt: skip
    assert browser.submit(f"{LIST}/new", fields).status_code == 303
    case = notes.sent()
    desk = sign_in(admin, cast.moderator)
    page = desk.page(page_of(case))
    assert "house-rule" in [option["value"] for option in page.select("select[name=reason] option")]
    response = desk.submit(
        page_of(case), {"outcome": "reject", "reason": "house-rule", "note": "Weil."}, form="form.c-decide"
    )
    assert response.status_code == 303
    assert "Hausregel" in desk.page(page_of(case)).text


def test_what_is_no_longer_offered_cannot_be_chosen_but_keeps_its_name(
    notes: Notes, moderator: Any, cast: Any, db: Any
) -> None:
    case = notes.sent()
    reasons.save_reason(cast.actor(cast.admin), draft("advertising", is_offered=False))
    db.session.commit()
    page = moderator.page(page_of(case))
    assert "advertising" not in [option["value"] for option in page.select("select[name=reason] option")]
    response = moderator.submit(
        page_of(case), {"outcome": "reject", "reason": "advertising", "note": "Weil."}, form="form.c-decide"
    )
    assert response.status_code == 422
    assert catalogue.reason_title("advertising") == "Massenware"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title_de", ""), ("title_en", " "), ("text_de", ""), ("text_en", "x" * 1001), ("legal_basis", ""),
        ("ground", "nonsense"), ("title_de", "x" * 121),
    ],
)  # fmt: skip
def test_an_entry_needs_words_and_a_ground_in_both_languages(admin: Any, field: str, value: str) -> None:
    response = admin.submit(f"{LIST}/spam", {field: value})
    assert response.status_code == 422
    assert html(response).select(f"#{field}-error")


@pytest.mark.parametrize("code", ["", "Groß", "two words", "-x", "spam", "x" * 41, "<b>"])
def test_a_code_is_small_and_new(admin: Any, code: str) -> None:
    fields = {
        "code": code, "title_de": "A", "title_en": "A", "text_de": "A.", "text_en": "A.", "legal_basis": "Regel",
    }  # fmt: skip
    response = admin.submit(f"{LIST}/new", fields)
    assert response.status_code == 422
    page = html(response)
    assert page.select("#code-error")
    assert page.form("main form[method=post]")["title_de"] == "A"


def test_of_two_who_change_an_entry_the_second_is_told(admin: Any, cast: Any, db: Any) -> None:
    fields = admin.page(f"{LIST}/spam").form("main form[method=post]")
    reasons.save_reason(cast.actor(cast.admin), draft())
    db.session.commit()
    response = admin.post(f"{LIST}/spam", data={**fields, "title_de": "Mein Titel"})
    assert response.status_code == 409
    page = html(response)
    assert "Massenware" in page.one("[role=alert]").get_text()
    again = page.form("main form[method=post]")
    assert (again["title_de"], again["seen"]) == ("Mein Titel", "2")
    assert admin.post(f"{LIST}/spam", data=again).status_code == 303


def test_versions_are_unique(cast: Any, db: Any) -> None:
    actor = cast.actor(cast.admin)
    reasons.save_reason(actor, draft())
    with pytest.raises(Conflict):
        reasons.save_reason(actor, draft())


def test_the_entry_for_what_is_in_order_stays(admin: Any) -> None:
    response = admin.submit(f"{LIST}/meets-rules", {"is_offered": None})
    assert response.status_code == 422
    assert html(response).select("#is_offered-error")


@pytest.mark.parametrize(("given", "share"), [("10", 0.1), ("2,5", 0.025), ("0", 0.0), ("100 %", 1.0)])
def test_the_share_of_second_looks_is_set(admin: Any, db: Any, given: str, share: float) -> None:
    assert admin.submit(LIST, {"share": given}).status_code == 303
    assert reasons.second_look_share() == pytest.approx(share)
    assert admin.page(LIST).form("main form[method=post]")["share"] == given.removesuffix(" %")


@pytest.mark.parametrize("given", ["", "viele", "-1", "101", "nan", "1e9"])
def test_another_share_is_refused(admin: Any, given: str) -> None:
    response = admin.submit(LIST, {"share": given})
    assert response.status_code == 422
    assert reasons.second_look_share() == reasons.DEFAULT_SHARE


@pytest.mark.parametrize("who", ["participant", "moderator", "editor", "official"])
def test_only_administrators(cast: Any, client: Any, sign_in: Any, who: str) -> None:
    browser = sign_in(client, getattr(cast, who))
    assert [browser.get(address).status_code for address in (LIST, f"{LIST}/new", f"{LIST}/spam")] == [403] * 3


def test_unknown_entries_are_not_found(admin: Any) -> None:
    assert admin.get(f"{LIST}/nothing").status_code == 404


def test_pages_keep_their_budget(admin: Any, app: Any, cast: Any, db: Any) -> None:
    counts = []
    for turn in range(2):
        for number in range(5):
            reasons.save_reason(cast.actor(cast.admin), draft(f"own-{turn}-{number}", seen=0))
        db.session.commit()
        with count_queries(app) as found:
            admin.page(LIST)
        counts.append(len(found))
        found.at_most(8)
    assert counts[0] == counts[1]


def test_an_administrator_who_leaves_leaves_the_entry(cast: Any, db: Any) -> None:
    row = reasons.save_reason(cast.actor(cast.admin), draft())
    registries.personal_data["moderation"].erase(cast.admin.id)
    db.session.refresh(row)
    assert (row.made_by, row.title["de"]) == (None, "Massenware")
    assert db.session.execute(select(Decision)).first() is None
