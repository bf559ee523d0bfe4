"""`consult synth`: reproducible content of any size, written in bulk past the rooms' operations.

Rows have the shape that the rooms would have written, derived columns included, so that pages, counters and search behave
as with real content. Meant for empty or demo databases: it refuses where people exist whom neither synth nor demo made.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import click
from markupsafe import Markup, escape
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult.accounts.models import Person
from consult.clusters.models import Cluster
from consult.comments.models import Comment
from consult.consultations.models import Consultation, NumberCounter, Question
from consult.consultations.queries import current_consultation, questions_of
from consult.core.db import db, is_sqlite, sort_key
from consult.core.i18n import in_language
from consult.core.registry import registries
from consult.core.unit import bump_content
from consult.core.vocabularies import vocabulary
from consult.ideas.models import Answer, Idea, IdeaFacet, IdeaVersion
from consult.ops import content, installation
from consult.ops.synthetic_clusters import ClusterMaker
from consult.ops.synthetic_words import Writer
from consult.organisations.models import Organisation
from consult.projects.models import Project

DOMAIN = "@synth.example"
START = datetime(2025, 1, 2, 8, tzinfo=UTC)
BATCH = 2000
YEAR = 2025


def make(ideas: int, comments: int, clusters: int, users: int, seed: int) -> None:
    """Write the content and index it. Numbers of ideas continue after those that are there."""
    installation.prepare_schema()
    _refuse_real_people()
    if not content.facts_are_loaded():
        with in_language("de"):
            content.load("facts")
    consultation = current_consultation()
    if consultation is None:
        click.echo("There is no consultation to write for.", err=True)
        sys.exit(1)
    maker = _Maker(seed, consultation, questions_of(consultation.id))
    people = maker.people(users)
    db.session.commit()
    cluster_ids = maker.clusters(clusters)
    db.session.commit()
    first, last = maker.ideas(ideas, people, cluster_ids)
    maker.comments(comments, people, first, last)
    _count_on()
    for recount in registries.counters.values():
        recount()
    bump_content()
    db.session.commit()
    documents = installation.reindex()
    click.echo(
        f"{ideas} ideas, {comments} comments, {clusters} clusters, {users} people; {documents} documents indexed."
    )


def _refuse_real_people() -> None:
    others = db.session.execute(
        select(Person.email_key)
        .where(Person.email_key.not_like(f"%{DOMAIN}"), Person.email_key.not_like(f"%{installation.DEMO_DOMAIN}"))
        .limit(1)
    ).scalar_one_or_none()
    if others is not None:
        click.echo("Real people have accounts here; synthetic content is not mixed with theirs.", err=True)
        sys.exit(1)


def _count_on() -> None:
    """Let PostgreSQL number what comes after the rows that brought their numbers along."""
    if is_sqlite():
        return
    for model in (Cluster, Comment, Idea, IdeaVersion, Organisation, Project):
        sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
        highest = select(func.max(model.id)).scalar_subquery()
        db.session.execute(select(func.setval(sequence, func.greatest(highest, 1))))


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _hash(*parts: Any) -> str:
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()


class _Maker:
    """Holds the random sequence and what all rows refer to."""

    def __init__(self, seed: int, consultation: Consultation, questions: Sequence[Question]) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - reproducible, not secret
        self.writer = Writer(seed + 1)
        self.consultation, self.questions = consultation, list(questions)
        self.sectors = [term.code for term in vocabulary("nace_rev2_1") if term.extra.get("level") == "1"]
        self.regions = [term.code for term in vocabulary("nuts2024_de") if term.extra.get("level") == "2"]
        self.sizes = [term.code for term in vocabulary("size_classes")]

    def _next_id(self, model: Any) -> int:
        return int(db.session.execute(select(func.coalesce(func.max(model.id), 0))).scalar_one()) + 1

    def people(self, count: int) -> list[int]:
        """Accounts without password, confirmed; existing ones of synth are used again."""
        known = set(db.session.execute(select(Person.email_key).where(Person.email_key.like(f"%{DOMAIN}"))).scalars())
        rows = (
            {
                "email": f"person{number}{DOMAIN}",
                "email_key": f"person{number}{DOMAIN}",
                "name": f"Person {number}",
                "name_key": sort_key(f"Person {number}"),
                "confirmed_at": START,
                "created_at": START,
            }
            for number in range(1, count + 1)
            if f"person{number}{DOMAIN}" not in known
        )
        for batch in _batches(rows):
            db.session.execute(insert(Person), batch)
        return list(
            db.session.execute(
                select(Person.id).where(Person.email_key.like(f"%{DOMAIN}")).order_by(Person.id).limit(count)
            ).scalars()
        )

    def clusters(self, count: int) -> list[int]:
        """Portraits with what belongs to them; the numbers of all clusters."""
        ClusterMaker(self.random, self.writer, START).make(count)
        return list(db.session.execute(select(Cluster.id).order_by(Cluster.id)).scalars())

    def ideas(self, count: int, people: Sequence[int], clusters: Sequence[int]) -> tuple[int, int]:
        """Published ideas with one to five answers each, in rising order of their publication; (first id, last id)."""
        first, first_version = self._next_id(Idea), self._next_id(IdeaVersion)
        start = self._take_numbers(count)
        step = timedelta(days=600) / max(count, 1)
        for offset in range(0, count, BATCH):
            amount = min(BATCH, count - offset)
            ideas, versions, answers, facets = [], [], [], []
            for index in range(offset, offset + amount):
                bundle = self._idea(
                    first + index, first_version + index, start + index, START + step * index, people, clusters
                )
                ideas.append(bundle[0])
                versions.append(bundle[1])
                answers.extend(bundle[2])
                facets.extend(bundle[3])
            for model, rows in ((Idea, ideas), (IdeaVersion, versions), (Answer, answers), (IdeaFacet, facets)):
                db.session.execute(insert(model), rows)
            db.session.commit()
        return first, first + count - 1

    def _take_numbers(self, count: int) -> int:
        """Reserve `count` numbers of the synthetic year in one step; returns the first."""
        dialect = sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql
        table = NumberCounter.__table__
        statement = (
            dialect.insert(table)
            .values(consultation_id=self.consultation.id, year=YEAR, last=count)
            .on_conflict_do_update(index_elements=["consultation_id", "year"], set_={"last": table.c.last + count})
            .returning(table.c.last)
        )
        return int(db.session.execute(statement).scalar_one()) - count + 1

    def _idea(
        self, idea_id: int, version_id: int, number: int, at: datetime, people: Sequence[int], clusters: Sequence[int]
    ) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows of one idea: itself, its version, its answers, its facets."""
        pick = self.random
        shared = {
            "title": self.writer.title()[:120],
            "sector": pick.choice(self.sectors),
            "region": pick.choice(self.regions),
            "size": pick.choice(self.sizes),
        }
        chosen = sorted(pick.sample(self.questions, pick.randint(1, len(self.questions))), key=lambda q: q.position)
        bodies = [self.writer.paragraph(pick.randint(2, 5)) for _ in chosen]
        cluster = pick.choice(clusters) if clusters and pick.random() < 0.5 else None
        company = f"Synth-Betrieb {pick.randint(1, 5000)} GmbH"
        shown = at + timedelta(hours=19)
        idea = {
            **shared,
            "id": idea_id,
            "consultation_id": self.consultation.id,
            "number": f"{self.consultation.prefix}-{YEAR}-{number:05d}",
            "status": "published",
            "teaser": bodies[0][:280],
            "byline": company,
            "first_question_id": chosen[0].id,
            "author_id": pick.choice(people) if people else None,
            "draft_key": f"synth-{self.seed}-{idea_id}",
            "draft_token_hash": _hash("draft", self.seed, idea_id),
            "status_token_hash": _hash("status", self.seed, idea_id),
            "public_version_id": version_id,
            "is_public": True,
            **dict.fromkeys(("created_at", "submitted_at", "moved_at"), at),
            "published_at": shown,
        }
        version = {
            **shared,
            "id": version_id,
            "idea_id": idea_id,
            "number": 1,
            "state": "public",
            "organisation_name": company,
            "partners": [["cluster", cluster, "proposes"]] if cluster else [],
            "sent_at": at,
            "published_at": shown,
        }
        answers = [self._answer(version_id, q.id, body, shown) for q, body in zip(chosen, bodies, strict=True)]
        codes = [("question", str(question.id)) for question in chosen]
        codes += [("consultation", str(self.consultation.id)), ("language", "de")]
        codes += [("sector", shared["sector"]), ("region", shared["region"][:3])]
        codes += [("cluster", str(cluster))] if cluster else []
        return idea, version, answers, [{"facet": f, "code": c, "idea_id": idea_id} for f, c in codes]

    @staticmethod
    def _answer(version_id: int, question_id: int, body: str, shown: datetime) -> dict[str, Any]:
        return {
            "version_id": version_id,
            "question_id": question_id,
            "audience": "public",
            "body": body,
            "html": Markup("<p>%s</p>\n") % escape(body),
            "excerpt": body[:300],
            "shown_at": shown,
            "shuffle": _hash(version_id, question_id)[:16],
        }

    def comments(self, count: int, people: Sequence[int], first: int, last: int) -> None:
        """Published comments spread over the ideas; one in four answers an earlier one of the same idea."""
        if not count or last < first:
            return
        start, counted = self._next_id(Comment), Counter[int]()
        roots: dict[int, int] = {}
        for offset in range(0, count, BATCH):
            rows = []
            for number in range(offset, min(offset + BATCH, count)):
                idea_id = self.random.randint(first, last)
                body = self.writer.paragraph(1)
                reply = roots.get(idea_id) if self.random.random() < 0.25 else None
                rows.append(self._comment(start + number, idea_id, reply, body, self.random.choice(people), number))
                roots.setdefault(idea_id, start + number)
                counted[idea_id] += 1
            db.session.execute(insert(Comment), rows)
            db.session.commit()
        table: Any = Idea.__table__
        changes = [{"wanted": idea_id, "total": total} for idea_id, total in counted.items()]
        from_rows = update(table).where(table.c.id == bindparam("wanted")).values(comment_count=bindparam("total"))
        db.session.connection().execute(from_rows, changes)

    def _comment(
        self, comment_id: int, idea_id: int, parent: int | None, body: str, author: int, number: int
    ) -> dict[str, Any]:
        at = START + timedelta(days=600, seconds=number)
        return {
            "id": comment_id,
            "subject_kind": "idea",
            "subject_id": idea_id,
            "parent_id": parent,
            "author_id": author,
            "author_name": f"Person {author}",
            "body": body,
            "html": Markup("<p>%s</p>\n") % escape(body),
            "status": "published",
            "created_at": at,
            "published_at": at,
            "revision": 1,
        }
