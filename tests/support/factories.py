"""People and things for tests, made as briefly as the models allow, and the fixed cast.

A factory fills in what the test does not care about and commits nothing; the test client commits before each request.
Where a thing comes to life through operations (an idea, a case), tests of other rooms make it by those operations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any, TypeVar

from consult.accounts import passwords, queries
from consult.accounts.models import Person, RoleGrant
from consult.accounts.operations import start_session
from consult.clusters.models import Cluster, ClusterManager
from consult.consultations.models import Consultation, Question
from consult.consultations.queries import questions_of
from consult.core.access import Actor, Grant
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.forms import email_key
from consult.core.registry import registries
from consult.core.text import slugify
from consult.ideas import redactions
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.models import Idea
from consult.ideas.operations import send
from consult.moderation.models import Decision
from consult.moderation.operations import Choice, decide
from consult.moderation.queries import waiting_case
from consult.organisations.models import Organisation, OrganisationMember
from consult.projects.models import Activity, Project

PASSWORD = "ein langes Kennwort für Tests"
Text2 = dict[str, str]
Row = TypeVar("Row")


def both(text: str | Text2) -> Text2:
    """A bilingual text; a plain one stands for both languages, the English marked so that a mix-up is seen."""
    return text if isinstance(text, dict) else {"de": text, "en": f"{text} (en)"}


class Factories:
    """Makes rows in the test's session and flushes them."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._numbers = count(1)

    def add(self, thing: Row) -> Row:
        """Put a row into the database and return it."""
        self._session.add(thing)
        self._session.flush()
        return thing

    def number(self) -> int:
        """A number that this test has not had yet."""
        return next(self._numbers)

    # ---- people and organisations -----------------------------------------------------------------------------------

    def person(
        self,
        name: str = "",
        *,
        email: str = "",
        roles: Sequence[str] = ("participant",),
        password: str = "",
        language: str = "de",
        confirmed: bool = True,
        organisation: Organisation | None = None,
        member_role: str = "author",
        consultation: Consultation | None = None,
    ) -> Person:
        """A person with these roles, for the whole site or for one consultation; a member of the organisation if named.

        Without `password` the person has none, since hashing takes time; `PASSWORD` is at hand.
        """
        name = name or f"Person {self.number()}"
        email = email or f"{slugify(name)}-{self.number()}@people.example"
        person = Person(
            email=email,
            email_key=email_key(email),
            name=name,
            name_key=sort_key(name),
            password_hash=passwords.hash_password(password) if password else "",
            language=language,
            confirmed_at=now() if confirmed else None,
        )
        self.add(person)
        for role in roles:
            self.grant(person, role, consultation)
        if organisation is not None:
            self.member(person, organisation, member_role)
        return person

    def grant(self, person: Person, role: str, consultation: Consultation | None = None) -> RoleGrant:
        place = None if consultation is None else consultation.id
        return self.add(RoleGrant(person_id=person.id, role=role, consultation_id=place))

    def organisation(
        self, name: str = "", *, type: str = "company", signoff: bool = False, **columns: Any
    ) -> Organisation:
        """An organisation; members of a "state-agency" or "state-ministry" read what is meant for those."""
        name = name or f"Firma {self.number()}"
        columns.setdefault("slug", f"{slugify(name)}-{self.number()}")
        return self.add(
            Organisation(name={"de": name, "en": name}, name_key=sort_key(name), type=type, signoff=signoff, **columns)
        )

    def member(self, person: Person, organisation: Organisation, role: str = "author") -> OrganisationMember:
        return self.add(OrganisationMember(person_id=person.id, organisation_id=organisation.id, role=role))

    def actor(self, person: Person) -> Actor:
        """The person as the one who acts, with all that the gate would load."""
        return actor(person)

    # ---- places and things ------------------------------------------------------------------------------------------

    def consultation(self, *, questions: int = 5, **columns: Any) -> Consultation:
        """An open consultation; `questions` loaded, in their order."""
        number = self.number()
        columns.setdefault("slug", f"consultation-{number}")
        columns.setdefault("prefix", f"T{number}")
        columns.setdefault("title", both(f"Konsultation {number}"))
        columns.setdefault("opens_at", now() - timedelta(days=7))
        columns.setdefault("closes_at", now() + timedelta(days=49))
        columns["title"] = both(columns["title"])
        asked = [
            Question(
                position=place,
                key=f"question-{place}",
                short_title=both(f"Frage {place} kurz"),
                text=both(f"Wie lautet Frage {place}? Was gehört dazu?"),
                help=both(f"Hilfe zu Frage {place}"),
            )
            for place in range(1, questions + 1)
        ]
        return self.add(Consultation(questions=asked, **columns))

    def cluster(self, name: str = "", *, managers: Sequence[Person] = (), **columns: Any) -> Cluster:
        """A cluster in the directory; `managers` speak for it."""
        name = name or f"Cluster {self.number()}"
        columns.setdefault("slug", f"{slugify(name)}-{self.number()}")
        columns.setdefault("short_name", name[:120])
        moment = now()
        cluster = Cluster(
            name=both(name), sort_key=sort_key(name), name_key=sort_key(name), created_at=moment, updated_at=moment,
            **columns,
        )  # fmt: skip
        self.add(cluster)
        for person in managers:
            self.add(ClusterManager(cluster_id=cluster.id, person_id=person.id, created_at=moment))
        return cluster

    def project(
        self, title: str = "", *, kind: str = "cluster-project", summary: str = "Worum es geht.", **columns: Any
    ) -> Project:
        """A project that nobody can join yet, unless `joining` says so."""
        title = title or f"Projekt {self.number()}"
        columns.setdefault("slug", f"{slugify(title)}-{self.number()}")
        project = Project(kind=kind, summary=both(summary), **columns)
        project.set_title(both(title))
        return self.add(project)

    def activity(
        self, title: str = "", *, kind: str = "workshop", summary: str = "Was geschieht.", days: float = 14,
        capacity: int | None = None, **columns: Any,
    ) -> Activity:  # fmt: skip
        """An activity `days` from now with open registration and, where `capacity` says so, limited places."""
        title = title or f"Veranstaltung {self.number()}"
        columns.setdefault("slug", f"{slugify(title)}-{self.number()}")
        columns.setdefault("registration", True)
        starts = (now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        activity = Activity(kind=kind, title=both(title), summary=both(summary), capacity=capacity, **columns)
        activity.set_dates(starts, starts + timedelta(hours=3), "time")
        return self.add(activity)

    # ---- texts, through the operations that people go through -------------------------------------------------------

    def idea(
        self,
        title: str = "",
        *,
        consultation: Consultation,
        author: Person | None = None,
        answers: Mapping[int, str | tuple[str, str]] | None = None,
        status: str = "published",
        moderator: Person | None = None,
        partners: Mapping[str, Sequence[int]] | None = None,
        **fields: str,
    ) -> Idea:
        """An idea as `draft`, `submitted` or `published`, written, sent and decided by the operations themselves.

        `answers` by the question's position: a text, or (text, audience). `partners` are {"cluster": [ids], ...}; `fields`
        are further fields of the form (summary, sector, region, size, organisation).
        """
        number = self.number()
        by = actor(author or self.person())
        questions = {one.position: one.id for one in questions_of(consultation.id)}
        written = {
            place: given if isinstance(given, tuple) else (given, "public")
            for place, given in (answers or {1: "Antwort."}).items()
        }
        idea = start_draft(by, consultation.id, f"test-{number}", "de")
        changes = Changes(
            fields={"title": title or f"Idee {number}", **fields},
            bodies={questions[place]: body for place, (body, _audience) in written.items()},
            audiences={questions[place]: audience for place, (_body, audience) in written.items()},
            partners={kind: list(ids) for kind, ids in (partners or {}).items()},
        )
        save_draft(idea.id, changes, seen=0, tab="test")
        if status != "draft":
            idea = send(by, idea.id, email="", language="de")
        if status == "published":
            self.decide("idea", idea.id, "publish", moderator=moderator)
        self._session.refresh(idea)
        return idea

    def decide(
        self,
        kind: str,
        subject_id: int,
        outcome: str,
        *,
        moderator: Person | None = None,
        reason: str = "",
        note: str = "",
    ) -> Decision:
        """The decision of a moderator on the case that waits for a text."""
        case = waiting_case(kind, subject_id)
        assert case is not None, f"no case waits for {kind} {subject_id}"
        judge = actor(moderator or self.person(roles=("moderator",)))
        version = "" if case.version_id is None else str(case.version_id)
        return decide(judge, case.id, Choice(outcome=outcome, reason=reason, note=note, version=version))


def part_of(consultation_id: int, position: int) -> str:
    """What the answer to the question at this position is called before moderation."""
    return redactions.moderated_part({one.position: one.id for one in questions_of(consultation_id)}[position])


def actor(person: Person) -> Actor:
    """The person as the one who acts: roles, organisations, clusters, as the rooms registered them."""
    db.session.flush()
    parts: dict[str, Any] = {}
    for part in registries.actor_parts:
        parts.update(part.load(person.id))
    grants = tuple(Grant(one.role, one.consultation_id) for one in queries.grants_of(person.id))
    return Actor(
        person_id=person.id, name=person.name, email=person.email, language=person.language, grants=grants, **parts
    )


def sign_in(client: Any, person: Person) -> Any:
    """Give the client a session of this person, as after the form; returns the client."""
    db.session.flush()
    token, _session = start_session(person, how="test", factor="totp")
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.permanent = True
        cookie["_user_id"], cookie["_fresh"] = token, True  # as Flask-Login does
    return client


class Cast:
    """Who plays in the tests. Each is made when first asked for; `actor(person)` is the person as the one who acts.

    owner, colleague    members of the same company (owner may approve); outsider belongs to another company
    participant         has an account and nothing else; stranger too: somebody to whom nothing belongs
    moderator, moderator2, cluster_manager (of `cluster`), editor, analyst, official, admin
    """

    def __init__(self, make: Factories) -> None:
        self._make = make

    def actor(self, person: Person) -> Actor:
        return actor(person)

    @cached_property
    def company(self) -> Organisation:
        return self._make.organisation("Feinwerk Saaletal", sector="C", size_class="medium", nuts="DEG03", country="DE")

    @cached_property
    def other_company(self) -> Organisation:
        return self._make.organisation("Lichtbau Nordsee", sector="C", size_class="small", nuts="DEF01", country="DE")

    @cached_property
    def agency(self) -> Organisation:
        return self._make.organisation("Clusteragentur Musterland", type="state-agency")

    @cached_property
    def ministry(self) -> Organisation:
        return self._make.organisation("Wirtschaftsministerium Musterland", type="state-ministry")

    @cached_property
    def cluster(self) -> Cluster:
        return self._make.cluster("Photonik Musterland", slug="photonik-musterland", nuts1="DEG", country="DE")

    @cached_property
    def owner(self) -> Person:
        return self._make.person(
            "Olga Owner",
            email="owner@people.example",
            roles=("company",),
            organisation=self.company,
            member_role="approver",
        )

    @cached_property
    def colleague(self) -> Person:
        return self._make.person(
            "Carl Colleague", email="colleague@people.example", roles=("company",), organisation=self.company
        )

    @cached_property
    def outsider(self) -> Person:
        return self._make.person(
            "Otto Outsider", email="outsider@people.example", roles=("company",), organisation=self.other_company
        )

    @cached_property
    def participant(self) -> Person:
        return self._make.person("Paula Participant", email="participant@people.example")

    @cached_property
    def stranger(self) -> Person:
        return self._make.person("Sven Stranger", email="stranger@people.example")

    @cached_property
    def moderator(self) -> Person:
        return self._make.person("Mona Moderator", email="moderator@people.example", roles=("moderator",))

    @cached_property
    def moderator2(self) -> Person:
        return self._make.person("Max Moderator", email="moderator2@people.example", roles=("moderator",))

    @cached_property
    def cluster_manager(self) -> Person:
        person = self._make.person("Clara Cluster", email="cluster@people.example", roles=("cluster",))
        self._make.add(ClusterManager(cluster_id=self.cluster.id, person_id=person.id, created_at=now()))
        return person

    @cached_property
    def editor(self) -> Person:
        return self._make.person("Edith Editor", email="editor@people.example", roles=("editor",))

    @cached_property
    def analyst(self) -> Person:
        return self._make.person(
            "Anna Analyst", email="analyst@people.example", roles=("analyst",), organisation=self.agency
        )

    @cached_property
    def official(self) -> Person:
        return self._make.person(
            "Ole Official", email="official@people.example", roles=("official",), organisation=self.ministry
        )

    @cached_property
    def admin(self) -> Person:
        return self._make.person("Ada Admin", email="admin@people.example", roles=("administrator",))
