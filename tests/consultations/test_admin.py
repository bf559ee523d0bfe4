"""Editing consultations in the browser, without JavaScript: who may, what is kept, what is refused at which field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.consultations import operations, queries
from consult.consultations.models import Consultation
from consult.core.clock import end_of_day, now, start_of_day, today
from tests.support.page import Page, html
from tests.support.queries import count_queries

LIST, NEW = "/de/admin/consultations/", "/de/admin/consultations/new"
PEOPLE = ("participant", "owner", "cluster_manager", "moderator", "editor", "analyst", "official")


@pytest.fixture
def made(db: Any, make: Any) -> Consultation:
    """An open consultation with three questions, its dates at midnights."""
    found: Consultation = make.consultation(
        questions=3, slug="wege", prefix="WE", opens_at=start_of_day(today()),
        closes_at=end_of_day(today() + timedelta(days=30)), summary={"de": "Kurz", "en": "Short"},
    )  # fmt: skip
    db.session.commit()
    return found


@pytest.fixture
def admin(client: Any, cast: Any, sign_in: Any) -> Any:
    """The browser of an administrator."""
    return sign_in(client, cast.admin)


EDIT = "/de/admin/consultations/wege"


def fields(page: Page) -> dict[str, Any]:
    """The form as a browser sends it untouched; the line break after <textarea> belongs to the markup."""
    return {
        name: value.removeprefix("\r\n") if isinstance(value, str) else value for name, value in page.form().items()
    }


def stored() -> Consultation:
    found = queries.consultation_with_questions("wege")
    assert found is not None
    return found


# ---- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [LIST, NEW, EDIT])
def test_who_is_signed_out_is_asked_to_sign_in(client: Any, made: Consultation, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 303
    assert "/de/account/sign-in" in response.headers["Location"]
    if path != LIST:
        assert client.post(path, data={"title_de": "Fremd"}).status_code in (400, 403)
        assert stored().title["de"] != "Fremd"


@pytest.mark.sqlite
@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_but_administrators_edits(client: Any, cast: Any, sign_in: Any, made: Consultation, who: str) -> None:
    sign_in(client, getattr(cast, who))
    for path in (LIST, NEW, EDIT):
        client.page(path, status=403)
    token = client.page(LIST, status=403).form("header form[method=post]")["csrf_token"]
    response = client.post(EDIT, data={"csrf_token": token, "title_de": "Fremd", "version": "1"})
    assert response.status_code == 403
    assert stored().title["de"] != "Fremd"


def test_an_administrator_of_one_consultation_edits_that_one(
    client: Any, make: Any, sign_in: Any, made: Consultation
) -> None:
    other = make.consultation(slug="andere", prefix="AN", title="Andere")
    sign_in(client, make.person(roles=("administrator",), consultation=made))
    page = client.page(LIST)
    assert EDIT in page.links("main a")
    assert "Andere" not in page.text
    assert NEW not in page.links("main a")
    client.page(EDIT)
    client.page(f"/de/admin/consultations/{other.slug}", status=404)
    client.page(NEW, status=403)


# ---- the way of an edit ---------------------------------------------------------------------------------------------


def test_the_form_shows_what_is_stored(admin: Any, made: Consultation) -> None:
    typed = fields(admin.page(EDIT))
    assert typed["title_de"] == made.title["de"]
    assert typed["prefix"] == "WE"
    assert typed["opens_on"] == today().isoformat()
    assert typed["closes_on"] == (today() + timedelta(days=30)).isoformat()
    assert typed["questions-2-text_en"] == "Wie lautet Frage 3? Was gehört dazu? (en)"
    assert typed["comment_mode"] == "post"


def test_saving_untouched_changes_nothing(admin: Any, made: Consultation) -> None:
    version = made.version
    assert admin.submit(EDIT).status_code == 303
    assert stored().version == version


def test_a_change_is_saved_and_shown(admin: Any, made: Consultation) -> None:
    response = admin.submit(
        EDIT, {"title_de": "  Neuer   Titel ", "introduction_de": "Ein *Wort*", "promised_days": "7", "prefix": "neu"},
        follow_redirects=True,
    )  # fmt: skip
    assert "Gespeichert: Neuer Titel." in html(response).text
    found = stored()
    assert (found.title["de"], found.promised_days, found.prefix) == ("Neuer Titel", 7, "NEU")
    public = admin.page("/de/consultations/wege")
    assert public.h1 == "Neuer Titel"
    assert public.select("main em")


def test_a_good_answer_stands_folded_where_people_write(admin: Any, made: Consultation, new_client: Any) -> None:
    address = "/de/ideas/new?consultation=wege&question=1"
    assert "So kann eine gute Antwort aussehen" not in new_client().page(address).text
    good = "Anlass war <b>eine</b> Anfrage.\n\nHeute machen wir es zu zweit."
    assert admin.submit(EDIT, {"questions-0-good_de": good}).status_code == 303
    shown = new_client().page(address).one("#part-1 blockquote")
    assert [one.get_text() for one in shown.select("p")] == good.split("\n\n")
    assert not new_client().page(address.replace("question=1", "question=2")).select("#part-2 blockquote")
    assert stored().questions[0].good_answer == {"de": good}


def test_days_are_taken_in_german_too(admin: Any, made: Consultation) -> None:
    assert admin.submit(EDIT, {"opens_on": "1.3.2027", "closes_on": "31. 3. 2027"}).status_code == 303
    assert stored().closes_on is not None
    assert stored().closes_on.isoformat() == "2027-03-31"  # type: ignore[union-attr]


def test_a_new_consultation_begins_unlisted_and_can_have_one_question(admin: Any, client: Any) -> None:
    page = admin.page(NEW)
    typed = fields(page)
    assert "listed" not in typed
    response = admin.submit(
        NEW,
        {
            "title_de": "Neue Wege", "title_en": "New ways", "summary_de": "Worum", "summary_en": "What", "prefix": "NW",
            "questions-0-short_de": "Wie", "questions-0-short_en": "How", "questions-0-text_de": "Wie gelingt es?",
            "questions-0-text_en": "How does it work?",
        },
    )  # fmt: skip
    assert response.status_code == 303
    assert response.headers["Location"] == "/de/admin/consultations/new-ways"
    found = queries.consultation_with_questions("new-ways")
    assert found is not None
    assert (found.listed, found.prefix, found.questions[0].key) == (False, "NW", "how")
    assert "nur für die Verwaltung" in admin.page(LIST).text


# ---- rows without JavaScript ----------------------------------------------------------------------------------------


def press(browser: Any, path: str, typed: dict[str, Any], act: str, status: int = 200) -> dict[str, Any]:
    """Send the form by one of its row buttons; returns what stands in the form then."""
    response = browser.post(path, data={**typed, "act": act})
    assert response.status_code == status
    return fields(html(response))


def test_a_row_is_added_and_everything_typed_stays(admin: Any, made: Consultation) -> None:
    typed = fields(admin.page(EDIT)) | {"title_de": "Noch nicht gespeichert", "opens_on": "kein Tag", "prefix": ""}
    after = press(admin, EDIT, typed, "add")
    assert after["title_de"] == "Noch nicht gespeichert"
    assert after["opens_on"] == "kein Tag"
    assert after["questions-3-text_de"] == ""
    assert after["questions-2-text_de"] == typed["questions-2-text_de"]
    assert stored().title == made.title


def test_rows_move_and_are_taken_out_only_when_saved(admin: Any, made: Consultation) -> None:
    typed = fields(admin.page(EDIT))
    first, second, third = (typed[f"questions-{place}-id"] for place in range(3))
    typed = press(admin, EDIT, typed, "down-0")
    typed = press(admin, EDIT, typed, "up-2")
    assert [typed[f"questions-{place}-id"] for place in range(3)] == [second, third, first]
    typed = press(admin, EDIT, typed, "remove-0")
    assert typed["removed"] == second
    typed = press(admin, EDIT, typed, "add")
    typed |= {
        "questions-2-short_de": "Neu", "questions-2-short_en": "New", "questions-2-text_de": "Neu?",
        "questions-2-text_en": "New?",
    }  # fmt: skip
    assert len(stored().questions) == 3
    assert admin.post(EDIT, data=typed).status_code == 303
    assert [str(one.id) for one in stored().questions][:2] == [third, first]
    assert [one.text["de"] for one in stored().questions][2] == "Neu?"


def test_a_question_with_answers_is_not_taken_out(admin: Any, made: Consultation, db: Any) -> None:
    operations.count_answers(made.questions[1].id, 1)
    typed = fields(admin.page(EDIT))
    response = admin.post(EDIT, data={**typed, "act": "remove-1"})
    page = html(response)
    assert response.status_code == 422
    assert "Zu dieser Frage gibt es Antworten, sie bleibt." in page.errors()["questions-1-closed"]
    assert "questions-2-id" in fields(page)
    # and not by a form made by hand either
    by_hand = {name: value for name, value in typed.items() if not name.startswith("questions-1-")}
    response = admin.post(EDIT, data={**by_hand, "removed": typed["questions-1-id"]})
    assert response.status_code == 422
    assert "Zu Frage 2 gibt es Antworten, sie bleibt." in html(response).text
    assert len(stored().questions) == 3


def test_a_question_is_closed_and_reworded_with_a_visible_date(
    clock: Any, admin: Any, made: Consultation, cast: Any, sign_in: Any
) -> None:
    clock.move_to(start_of_day(today()) + timedelta(days=1, hours=12))
    sign_in(admin, cast.admin)
    typed = fields(admin.page(EDIT)) | {"questions-0-closed": "y", "questions-1-text_de": "Ganz anders gefragt?"}
    assert admin.post(EDIT, data=typed).status_code == 303
    assert "keine Antworten mehr an" in admin.page("/de/consultations/wege/questions/1").text
    page = admin.page("/de/consultations/wege/questions/2")
    assert page.h1 == "Ganz anders gefragt?"
    assert "Wortlaut geändert am" in page.text
    assert "Wie lautet Frage 2?" in page.text


def test_twelve_questions_fit_and_thirteen_are_refused(admin: Any, made: Consultation) -> None:
    typed = fields(admin.page(EDIT))
    for place in range(3, 12):
        typed = press(admin, EDIT, typed, "add")
        for name in ("short", "text"):
            typed |= {f"questions-{place}-{name}_{language}": f"Frage {place}?" for language in ("de", "en")}
    assert admin.post(EDIT, data=typed).status_code == 303
    page = admin.page(EDIT)
    assert len(stored().questions) == 12
    assert not page.select("button[value=add]")
    more = fields(page) | {
        f"questions-12-{name}_{lang}": "Zu viel?" for name in ("short", "text") for lang in ("de", "en")
    }
    response = admin.post(EDIT, data=more)
    assert response.status_code == 422
    assert "Höchstens 12 Fragen passen." in html(response).text
    assert fields(html(response))["questions-12-text_de"] == "Zu viel?"
    assert len(stored().questions) == 12


# ---- lost updates ---------------------------------------------------------------------------------------------------


def test_two_editors_at_once_the_second_is_told_and_keeps_the_text(
    admin: Any, new_client: Any, make: Any, sign_in: Any, made: Consultation
) -> None:
    other = sign_in(new_client(), make.person(roles=("administrator",)))
    mine, theirs = fields(admin.page(EDIT)), fields(other.page(EDIT))
    assert other.post(EDIT, data=theirs | {"title_de": "Von der anderen"}).status_code == 303
    response = admin.post(EDIT, data=mine | {"title_de": "Von mir", "summary_de": "Meine Zusammenfassung"})
    page = html(response)
    assert response.status_code == 409
    assert "Jemand war schneller" in page.text
    assert "Von der anderen" in page.text
    assert fields(page)["title_de"] == "Von mir"
    assert stored().title["de"] == "Von der anderen"
    assert admin.post(EDIT, data=fields(page)).status_code == 303
    assert (stored().title["de"], stored().summary["de"]) == ("Von mir", "Meine Zusammenfassung")


def test_questions_that_changed_meanwhile_are_brought_together(
    admin: Any, new_client: Any, make: Any, sign_in: Any, made: Consultation
) -> None:
    other = sign_in(new_client(), make.person(roles=("administrator",)))
    mine, theirs = fields(admin.page(EDIT)), fields(other.page(EDIT))
    theirs = press(other, EDIT, press(other, EDIT, theirs, "remove-2"), "add")
    for name in ("short", "text"):
        theirs |= {f"questions-2-{name}_{language}": "Von der anderen?" for language in ("de", "en")}
    assert other.post(EDIT, data=theirs).status_code == 303
    response = admin.post(EDIT, data=mine | {"questions-2-text_de": "Meine dritte?"})
    assert response.status_code == 409
    assert admin.post(EDIT, data=fields(html(response))).status_code == 303
    assert [one.text["de"] for one in stored().questions][2:] == ["Meine dritte?", "Von der anderen?"]


# ---- bad input ------------------------------------------------------------------------------------------------------

LINES = ("title_de", "title_en", "call_de", "office_de", "questions-0-short_de", "questions-2-short_en")
TEXTS = ("summary_de", "introduction_de", "introduction_en", "questions-0-text_de", "questions-0-help_en")
NEEDED = (
    "title_de", "title_en", "summary_de", "summary_en", "prefix", "promised_days", "questions-0-short_de",
    "questions-0-short_en", "questions-1-text_de", "questions-1-text_en",
)  # fmt: skip


@pytest.mark.sqlite
@pytest.mark.parametrize("value", ["", "   ", "\u200b\ufeff \t", None])
def test_what_is_needed_is_asked_for_at_its_field(admin: Any, made: Consultation, value: Any) -> None:
    version = made.version
    response = admin.submit(EDIT, {**dict.fromkeys(NEEDED, value), "call_de": "bleibt stehen"})
    page = html(response)
    assert response.status_code == 422
    assert set(NEEDED) <= set(page.errors())
    assert fields(page)["call_de"] == "bleibt stehen"
    assert stored().version == version


@pytest.mark.sqlite
def test_too_long_texts_are_refused_and_kept(admin: Any, made: Consultation) -> None:
    long = "ä" * 9000
    response = admin.submit(EDIT, dict.fromkeys((*LINES, *TEXTS), long))
    page = html(response)
    assert response.status_code == 422
    for name in (*LINES, *TEXTS):
        assert "Bitte kürzen Sie den Text" in page.errors()[name]
        assert fields(page)[name] == long


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script><img src=x>",
        "{{ 7*7 }} {% include 'x' %} %(x)s ${7*7}",
        "' OR 1=1; DROP TABLE consultation; --",
        "=cmd|' /C calc'!A0",
        "\u202eevitcepsrep\u202c and \x00NUL\x1b[31m",
        "Zaͨ̓̑l̸̖̗g̣̃ō 👩‍👩‍👧‍👦 ﷽ ÅÅ",
    ],
)
def test_hostile_text_is_text(admin: Any, made: Consultation, value: str) -> None:
    assert len(value) <= 40
    typed = dict.fromkeys((*LINES, *TEXTS), value)
    assert admin.submit(EDIT, typed).status_code == 303
    again = fields(admin.page(EDIT))
    visible = again["title_de"]
    assert "\x00" not in visible
    assert "\u202e" not in visible
    assert all(again[name] == visible for name in typed)
    for path in ("/de/consultations/wege", "/de/consultations/wege/questions/1", LIST):
        page = admin.page(path)
        assert not page.select("main script, main img")
        assert visible.split()[0] in page.text


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "values",
    [
        {
            "opens_on": "31.2.2027", "closes_on": "morgen", "evaluation_on": "0001-01-01",
            "results_on": "2027-01-01T10:00", "promised_days": "0", "prefix": "O1", "comment_mode": "none",
            "target_groups": ["companies", "<b>"], "questions-0-addressed_to": "nobody",
        },
        {"opens_on": "2027-13-01", "closes_on": "9999-12-31", "promised_days": "61", "prefix": "Ä"},
        {"promised_days": "-1", "prefix": "ZULANGFUER", "comment_mode": ""},
        {"promised_days": "2.5", "prefix": "A-B", "comment_mode": None},
        {"promised_days": "٣"},
        {"promised_days": "9" * 5000, "prefix": "A" * 5000, "opens_on": "1" * 5000},
    ],
)  # fmt: skip
def test_malformed_values_are_refused_at_their_field(admin: Any, made: Consultation, values: dict[str, Any]) -> None:
    version = made.version
    response = admin.submit(EDIT, {**values, "title_de": "Bleibt stehen"})
    page = html(response)
    assert response.status_code == 422
    assert len(page.select(".kern-error")) == len(values)
    assert fields(page)["title_de"] == "Bleibt stehen"
    kept = [name for name, value in values.items() if isinstance(value, str) and name not in ("comment_mode",)]
    assert all(
        fields(page)[name].upper() == values[name].upper() for name in kept if name != "questions-0-addressed_to"
    )
    assert stored().version == version


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "damage",
    [
        {"questions-0-id": "abc"},
        {"questions-0-id": "99999999999999999999"},
        {"questions-0-id": "4711"},
        {"removed": "1 x"},
        {"removed": "4711"},
        {"version": "abc"},
        {"version": "9" * 400},
        {"questions-999999999-text_de": "weit weg"},
        {"act": "up-99999999999999999999"},
        {"act": "remove--1"},
        {"act": "explode"},
        {"act": "remove-²"},
    ],
)
def test_a_damaged_form_breaks_nothing(admin: Any, made: Consultation, damage: dict[str, str]) -> None:
    version = made.version
    response = admin.submit(EDIT, {"title_de": "Bleibt stehen", **damage})
    assert response.status_code in (200, 409, 422)
    assert fields(html(response))["title_de"] == "Bleibt stehen"
    assert stored().version == version
    assert len(stored().questions) == 3


def test_bytes_that_are_no_text_are_taken_as_text(admin: Any, made: Consultation) -> None:
    typed = fields(admin.page(EDIT))
    body = "&".join(f"{name}={value}" for name, value in typed.items() if isinstance(value, str) and name != "title_de")
    response = admin.post(
        EDIT, data=body.encode() + b"&title_de=%ff%fe%c3%28", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code in (303, 400, 409, 422)


def test_without_token_nothing_is_saved(admin: Any, made: Consultation) -> None:
    response = admin.submit(EDIT, {"csrf_token": None, "title_de": "Ohne Marke"})
    assert response.status_code == 400
    assert stored().title == made.title


def test_editing_costs_the_same_with_one_question_or_twelve(app: Any, db: Any, admin: Any, make: Any) -> None:
    for number in (1, 12):
        slug = f"fragen-{number}"
        make.consultation(slug=slug, questions=number)
        db.session.commit()
        with count_queries(app) as seen:
            admin.page(f"/de/admin/consultations/{slug}")
        tables = [" ".join(one.lower().split()) for one in seen]
        assert len([one for one in tables if "from consultation " in one or "from question " in one]) == 2


def test_in_english_too(admin: Any, made: Consultation) -> None:
    page = admin.page("/en/admin/consultations/wege")
    assert page.h1 == f"Edit: {made.title['en']}"
    assert now() is not None
