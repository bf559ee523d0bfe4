"""The shipped topics, and the tags that join the other records to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from consult.consultations.models import Consultation, Question
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.db import db, sort_key
from consult.core.registry import registries, touch
from consult.core.text import render_markdown
from consult.links.loading import add_relations
from consult.links.sources import sources
from consult.topics.models import Topic

# The question to which an article's last sentence leads: (consultation, key of the question).
_QUESTIONS = {"thema-internationalisierung": ("open-region", "external-competence")}
_TAGGED = {"clusters": "cluster", "programmes": "programme", "projects": "project", "activities": "activity"}


def _organisation(reference: str | None) -> int | None:
    subject = registries.subjects.get("organisation")
    return subject.find(reference.partition("/")[2]) if subject is not None and reference else None


def _question(slug: str) -> int | None:
    consultation, key = _QUESTIONS.get(slug, ("", ""))
    query = (
        select(Question.id)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .where(Consultation.slug == consultation, Question.key == key)
    )
    return db.session.execute(query).scalar()


def _open_question(article: dict[str, str]) -> dict[str, str]:
    """The question that ends an article of the data set: its last paragraph, after the words that introduce it."""
    found = {}
    for language, opening in (("de", "Die Frage an Sie: "), ("en", "The question for you: ")):
        last = article.get(language, "").strip().rpartition("\n")[2]
        if last.startswith(opening):
            question = last.removeprefix(opening)
            found[language] = question[:1].upper() + question[1:]
    return found


def topic_of(record: dict[str, Any]) -> Topic:
    """A record as a topic; not yet in the session."""
    contact, statement, article = record.get("contact", {}), record.get("statement", {}), record.get("article", {})
    moment = now()
    return Topic(
        slug=record["id"], kind=record["kind"], title=record["title"], sort_key=sort_key(record["title"]["de"]),
        description=record.get("description", {}), series=record.get("series", {}),
        original_title=record.get("original_title", ""), tags=record.get("topics", []),
        teaser=record.get("teaser", {}), article=article, article_html_de=render_markdown(article.get("de")),
        article_html_en=render_markdown(article.get("en")), contact_id=_organisation(contact.get("organisation")),
        contact_text=contact.get("text", {}), statement=statement.get("text", {}),
        statement_by_id=_organisation(statement.get("organisation")), statement_kind=statement.get("kind", ""),
        statement_approved=bool(statement.get("approved_by_speaker")), statement_note=statement.get("note", {}),
        statement_source=sources(statement), facts_note=record.get("facts_note", {}),
        open_question=_open_question(article), question_id=_question(record["id"]),
        as_of=record.get("as_of", ""), source=sources(record),
        published_at=moment, created_at=moment, updated_at=moment,
    )  # fmt: skip


def load(dataset: Dataset) -> None:
    """Add the topics that are missing."""
    known = set(db.session.execute(select(Topic.slug)).scalars())
    added = [topic_of(record) for record in dataset.records("topics") if record["id"] not in known]
    db.session.add_all(added)
    db.session.flush()
    for topic in added:
        touch("topic", topic.id)


def _tag(reference: str, topic: str, source: list[str], derived: bool) -> dict[str, Any]:
    slug = reference.partition("/")[2]
    return {
        "id": f"{slug}--about-topic--{topic}", "type": "about_topic", "from": reference, "to": f"topic/{topic}",
        "source": source, "derived": derived,
    }  # fmt: skip


def tags(dataset: Dataset, examples: bool) -> Iterator[dict[str, Any]]:
    """Relations "is about topic" of the records that name topics: of the examples, or of all others."""
    for file, kind in _TAGGED.items():
        for record in dataset.records(file):
            if bool(record.get("example")) != examples:
                continue
            named = record.get("topics", [])
            derived = isinstance(named, dict) and bool(named.get("derived"))
            for topic in named["values"] if isinstance(named, dict) else named:
                yield _tag(f"{kind}/{record['id']}", topic, [] if derived else sources(record), derived)
    if not examples:
        for record in dataset.records("topics"):
            for topic in record.get("topics", []):
                yield _tag(f"topic/{record['id']}", topic, sources(record), False)
            for reference in record.get("related", []):
                yield _tag(reference, record["id"], sources(record), False)


def load_tags(dataset: Dataset) -> None:
    """Join the facts to their topics; runs after the shipped relations, which come first where both say the same."""
    add_relations(list(tags(dataset, examples=False)))


def load_example_tags(dataset: Dataset) -> None:
    """Join the examples to their topics."""
    add_relations(list(tags(dataset, examples=True)))
