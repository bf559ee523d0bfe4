"""How recent, how complete and how translated a portrait is, labels that have run out, the forms and the self-check."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from consult.clusters import changes, columns, completeness, recency, self_check
from consult.clusters.models import Cluster, Observation
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.vocabularies import vocabulary
from tests.clusters.portraits import RECORD, portrait
from tests.support.page import plain_spaces

DAY = date(2026, 11, 24)


# ---- recency --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", recency.GROUPS)
def test_a_group_ages_by_its_own_periods(group: str) -> None:
    current, outdated = recency.PERIODS[group]
    ages = {0: "current", current: "current", current + 1: "check", outdated: "check", outdated + 1: "outdated"}
    for age, state in ages.items():
        assert recency.state_at(group, DAY - timedelta(days=age), DAY) == state, age
    assert recency.state_at(group, None, DAY) == "unconfirmed"


def test_figures_age_faster_than_a_seat() -> None:
    assert recency.PERIODS[recency.PEOPLE] < recency.PERIODS[recency.PROFILE]


# days since each group was vouched for (None: never), dormant -> the word for the card
OVERALL = [
    ([None] * 5, False, "unconfirmed"), ([0] * 5, False, "current"), ([0, 0, 0, 0, None], False, "check"),
    ([500, 0, 0, 0, 0], False, "check"), ([900, 0, 0, 0, None], False, "outdated"), ([0] * 5, True, "dormant"),
    ([None] * 5, True, "dormant"),
]  # fmt: skip


@pytest.mark.parametrize(("ages", "dormant", "word"), OVERALL)
def test_one_word_for_a_card(ages: list[int | None], dormant: bool, word: str) -> None:
    known = {
        group: {"on": (DAY - timedelta(days=age)).isoformat(), "by": "management"}
        for group, age in zip(recency.GROUPS, ages, strict=True)
        if age is not None
    }
    cluster = Cluster(verified=known, dormant_since=DAY if dormant else None)
    assert recency.overall(cluster, DAY) == word


def test_every_field_and_kind_belongs_to_a_group(app: Flask) -> None:
    cluster = portrait()
    for name in changes.values_of(cluster, cluster.observations):
        assert recency.group_of_field(name) in recency.GROUPS
    for one in cluster.observations:
        assert recency.group_of_kind(one.kind) in recency.GROUPS


def test_the_page_tells_it_for_each_group(client: Any, app: Flask, db: Any) -> None:
    cluster = portrait()
    recency.vouch(cluster, [recency.PEOPLE], "management")
    db.session.commit()
    page = client.page("/de/clusters/optikring")
    states = {
        str(one.h2["id"]): plain_spaces(one.select_one(".c-state").get_text())  # type: ignore[index, union-attr]
        for one in page.select("section.c-aspect > header")
    }
    assert states[recency.PEOPLE] == "aktuell"
    assert {state for group, state in states.items() if group != recency.PEOPLE} == {"unbestätigt"}


# ---- completeness ---------------------------------------------------------------------------------------------------


def _steps(cluster: Cluster, focus: bool = False) -> list[completeness.Step]:
    with in_language("en"):
        return completeness.steps(cluster, cluster.observations, focus)


def test_three_steps_with_names_and_what_is_missing(app: Flask) -> None:
    found, compared, joined = _steps(portrait())
    assert found.reached and found.total == 6
    assert compared.missing == ("Form, assigned by the organisation itself", "Key technologies")
    assert joined.missing == (
        "Open to other regions", "Open to non-members", "Focus countries", "Members, not older than two years",
        "Somebody who stands by the portrait",
    )  # fmt: skip
    assert completeness.reached([found, compared, joined]) == 1
    assert completeness.summary([found, compared, joined])["next"] is compared


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": {"de": "Nur deutsch", "en": ""}}, "Name in German and English"), ({"seat": None}, "Seat"),
        ({"website": None}, "Website"), ({"nace": None}, "Sectors"), ({"nuts": None}, "Region"),
        ({"strengths": {"de": "Nur deutsch", "en": "", "source": "x"}}, "Strengths in German and English"),
    ],
)  # fmt: skip
def test_a_missing_value_is_named(app: Flask, changed: dict[str, Any], words: str) -> None:
    steps = _steps(portrait(**changed))
    assert steps[0].missing == (words,) and completeness.reached(steps) == 0


def test_nothing_is_missing_of_a_full_portrait(app: Flask, db: Any) -> None:
    cluster = portrait(
        form={"value": "cluster", "source": "x"}, key_technologies={"values": ["advanced-materials"], "derived": True},
        openness=[{"aspect": term.code, "value": False, "source": "x"} for term in vocabulary("openness_aspects")],
        members=[{"value": 5, "unit": "members", "as_of": str(date.today().year), "source": "x"}],
    )  # fmt: skip
    assert [one.reached for one in _steps(cluster, focus=True)] == [True, True, False]
    cluster = Cluster(status="confirmed", name=cluster.name, strengths=cluster.strengths, form="cluster",
                      observations=list(cluster.observations))  # fmt: skip
    assert all(one.reached for one in _steps(cluster, focus=True))


def test_the_page_lists_what_is_missing(client: Any, facts: Dataset) -> None:
    page = client.page("/de/clusters/biorn")
    panel = page.one(".c-steps-panel")
    assert [one.get_text().split(" ", 1)[1] for one in panel.select("b")] == [
        "Auffindbar",
        "Vergleichbar",
        "Anschlussfähig",
    ]
    assert "Mitglieder mit Datum" in panel.get_text()


# ---- texts ----------------------------------------------------------------------------------------------------------


STATES = [
    ({"de": "a", "en": "b"}, {}, ("original", "human")), ({"de": "a", "en": "a"}, {}, ("original", "original")),
    ({"de": "a"}, {}, ("original", "missing")), ({"en": "a"}, {}, ("missing", "original")),
    ({"de": "a", "en": "b"}, {"en": "machine"}, ("original", "machine")),
    ({"de": "a", "en": "b"}, {"de": "human", "en": "original"}, ("human", "original")),
    ({}, {"de": "machine"}, ("missing", "missing")), ({"de": "a", "en": "b"}, {"en": "missing"}, ("original", "human")),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "known", "states"), STATES)
def test_how_a_text_came_about(texts: dict[str, str], known: dict[str, str], states: tuple[str, str]) -> None:
    cluster = Cluster(strengths=texts, name={"de": "x", "en": "x"}, text_states={"strengths": known})
    assert tuple(columns.text_state(cluster, "strengths", language) for language in ("de", "en")) == states
    gaps = [language for language, state in zip(("de", "en"), states, strict=True) if state in ("machine", "missing")]
    wanted = [] if states == ("missing", "missing") else [f"strengths:{language}" for language in gaps]
    assert columns.gaps_of(cluster).split() == wanted


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Texte: Deutsch Original, Englisch von Menschen übersetzt"),
        ("en", "Texts: German original, English translated by people"),
    ],
)
def test_readers_see_it(client: Any, app: Flask, language: str, words: str) -> None:
    portrait()
    assert words in client.page(f"/{language}/clusters/optikring").text


# ---- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("valid_until", "words"),
    [
        ("2026-11-23", "abgelaufen: 23. November 2026"), ("2026-11-24", "gültig bis 24. November 2026"),
        ("2026-10", "abgelaufen: Oktober 2026"), ("2026-11", "gültig bis November 2026"), ("2025", "abgelaufen: 2025"),
        ("2026", "gültig bis 2026"),
    ],
)  # fmt: skip
def test_a_label_that_has_run_out_says_so(clock: Any, app: Flask, client: Any, valid_until: str, words: str) -> None:
    portrait(labels=[{"scheme": "ecei", "level": "gold", "valid_until": valid_until, "source": "esca.example"}])
    text = client.page("/de/clusters/optikring").text
    assert words in text and "verliehen von: Europäisches Sekretariat" in text


# ---- forms and self-check -------------------------------------------------------------------------------------------


def test_not_assigned_is_a_value(client: Any, facts: Dataset) -> None:
    assert "Nicht zugeordnet" in client.page("/de/clusters/optonet").text
    page = client.page("/de/clusters/self-check")
    for term in vocabulary("forms"):
        assert term.title("de") in page.text and plain_spaces(term.text("definition", "de")) in page.text


ANSWERS = [
    ({}, None), ({"many": "yes", "cooperate": "no"}, "competence-field"),
    ({"cooperate": "yes", "knowledge": "yes"}, "innovation-network"),
    ({"cooperate": "yes", "knowledge": "yes", "many": "yes", "strategy": "no"}, "innovation-network"),
    ({"cooperate": "yes", "many": "yes", "strategy": "yes"}, "cluster"),
    ({"cooperate": "yes", "many": "yes", "strategy": "yes", "knowledge": "yes"}, "cluster"),
    ({"place": "yes", "cooperate": "yes"}, "location-association"), ({"legal": "yes", "place": "yes"}, "carrier"),
    ({"many": "yes"}, ""), ({"cooperate": "yes"}, ""), ({"many": "unknown"}, ""), ({"many": "no", "cooperate": "no"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("answers", "form"), ANSWERS)
def test_the_self_check_leads_to_a_form(client: Any, app: Flask, answers: dict[str, str], form: str | None) -> None:
    found = self_check.result(answers)
    assert (found.form if found is not None else None) == form
    page = client.page("/de/clusters/self-check", query_string=answers)
    headings = {None: None, "": "Noch offen", "carrier": "Trägerorganisation"}
    wanted = headings.get(form, vocabulary("forms").title(form, "de"))
    assert [one.get_text() for one in page.select("#result")] == ([wanted] if wanted else [])
    assert len(page.select("input[checked]")) == len(answers)
    assert not page.select("form[method=post], script[src*=self]")


def test_the_self_check_stands_whatever_comes(client: Any, app: Flask) -> None:
    for query in ("many=maybe", "many=yes&many=no", "legal=%00", "x=" + "y" * 5000):
        assert client.get(f"/en/clusters/self-check?{query}").status_code == 200


def test_values_of_a_portrait_and_back_change_nothing(facts: Dataset, db: Any) -> None:
    """What the form shows is what is there: sent back as it is, nothing differs."""
    for cluster in db.session.query(Cluster).all():
        found = db.session.query(Observation).filter_by(cluster_id=cluster.id).order_by(Observation.position).all()
        values = changes.values_of(cluster, found)
        assert changes.difference(values, values) == {}
        assert set(RECORD) and values["form"]


def test_cards_tell_how_recent_a_portrait_is(client: Any, app: Flask, db: Any) -> None:
    portrait()
    current, dormant = portrait("aktuell"), portrait("still")
    recency.vouch(current, recency.GROUPS, "management")
    dormant.dormant_since = date(2026, 1, 1)
    db.session.commit()
    page = client.page("/de/clusters/")
    states = {
        str(card.h3.a["href"]).rpartition("/")[2]: plain_spaces(card.select_one(".c-state").get_text())  # type: ignore[index, union-attr]
        for card in page.select("article.c-cluster")
    }
    assert states == {"optikring": "unbestätigt", "aktuell": "aktuell", "still": "vielleicht nicht mehr aktiv"}
