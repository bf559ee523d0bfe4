"""Topics as files: the tags of the agenda, and the articles that everyone may read. Pictures and drafts stay in the house.

Clusters, programmes, projects and activities name their topics in their own records; the links that lead from them to the
tags follow here (`follow`), whoever changed the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from consult.clusters.models import Cluster
from consult.consultations.models import Consultation, Question
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.exchange import (
    BOTH,
    DATE,
    EVERYTHING,
    FLAG,
    LINE,
    LIST,
    MOMENT,
    NAME,
    OBJECT,
    REF,
    SOURCE,
    Exchange,
    Faults,
    Field,
    Record,
    References,
    moment_of,
    moment_words,
)
from consult.core.i18n import _, _l
from consult.core.imports import sorted_rows, waiting_for
from consult.core.registry import describe, touch
from consult.core.text import render_markdown
from consult.links.ends_kept import loosen
from consult.links.loading import Ends, state
from consult.links.models import VISIBLE, Link, LinkEnd
from consult.programmes.models import Programme
from consult.projects.models import Activity, Project
from consult.topics.models import AGENDA, NEVER, OF_THE_MONTH, Topic
from consult.topics.rules import DRAFT, PARAPHRASE, PLANNED, PUBLISHED, VERBATIM, WITHDRAWN

KIND = "topic"
ABOUT = "about_topic"
_ASKED = "question "  # before the key of a question that a topic waits for
TAGGED: dict[str, Any] = {"cluster": Cluster, "programme": Programme, "project": Project, "activity": Activity}
_RELATED = ("cluster", "programme", "project", "activity", "organisation", "topic", "idea")
FIELDS = (
    Field("id", LINE, True, longest=100), Field("kind", LINE, True, choices=(AGENDA, OF_THE_MONTH)),
    Field("title", NAME, True, longest=300), Field("description", BOTH), Field("series", BOTH),
    Field("original_title", longest=200), Field("topics", LIST), Field("teaser", BOTH), Field("article", BOTH),
    Field("open_question", BOTH), Field("question", longest=170),
    Field("contact", OBJECT, fields=(Field("organisation", REF, refs=("organisation",)), Field("text", BOTH))),
    Field("statement", OBJECT, fields=(
        Field("organisation", REF, refs=("organisation",)), Field("text", BOTH),
        Field("kind", choices=(PARAPHRASE, VERBATIM)), Field("approved_by_speaker", FLAG, default=False),
        Field("note", BOTH), Field("source", SOURCE))),
    Field("facts_note", BOTH), Field("related", LIST, refs=_RELATED, unordered=True), Field("as_of", DATE),
    Field("source", SOURCE), Field("published", MOMENT),
    Field("status", choices=(DRAFT, PLANNED, PUBLISHED, WITHDRAWN), default=PUBLISHED),
)  # fmt: skip


# ---- out ------------------------------------------------------------------------------------------------------------


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The topics by their ids: those that everyone may read; for who may see everything also what was taken back."""
    where = [] if audience == EVERYTHING else [Topic.published_at <= now()]
    kept, related, questions, names = waiting_for(KIND, keys), _related(), _questions(), _organisations()
    for one in sorted_rows(Topic, Topic.slug, keys, where):
        waits = kept.get(one.slug, {})

        def named(field: str, number: int | None, waits: dict[str, list[str]] = waits) -> str | None:
            return names.get(number or 0) or next(iter(waits.get(field, [])), None)

        record: Record = {
            "id": one.slug, "kind": one.kind, "title": one.title, "description": one.description, "series": one.series,
            "original_title": one.original_title, "topics": one.tags, "teaser": one.teaser, "article": one.article,
            "open_question": one.open_question, "facts_note": one.facts_note, "as_of": one.as_of, "source": one.source,
            "question": questions.get(one.question_id or 0) or _awaited_question(waits),
            "contact": {"organisation": named("contact", one.contact_id), "text": one.contact_text},
            "statement": {} if _unspoken(one) and audience != EVERYTHING else {
                "organisation": named("statement", one.statement_by_id), "text": one.statement,
                "kind": one.statement_kind, "approved_by_speaker": one.statement_approved, "note": one.statement_note,
                "source": one.statement_source,
            },
            "related": related.get(one.slug, []) if one.kind == OF_THE_MONTH else [], "status": one.status,
        }  # fmt: skip
        if one.kind == OF_THE_MONTH and one.published_at < NEVER:
            record["published"] = moment_words(one.published_at.replace(microsecond=0))
        yield record


def _awaited_question(waits: dict[str, list[str]]) -> str | None:
    """The question of a consultation that is not here yet."""
    for field, references in waits.items():
        if field.startswith(_ASKED) and references:
            return f"{references[0].removeprefix('consultation/')}/{field.removeprefix(_ASKED)}"
    return None


def _unspoken(one: Topic) -> bool:
    """Whether the topic holds a speaker's wording that the speaker has not approved yet."""
    return one.statement_kind == VERBATIM and not one.statement_approved


def _organisations() -> dict[int, str]:
    rows = db.session.execute(select(Topic.contact_id, Topic.statement_by_id).distinct())
    ids = {("organisation", one) for row in rows for one in row if one is not None}
    return {number: f"{kind}/{info.key}" for (kind, number), info in describe(ids).items()}


def _questions() -> dict[int, str]:
    """Questions as "consultation/key"."""
    query = (
        select(Question.id, Consultation.slug, Question.key)
        .join(Consultation)
        .join(Topic, Topic.question_id == Question.id)
    )
    return {number: f"{slug}/{key}" for number, slug, key in db.session.execute(query)}


def _related() -> dict[str, list[str]]:
    """Topic of the month -> what belongs to it: what links lead to it whose beginning everyone may see."""
    hidden = select(LinkEnd.id).where(
        LinkEnd.kind == Link.from_kind, LinkEnd.id == Link.from_id, LinkEnd.public.is_(False)
    )
    query = select(Link.to_key, Link.from_kind, Link.from_key).where(
        Link.type == ABOUT, Link.to_kind == KIND, Link.status.in_(VISIBLE), ~hidden.exists()
    )
    found: dict[str, list[str]] = {}
    for topic, kind, key in db.session.execute(query):
        found.setdefault(topic, []).append(f"{kind}/{key}")
    return {topic: sorted(references) for topic, references in found.items()}


# ---- in -------------------------------------------------------------------------------------------------------------


def _question(reference: str | None) -> int | None:
    slug, _slash, key = (reference or "").partition("/")
    query = select(Question.id).join(Consultation).where(Consultation.slug == slug, Question.key == key)
    return db.session.execute(query).scalar() if key else None


def _sources(record: Record) -> list[str]:
    found = record.get("source") or []
    return [found] if isinstance(found, str) else list(found)


def write(record: Record, before: Record | None) -> None:
    """Make the topic what the record says. A new one is public from its date on, or at once where none is given."""
    refs, moment = References(KIND, record["id"]), now()
    contact, said, article = record.get("contact", {}), record.get("statement", {}), record.get("article", {})
    contact_id = refs.find("contact", contact.get("organisation"))
    statement_by_id = refs.find("statement", said.get("organisation"))
    question_id = _question(record.get("question"))
    if record.get("question") and question_id is None:
        slug, _slash, key = record["question"].partition("/")
        refs.unresolved.append((f"{_ASKED}{key}"[:80], f"consultation/{slug}"))
    one = db.session.execute(select(Topic).where(Topic.slug == record["id"])).scalar()
    if one is None:
        one = Topic(slug=record["id"], created_at=moment, status=record.get("status", PUBLISHED))
        one.published_at = moment if one.status == PUBLISHED else NEVER
        db.session.add(one)
    if one.status in (PUBLISHED, PLANNED) and record.get("published"):
        one.published_at = moment_of(record["published"]) or moment
        one.planned_for = one.published_at if one.status == PLANNED else one.planned_for
    one.kind, one.title, one.tags = record["kind"], record["title"], record.get("topics", [])
    one.sort_key = sort_key(record["title"].get("de") or record["title"].get("en", ""))
    one.description, one.series, one.teaser = (record.get(name, {}) for name in ("description", "series", "teaser"))
    one.original_title, one.article = record.get("original_title", ""), article
    one.article_html_de, one.article_html_en = (render_markdown(article.get(language)) for language in ("de", "en"))
    one.open_question, one.facts_note = record.get("open_question", {}), record.get("facts_note", {})
    one.contact_id, one.contact_text, one.question_id = contact_id, contact.get("text", {}), question_id
    one.statement, one.statement_by_id, one.statement_kind = said.get("text", {}), statement_by_id, said.get("kind", "")
    one.statement_approved, one.statement_note = said.get("approved_by_speaker", False), said.get("note", {})
    one.statement_source, one.as_of, one.source = _sources(said), record.get("as_of", ""), _sources(record)
    one.updated_at = moment
    if before is not None and before != record:
        one.revision += 1
    db.session.flush()
    refs.keep()
    touch(KIND, one.id)
    _relate(one, record, before)


def _relate(topic: Topic, record: Record, before: Record | None) -> None:
    """State the links that the record names and that are not there yet."""
    known = set(_related().get(topic.slug, []))
    added = [one for one in record.get("related", []) if one not in known]
    if added and (before is None or before.get("related") != record.get("related")):
        _add([_tag(one, topic.slug, _sources(record), False) for one in added])


def _add(records: Sequence[Record]) -> None:
    """State these links where no link has their name yet."""
    names = [record["id"] for record in records]
    known = set(db.session.execute(select(Link.key).where(Link.key.in_(names))).scalars())
    found = Ends()
    for record in records:
        if record["id"] not in known:
            link = state(record, found)
            db.session.add(link)
            for kind, end_id in link.ends:
                if end_id is not None:
                    touch(kind, end_id)
    db.session.flush()


def follow(touched: set[tuple[str, int]]) -> None:
    """Before a commit: what changed is joined to the topics that it names. What an editor ended stays ended."""
    for kind, model in TAGGED.items():
        ids = sorted(number for one, number in touched if one == kind)
        for start in range(0, len(ids), 300):
            _follow(kind, model, ids[start : start + 300])


def _follow(kind: str, model: Any, ids: Sequence[int]) -> None:
    rows = [row for row in db.session.execute(select(model).where(model.id.in_(ids))).scalars() if row.topics]
    if not rows:
        return
    query = select(Link.from_id, Link.to_key).where(
        Link.type == ABOUT, Link.from_kind == kind, Link.from_id.in_(ids), Link.to_kind == KIND
    )
    there = {(number, key) for number, key in db.session.execute(query)}
    _add(
        [
            _tag(f"{kind}/{row.slug}", topic, [] if kind == "cluster" else _sources_of(row), kind == "cluster")
            for row in rows
            for topic in row.topics
            if (row.id, topic) not in there
        ]
    )


def _sources_of(row: Any) -> list[str]:
    return list(row.source) if hasattr(row, "source") else _sources(row.data or {})


def _tag(reference: str, topic: str, source: list[str], derived: bool) -> dict[str, Any]:
    key = reference.partition("/")[2]
    return {
        "id": f"{key}--about-topic--{topic}", "type": ABOUT, "from": reference, "to": f"topic/{topic}", "source": source,
        "derived": derived,
    }  # fmt: skip


def remove(key: str) -> None:
    """Take a topic away."""
    one = db.session.execute(select(Topic).where(Topic.slug == key)).scalar()
    if one is not None:
        touch(KIND, one.id)
        loosen(KIND, one.id)
        db.session.delete(one)


def check(record: Record, faults: Faults) -> None:
    """Words of a speaker appear only with their approval."""
    said = record.get("statement", {})
    there = db.session.execute(select(Topic.status).where(Topic.slug == record["id"])).scalar()
    if there is not None and there != record.get("status", PUBLISHED):
        faults.add("status", _("What is planned, published or withdrawn is decided on the page of the topic."))
    if said.get("kind") == VERBATIM and not said.get("approved_by_speaker"):
        faults.add("statement.approved_by_speaker", _("A verbatim statement needs the approval of who said it."))


EXCHANGE = Exchange(
    name="topics", kind=KIND, order=55, label=_l("Topics"), fields=FIELDS, read=read, write=write, remove=remove,
    check=check, permission="topics.edit",
)  # fmt: skip
