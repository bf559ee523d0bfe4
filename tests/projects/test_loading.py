"""The shipped content: facts and examples, dates that move with the demo, example people; and the parts of other pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.access import GUEST
from consult.core.clock import LOCAL, today
from consult.core.dataset import dataset
from consult.core.db import db
from consult.core.registry import panels_for, registries
from consult.projects import activity_queries, demo, loading, panels, subjects
from consult.projects.activity_queries import ActivityFilter
from consult.projects.models import Activity, Membership, Participation, Project
from tests.projects.crowd import counters_are_true, put

pytestmark = pytest.mark.usefixtures("clock", "app")


def _numbers() -> tuple[int, ...]:
    models = (Project, Activity, Participation, Membership)
    return tuple(db.session.execute(select(func.count()).select_from(model)).scalar_one() for model in models)


def _activity(slug: str) -> Activity:
    return db.session.execute(select(Activity).where(Activity.slug == slug)).scalar_one()


@pytest.fixture
def loaded() -> None:
    loading.load_facts(dataset())
    loading.load_examples(dataset())
    demo.load(dataset())


def test_loading_again_adds_nothing(loaded: None) -> None:
    before = _numbers()
    assert before[0] == len(dataset().records("projects")) and before[1] == len(dataset().records("activities"))
    loading.load_facts(dataset())
    loading.load_examples(dataset())
    demo.load(dataset())
    assert _numbers() == before


def test_facts_come_without_examples() -> None:
    loading.load_facts(dataset())
    assert not db.session.execute(select(Activity).where(Activity.is_example)).first()
    assert not db.session.execute(select(Project).where(Project.is_example)).first()


def test_dates_are_as_exact_as_their_source(loaded: None) -> None:
    assert _activity("acod-iaa-2013").precision == "month"
    assert _activity("coaching-internationalisierung-2017").precision == "year"
    unknown = _activity("mechatronik-workshop")
    assert unknown.starts_at is None and unknown.is_past(datetime(2000, 1, 1, tzinfo=UTC))
    brunch = _activity("example-cluster-brunch")
    start = brunch.starts_at.astimezone(LOCAL)  # type: ignore[union-attr]
    assert (start.date(), start.hour) == (today() + timedelta(days=21), 10)
    stand = _activity("example-messestand-zwei-laender")
    assert stand.all_day and stand.ends_at.astimezone(LOCAL).date() == today() + timedelta(days=123)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "precision", "last"),
    [
        ("2017", "year", date(2017, 12, 31)),
        ("2016-02", "month", date(2016, 2, 29)),
        ("2016-09-20", "day", date(2016, 9, 20)),
    ],
)
def test_partial_dates(value: str, precision: str, last: date) -> None:
    span = loading.partial_span(value)
    assert span is not None
    assert span[2] == precision and span[1].astimezone(LOCAL).date() == last
    assert span[0].astimezone(LOCAL).hour == 0


@pytest.mark.parametrize("value", ["", "soon", "2016-13", "2016-02-30", "+3d", "1-2-3-4"])
def test_what_is_no_date(value: str) -> None:
    assert loading.partial_span(value) is None


def test_moving_keeps_the_time_of_day_over_the_change_of_clocks() -> None:
    summer = datetime(2026, 10, 20, 9, 30, tzinfo=LOCAL)
    winter = loading.moved(summer.astimezone(UTC), 14)
    assert winter is not None
    assert winter.astimezone(LOCAL) == datetime(2026, 11, 3, 9, 30, tzinfo=LOCAL)


def test_the_demo_moves_but_not_what_was_edited(loaded: None, clock: Any) -> None:
    brunch, edited, real = (_activity(s) for s in ("example-cluster-brunch", "example-testfeld-tag", "evs35-2022"))
    before = [one.starts_at for one in (brunch, edited, real)]
    edited.edited_at = clock.now
    project = db.session.execute(select(Project).where(Project.slug == "example-pruefstand-verbund")).scalar_one()
    until, starts = project.joining_until, project.starts
    loading.shift(5)
    assert brunch.starts_at == before[0] + timedelta(days=5) == brunch.sort_at  # type: ignore[operator]
    assert [edited.starts_at, real.starts_at] == before[1:]
    assert project.joining_until == until + timedelta(days=5)  # type: ignore[operator]
    assert date.fromisoformat(project.starts) == date.fromisoformat(starts) + timedelta(days=5)


def test_examples_show_every_state(loaded: None) -> None:
    coaching = _activity("example-coaching-internationalisierung")
    assert (coaching.capacity, coaching.confirmed_count, coaching.waiting_count) == (8, 8, 3)
    for activity in db.session.execute(select(Activity).where(Activity.is_example)).scalars():
        assert counters_are_true(activity)


def test_organisers_are_found_once_they_are_there(loaded: None, make: Any) -> None:
    assert _activity("acod-iaa-2013").organiser_id is None
    cluster = make.cluster("ACOD", slug="acod")
    loading.load_facts(dataset())
    assert (_activity("acod-iaa-2013").organiser_kind, _activity("acod-iaa-2013").organiser_id) == (
        "cluster",
        cluster.id,
    )


# ---- lists ----------------------------------------------------------------------------------------------------------


def _walk(size: int) -> list[list[str]]:
    """The slugs of all pages, from the first to the last."""
    pages, after = [], None
    while True:
        page = activity_queries.activities_page(ActivityFilter(), after, size)
        pages.append([one.slug for one in page])
        if page.next is None:
            return pages
        after = page.next


@pytest.mark.parametrize("size", [1, 3, 5, 8, 50])
def test_paging_reaches_each_activity_once(make: Any, size: int) -> None:
    for number in range(8):
        make.activity(slug=f"up-{number}", days=5 + number // 2)
    for number in range(9):
        make.activity(slug=f"past-{number}", days=-5 - number // 2)
    pages = _walk(size)
    slugs = [slug for page in pages for slug in page]
    assert len(slugs) == len(set(slugs)) == 17
    assert all(slug.startswith("up-") for slug in slugs[:8])
    assert all(len(page) == size for page in pages[:-1])


def test_going_back_leads_to_the_beginning(make: Any) -> None:
    for number in range(3):
        make.activity(slug=f"up-{number}", days=5 + number)
        make.activity(slug=f"past-{number}", days=-5 - number)
    first = activity_queries.activities_page(ActivityFilter(), None, 4)
    second = activity_queries.activities_page(ActivityFilter(), first.next, 4)
    assert [one.slug for one in second] == ["past-1", "past-2"] and second.prev
    back = activity_queries.activities_page(ActivityFilter(), second.prev, 4)
    assert [one.slug for one in back] == [one.slug for one in first]


@pytest.mark.parametrize("after", ["p", "u", "px", "uWzBd", "zzz", "p" + "A" * 4000])
def test_a_forged_cursor_is_harmless(make: Any, after: str) -> None:
    make.activity()
    activity_queries.activities_page(ActivityFilter(), after, 5)


def test_the_next_change_by_time_alone(make: Any, clock: Any) -> None:
    assert activity_queries.next_change() is None
    activity = make.activity(days=9, registration_until=clock.now + timedelta(days=2))
    assert activity_queries.next_change() == clock.now + timedelta(days=2)
    activity.registration_until = None
    db.session.flush()
    assert activity_queries.next_change() == activity.starts_at


# ---- parts of other pages -------------------------------------------------------------------------------------------


def test_subjects_are_described_and_found(make: Any) -> None:
    project, activity = make.project("Prüfstände", region="DEG0"), make.activity("Werkstatt")
    activity.set_title({"de": "Werkstatt", "en": "Workshop"})
    db.session.flush()
    for kind, thing in (("project", project), ("activity", activity)):
        subject = registries.subjects[kind]
        assert subject.find(thing.slug) == thing.id and subject.find("nichts") is None
        assert subject.describe([thing.id, 99999]).keys() == {thing.id}
    assert [one.title for one in subjects.pick_projects("pruf", 5)] == ["Prüfstände"]
    assert [one.id for one in subjects.pick_activities("werk", 5)] == [activity.id]
    assert subjects.pick_activities("100%_", 5) == []


def test_documents_carry_both_languages(make: Any) -> None:
    activity = make.activity(city="Lillestrøm", country="NO", kind="conference")
    (document,) = subjects.activity_documents([activity.id])
    assert "Norwegen" in document.body and "Norway" in document.body_en and "Konferenz" in document.body


def test_panels_show_what_belongs_to_a_thing(make: Any, cast: Any) -> None:
    project = make.project("Verbund")
    hosted = make.activity(
        "Treffen", project_id=project.id, organiser_kind="organisation", organiser_id=cast.company.id
    )
    assert panels.next_dates(0, GUEST) is not None

    def slots(slot: str, number: int) -> list[str]:
        mine = ("activities/_panel.html", "projects/_panel.html")
        return [template for template, _context in panels_for(slot, number, GUEST) if template in mine]

    assert slots("projects.show", project.id) == ["activities/_panel.html"]
    assert slots("organisations.show", cast.company.id) == ["activities/_panel.html"]
    assert slots("organisations.show", cast.other_company.id) == []
    assert panels.own_part(cast.participant.id, GUEST) is None
    put(hosted, cast.participant, "waiting")
    shown = panels.own_part(cast.participant.id, GUEST)
    assert shown is not None and len(shown["joins"]) == 1
