"""What other rooms may know of ideas: lines with a link, documents for search, facts for comments and links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from consult.consultations.queries import consultations_by_ids, with_total
from consult.core.access import Actor
from consult.core.audiences import PUBLIC
from consult.core.db import db
from consult.core.registry import SearchDocument, SubjectInfo
from consult.core.text import plain, plain_html, slugify
from consult.core.web import path
from consult.ideas import rules
from consult.ideas.coauthors import coauthor_ids, is_coauthor
from consult.ideas.loading import EXAMPLE, IMPORTED
from consult.ideas.models import CONFIRMED, Answer, Idea, IdeaCoauthor, IdeaVersion
from consult.ideas.queries import idea_by_number, idea_to_look_at, ideas_by_ids, is_number
from consult.ideas.telling import author_ids
from consult.notifications.queries import followers
from consult.organisations.queries import member_ids
from consult.search.queries import matching

KIND = "idea"
BATCH = 200


# put together once, since lists of mixed things ask it on every page
_SAYS = (
    "id", "number", "title", "language", "is_public", "region", "author_id", "organisation_id", "byline", "teaser",
    "consultation_id",
)  # fmt: skip
_SAID: Select[*tuple[Any, ...]] = select(*(Idea.__table__.c[name] for name in _SAYS)).where(
    Idea.__table__.c.id.in_(bindparam("ids", expanding=True))
)


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    """Ideas that have a number. An idea without a public answer names nobody: neither author nor organisation.

    Who asks for a single one mostly reads it as a whole next (its case, its page): it is loaded, so that it is asked once.
    """
    if len(ids) == 1:
        return {one.id: info(one) for one in ideas_by_ids(ids).values() if one.number}
    before = path("ideas.show", number="")  # a number stands in an address as it is
    rows = db.session.execute(_SAID, {"ids": list(ids)})
    return {row[0]: _line(before, *row) for row in rows if row.number}


def info(idea: Idea) -> SubjectInfo:
    """The line about an idea."""
    return _line(path("ideas.show", number=""), *(getattr(idea, name) for name in _SAYS))


def _line(
    before: str, idea_id: int, number: str, title: str, language: str, public: bool, region: str, author_id: int | None,
    organisation_id: int | None, byline: str, teaser: str, consultation_id: int | None,
) -> SubjectInfo:  # fmt: skip
    """The same from what `_SAYS` names; its address is this beginning and the number."""
    return SubjectInfo(
        kind=KIND, id=idea_id, title=title, url=before + number, language=language, public=public, region=region,
        author_id=author_id if byline else None, organisation_id=organisation_id if byline else None, author_name=byline,
        excerpt=teaser, consultation_id=consultation_id, key=number or "",
    )  # fmt: skip


def find(key: str) -> int | None:
    """The idea of a number; the shipped examples are also known by their id in the data set."""
    if not is_number(key) and slugify(key) != key:
        return None
    statement = select(Idea.id).where((Idea.number == key) | Idea.draft_key.in_((EXAMPLE + key, IMPORTED + key)))
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def picker(words: str, limit: int) -> list[SubjectInfo]:
    """Public ideas for a choice of link ends: by number, or by words."""
    exact = idea_by_number(words.strip().upper())
    if exact is not None and exact.is_public:
        return [info(exact)]
    hits = matching(KIND, words)
    statement = select(Idea).join(hits, hits.c.id == Idea.id).where(Idea.is_public.is_(True))
    rows = db.session.execute(statement.order_by(hits.c.score.desc(), Idea.id.desc()).limit(limit)).scalars()
    return [info(one) for one in rows]


def may_manage(actor: Actor, idea_id: int) -> bool:
    """Whether the actor speaks for the idea: a member of its organisation, or its author where it has none."""
    idea = idea_to_look_at(idea_id)
    return idea is not None and (rules.speaks_for(actor, idea) or is_coauthor(actor, idea.id))


def speakers(idea_id: int) -> list[int]:
    """Ids of those who speak for an idea, as `may_manage` says of each."""
    idea = db.session.get(Idea, idea_id)
    if idea is None:
        return []
    if idea.organisation_id is not None:
        own = member_ids(idea.organisation_id)
    else:
        own = [idea.author_id] if idea.author_id is not None else []
    return sorted({*own, *coauthor_ids(idea_id)})


def spoken_for(actor: Actor) -> list[tuple[str, int]]:
    """The public ideas for which the actor speaks: they confirm or decline what others link to them; one query."""
    if actor.person_id is None:
        return []
    beside = select(IdeaCoauthor.idea_id).where(
        IdeaCoauthor.person_id == actor.person_id, IdeaCoauthor.status == CONFIRMED
    )
    own = or_(
        and_(Idea.author_id == actor.person_id, Idea.organisation_id.is_(None)),
        Idea.organisation_id.in_(list(actor.organisation_ids)),
        Idea.id.in_(beside),
    )
    statement = select(Idea.id).where(own, Idea.is_public.is_(True)).order_by(Idea.id.desc()).limit(BATCH)
    return [(KIND, one) for one in db.session.execute(statement).scalars()]


def documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """What search knows: title, summary, byline and the answers that are public with name. Nothing else, ever."""
    if ids is not None:
        yield from _documents(list(ids))
        return
    last = 0
    while True:
        statement = select(Idea.id).where(Idea.is_public.is_(True), Idea.id > last).order_by(Idea.id).limit(BATCH)
        part = list(db.session.execute(statement).scalars())
        if not part:
            return
        yield from _documents(part)
        last = part[-1]


def _documents(ids: list[int]) -> Iterator[SearchDocument]:
    statement = (
        select(Answer)
        .join(Answer.version)
        .join(Idea, Idea.public_version_id == IdeaVersion.id)
        .where(Idea.id.in_(ids), Idea.is_public.is_(True))
        .options(joinedload(Answer.version))
        .order_by(Answer.id)
    )
    texts: dict[int, list[str]] = {}
    summaries: dict[int, str] = {}
    for answer in db.session.execute(statement).scalars():
        idea_id = answer.version.idea_id
        summaries[idea_id] = answer.version.summary
        if answer.audience == PUBLIC:
            texts.setdefault(idea_id, []).append(plain_html(answer.html))
    for idea in ideas_by_ids(ids).values():
        if idea.is_public:
            body = [plain(summaries.get(idea.id, "")), *texts.get(idea.id, []), idea.byline]
            yield SearchDocument(
                kind=KIND, id=idea.id, title=idea.title, body="\n".join(part for part in body if part),
                language=idea.language, at=idea.published_at,
                facets={"region": [idea.region], "sector": [idea.sector], "consultation": [idea.consultation_id]},
            )  # fmt: skip


# ---- for comments ---------------------------------------------------------------------------------------------------


def comment_mode(idea_id: int) -> str:
    """As the consultation says, while the idea is public and the consultation is open or just closed."""
    idea = idea_to_look_at(idea_id)
    if idea is None or not idea.is_public:
        return "closed"
    consultation, _total = with_total(idea.consultation_id)
    return consultation.comment_mode if consultation.phase in ("open", "closed") else "closed"


def watchers(idea_id: int) -> list[int]:
    """Who stands for the idea, or speaks for it, and everyone who follows it hear of new comments."""
    idea = db.session.get(Idea, idea_id)
    return list(dict.fromkeys([*(author_ids(idea) if idea is not None else []), *followers(KIND, idea_id)]))


def consultation_of(idea_id: int) -> int | None:
    idea = db.session.get(Idea, idea_id)
    return idea.consultation_id if idea is not None else None


def due_days(idea_id: int) -> int:
    """The promised working days of the idea's consultation."""
    idea = db.session.get(Idea, idea_id)
    consultation = consultations_by_ids([idea.consultation_id]).get(idea.consultation_id) if idea is not None else None
    return consultation.promised_days if consultation is not None else 2


def question_in_use(question_id: int) -> bool:
    """Whether anybody has answered this question in a version that was sent."""
    return db.session.execute(select(Answer.id).where(Answer.question_id == question_id).limit(1)).first() is not None
