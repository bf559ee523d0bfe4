"""Example people at the example activities, so that every state can be seen: places free, fully booked, a waiting list.

They are invented and have no password; their addresses end in demo.example. Loading can be repeated.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from consult.accounts.models import Person
from consult.accounts.operations import create_person
from consult.accounts.queries import person_by_email
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.projects import places
from consult.projects.models import Activity, Membership, Participation, Project

# Activity -> how many example people have asked for a place there.
GUESTS = {
    "example-coaching-internationalisierung": 11,  # eight places: fully booked, three wait
    "example-cluster-brunch": 23,
    "example-azubi-werbetag": 9,
    "example-workshop-offene-innovation": 17,
    "example-kooperationsboerse-online": 14,
    "example-testfeld-tag": 21,
    "example-messestand-zwei-laender": 7,
}
# (project, degree) -> how many example people take part.
CREW = {
    ("example-pruefstand-verbund", "test-partner"): 4,
    ("example-pruefstand-verbund", "resources"): 3,
    ("example-pruefstand-verbund", "expertise"): 5,
    ("example-pruefstand-verbund", "informed"): 18,
    ("example-azubi-tage-digital", "resources"): 4,
    ("example-azubi-tage-digital", "informed"): 11,
    ("example-crossdatenraum-batterie", "expertise"): 3,
    ("example-crossdatenraum-batterie", "test-partner"): 1,
    ("example-labor-tandem", "test-partner"): 2,
    ("example-labor-tandem", "informed"): 6,
}
PEOPLE = 24


def _people() -> list[Person]:
    """The example people, those that are missing made."""
    found = []
    for number in range(1, PEOPLE + 1):
        email = f"beispiel-{number:02}@demo.example"
        person = person_by_email(email)
        if person is None:
            name = f"Beispielperson {number}"
            person = create_person(SYSTEM, email, name=name, confirmed=True, source="demo")
        found.append(person)
    return found


def _fill_activities(people: list[Person]) -> None:
    activities = db.session.execute(select(Activity).where(Activity.slug.in_(GUESTS))).scalars().all()
    for activity in activities:
        taken = db.session.execute(
            select(Participation.id).where(Participation.activity_id == activity.id).limit(1)
        ).first()  # fmt: skip
        if taken is not None:
            continue
        for number, person in enumerate(people[: GUESTS[activity.slug]]):
            status = "waiting" if activity.full else "confirmed"
            role = activity.roles[number % len(activity.roles)] if activity.roles else ""
            one = places.enter(activity, person.id, SYSTEM, status=status, role=role, message="", language="de")
            one.created_at = now() - timedelta(days=6, minutes=-7 * number)


def _fill_projects(people: list[Person]) -> None:
    slugs = {slug for slug, _role in CREW}
    projects = {
        project.slug: project
        for project in db.session.execute(select(Project).where(Project.slug.in_(slugs))).scalars()
    }
    ids = [project.id for project in projects.values()]
    started = set(db.session.execute(select(Membership.project_id).where(Membership.project_id.in_(ids))).scalars())
    for (slug, role), count in CREW.items():
        project = projects.get(slug)
        if project is None or project.id in started:
            continue
        for person in people[:count]:
            db.session.add(
                Membership(
                    project_id=project.id,
                    person_id=person.id,
                    role=role,
                    status="accepted",
                    created_at=now() - timedelta(days=9),
                    decided_at=now() - timedelta(days=8),
                )  # fmt: skip
            )


def load(_dataset: Dataset) -> None:
    """Let example people take part where nobody does yet."""
    people = _people()
    _fill_activities(people)
    _fill_projects(people)
    db.session.flush()
