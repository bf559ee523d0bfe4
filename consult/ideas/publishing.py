"""What follows from an idea's state and its public version: the derived columns, facets, tallies and counters.

Everything here can be made anew from versions and links (`recount`); it is written with the change that causes it, so a
page never counts and never joins more than it shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite

from consult.accounts.queries import people_by_ids
from consult.consultations.operations import count_answers, count_ideas
from consult.core.audiences import ANONYMOUS, PUBLIC
from consult.core.clock import LOCAL, now
from consult.core.db import db
from consult.core.jobs import enqueue
from consult.core.registry import touch
from consult.core.text import excerpt
from consult.core.vocabularies import short_region
from consult.ideas.models import (
    CONFIRMED,
    MERGE,
    PUBLISHED,
    Answer,
    Idea,
    IdeaCoauthor,
    IdeaFacet,
    IdeaTally,
    IdeaTransfer,
    IdeaVersion,
    Support,
)
from consult.ideas.rules import OPEN_TO_ALL
from consult.links.queries import links_of_many

CONSULTATION, QUESTION, SECTOR, REGION, LANGUAGE = "consultation", "question", "sector", "region", "language"
CLUSTER, PROJECT, RESPONSE = "cluster", "project", "response"
FACETS = (CONSULTATION, QUESTION, CLUSTER, PROJECT, SECTOR, REGION, LANGUAGE, RESPONSE)

NAMED_ANEW = "idea.named_anew"  # job: notices call it by what everyone may read

Code = tuple[str, str]


def region_code(nuts: str) -> str:
    """What regions are filtered by: the Land inside Germany (NUTS 1), the country elsewhere."""
    return nuts[:3] if nuts.startswith("DE") else nuts[:2]


def month_of(moment: datetime) -> datetime:
    """The first moment of the month in Berlin: all that is told of when an answer without name was published."""
    here = moment.astimezone(LOCAL)
    return here.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(moment.tzinfo)


def version_of(version_id: int | None) -> IdeaVersion | None:
    return db.session.get(IdeaVersion, version_id) if version_id is not None else None


def answers_of(version_ids: Sequence[int]) -> list[Answer]:
    """The answers of these versions, whatever their audience. For writes only: pages ask `queries`."""
    if not version_ids:
        return []
    statement = select(Answer).where(Answer.version_id.in_(version_ids)).order_by(Answer.id)
    return list(db.session.execute(statement).scalars())


# ---- the idea itself ------------------------------------------------------------------------------------------------


def name_later(idea: Idea) -> None:
    """What it is called where others were told of it may have to change."""
    enqueue(NAMED_ANEW, {"idea_id": idea.id})


def refresh_public(idea: Idea) -> None:
    """Bring all that is derived in line with the idea's status and public version; counters move by the difference."""
    db.session.flush()
    ids = list(db.session.execute(select(IdeaVersion.id).where(IdeaVersion.idea_id == idea.id)).scalars())
    answers = answers_of(ids)
    before = Counter(answer.question_id for answer in answers if answer.shown_at is not None)
    shown = idea.status == PUBLISHED and idea.public_version_id is not None
    for answer in answers:
        answer.shown_at = _shown_at(idea, answer) if shown and answer.version_id == idea.public_version_id else None
    current = [answer for answer in answers if answer.shown_at is not None]
    _count_questions(before, current)
    was_public = idea.is_public
    idea.is_public = any(answer.audience in OPEN_TO_ALL for answer in current)
    if idea.is_public != was_public:
        count_ideas(idea.consultation_id, 1 if idea.is_public else -1)
        if was_public:  # what is public again, whoever decides so says
            name_later(idea)
    version = version_of(idea.public_version_id)
    if version is not None and idea.erased_at is None:
        _copy_from_version(idea, version, current)
    touch("idea", idea.id)
    db.session.flush()


def _shown_at(idea: Idea, answer: Answer) -> datetime:
    moment = idea.published_at or now()
    return month_of(moment) if answer.audience == ANONYMOUS else moment


def _count_questions(before: Counter[int], current: Sequence[Answer]) -> None:
    after = Counter(answer.question_id for answer in current)
    named = {answer.question_id: answer.shown_at for answer in current if answer.audience == PUBLIC}
    for question_id in sorted(before.keys() | after.keys()):
        delta = after[question_id] - before[question_id]
        if delta:
            count_answers(question_id, delta, named.get(question_id) if delta > 0 else None)


def _copy_from_version(idea: Idea, version: IdeaVersion, current: Sequence[Answer]) -> None:
    named = [answer for answer in current if answer.audience == PUBLIC]
    idea.title, idea.language = version.title, version.language
    idea.sector, idea.region, idea.size = version.sector, version.region, version.size
    idea.teaser = excerpt(version.summary, 300) or (named[0].excerpt[:300] if named else "")
    idea.first_question_id = named[0].question_id if named else None
    idea.byline = joined([author_name(idea, version), *other_names(idea.id)]) if named else ""


def author_name(idea: Idea, version: IdeaVersion) -> str:
    """Under which name a version stands: that of the organisation, else of its author."""
    if version.organisation_name:
        return version.organisation_name
    person = people_by_ids([idea.author_id]).get(idea.author_id) if idea.author_id is not None else None
    return person.name if person else ""


def other_names(idea_id: int) -> list[str]:
    """Who stands for an idea beside its author: co-authors who have confirmed, then authors of ideas merged into it."""
    beside = (
        select(IdeaCoauthor)
        .where(IdeaCoauthor.idea_id == idea_id, IdeaCoauthor.status == CONFIRMED)
        .order_by(IdeaCoauthor.answered_at, IdeaCoauthor.id)
    )
    merged = (
        select(IdeaTransfer.name)
        .where(IdeaTransfer.other_id == idea_id, IdeaTransfer.kind == MERGE, IdeaTransfer.undone_at.is_(None))
        .order_by(IdeaTransfer.id)
    )
    names = [one.shown_name for one in db.session.execute(beside).scalars()]
    return [*names, *db.session.execute(merged).scalars()]


def joined(names: Iterable[str], longest: int = 200) -> str:
    """Several names in one line, each once; where they are too many, an ellipsis stands for the rest."""
    known = list(dict.fromkeys(name for name in names if name))
    line = ", ".join(known)
    while len(line) > longest and len(known) > 1:
        known.pop()
        line = ", ".join(known) + ", …"
    return line[:longest]


# ---- facets and tallies ---------------------------------------------------------------------------------------------


def _codes(idea: Idea, questions: Iterable[int], partners: Iterable[tuple[str, int]]) -> set[Code]:
    codes = {(CONSULTATION, str(idea.consultation_id)), (LANGUAGE, idea.language)}
    codes |= {(QUESTION, str(question_id)) for question_id in questions}
    codes |= {(kind, str(one_id)) for kind, one_id in partners}
    if idea.sector:
        codes.add((SECTOR, idea.sector))
    if idea.region:
        codes.add((REGION, region_code(idea.region)))
    if idea.response:
        codes.add((RESPONSE, idea.response))
    return codes


def refresh_facets(touched: set[tuple[str, int]]) -> None:
    """Before a commit: the facets of the ideas that changed, with the tallies beside them and the border they cross."""
    ids = sorted(subject_id for kind, subject_id in touched if kind == "idea")
    if ids:
        rebuild_facets(ids)


def rebuild_facets(ids: Sequence[int]) -> None:
    """The facets of these ideas as they should be; six statements for any number of ideas, and one for each tally."""
    ideas = {one.id: one for one in db.session.execute(select(Idea).where(Idea.id.in_(ids))).scalars()}
    public = [one for one in ideas.values() if one.is_public]
    questions: dict[int, list[int]] = defaultdict(list)
    rows = db.session.execute(
        select(IdeaVersion.idea_id, Answer.question_id)
        .join(Answer, Answer.version_id == IdeaVersion.id)
        .where(IdeaVersion.id.in_([one.public_version_id for one in public]), Answer.audience == PUBLIC)
    )
    for idea_id, question_id in rows:
        questions[idea_id].append(question_id)
    partners = _linked(public)
    wanted: dict[int, set[Code]] = {
        one.id: _codes(one, questions[one.id], [(kind, end) for kind, end, _region in partners[one.id]])
        for one in public
    }
    _store_codes(ids, wanted)
    for one in public:
        one.cross_to = _crosses_to(one.region, [region for _kind, _end, region in partners[one.id]])
    db.session.flush()


def _linked(ideas: Sequence[Idea]) -> dict[int, list[tuple[str, int, str]]]:
    found: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    views = links_of_many("idea", [one.id for one in ideas], kinds=(CLUSTER, PROJECT))
    for idea_id, links in views.items():
        found[idea_id] = [(view.other.kind, view.other.id, view.other.region) for view in links]
    return found


def _crosses_to(own: str, others: Sequence[str]) -> str:
    """The region of the first partner beyond the idea's own Land or country; else its own; else nothing."""
    known = [region for region in others if region]
    if not own or not known:
        return ""
    beyond = [region for region in known if short_region(region) != short_region(own)]
    return (beyond or known)[0][:8]


def _store_codes(ids: Sequence[int], wanted: dict[int, set[Code]]) -> None:
    stored: dict[int, set[Code]] = defaultdict(set)
    for row in db.session.execute(select(IdeaFacet).where(IdeaFacet.idea_id.in_(ids))).scalars():
        stored[row.idea_id].add((row.facet, row.code))
    changes: Counter[Code] = Counter()
    for idea_id in ids:
        for code in stored[idea_id] - wanted.get(idea_id, set()):
            changes[code] -= 1
            db.session.execute(
                delete(IdeaFacet).where(
                    IdeaFacet.idea_id == idea_id, IdeaFacet.facet == code[0], IdeaFacet.code == code[1]
                )
            )
        for facet, name in wanted.get(idea_id, set()) - stored[idea_id]:
            changes[(facet, name)] += 1
            db.session.add(IdeaFacet(idea_id=idea_id, facet=facet, code=name))
    db.session.flush()
    _add_to_tallies(changes)


def _add_to_tallies(changes: Counter[Code]) -> None:
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table: Any = inspect(IdeaTally).local_table
    for (facet, code), delta in sorted(changes.items()):  # always in this order, so that two writers cannot deadlock
        if delta:
            statement = insert(table).values(facet=facet, code=code, count=delta)
            db.session.execute(
                statement.on_conflict_do_update(index_elements=["facet", "code"], set_={"count": table.c.count + delta})
            )


# ---- counters made anew ---------------------------------------------------------------------------------------------


def recount() -> int:
    """Compare stored numbers (support, tallies) with what they count and mend them; returns how many were wrong."""
    return _recount_support() + _recount_tallies()


def _recount_support() -> int:
    actual = select(func.count()).where(Support.idea_id == Idea.id).correlate(Idea).scalar_subquery()
    result = db.session.execute(
        update(Idea)
        .where(Idea.support_count != actual)
        .values(support_count=actual)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount or 0)  # type: ignore[attr-defined]


def _recount_tallies() -> int:
    actual = {
        (facet, code): count
        for facet, code, count in db.session.execute(
            select(IdeaFacet.facet, IdeaFacet.code, func.count()).group_by(IdeaFacet.facet, IdeaFacet.code)
        )
    }
    stored = {(row.facet, row.code): row.count for row in db.session.execute(select(IdeaTally)).scalars()}
    wrong = Counter({code: actual.get(code, 0) - stored.get(code, 0) for code in actual.keys() | stored.keys()})
    mended = sum(1 for delta in wrong.values() if delta)
    _add_to_tallies(wrong)
    return mended


def facet_rows_beside_public() -> int:
    """How many facet rows belong to ideas that are not public: always 0, for tests and `consult doctor`."""
    statement = select(func.count()).select_from(IdeaFacet).join(Idea, Idea.id == IdeaFacet.idea_id)
    return db.session.execute(statement.where(Idea.is_public.is_(False))).scalar_one()


__all__ = ["FACETS", "rebuild_facets", "recount", "refresh_facets", "refresh_public", "region_code"]
