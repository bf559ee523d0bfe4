"""The page of a case: everything that is needed to decide, on one screen and in few queries.

Text and surroundings come from the text's room (`ModeratedKind.review`, `.preview`); this room adds reports, decisions, the
record of author and organisation, and what software noticed. Answers for the agency or the ministry are shown within an
open case only, to those who may decide it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import String, and_, cast, event, func, literal, not_, select, union_all
from sqlalchemy.orm import Session, aliased

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.registry import Review, ReviewPart, SubjectInfo, describe, registries
from consult.moderation import catalogue, queries, rules
from consult.moderation.diff import Change, word_diff
from consult.moderation.models import Case, Decision, Report
from consult.moderation.signals import RESTRICTED, highlighted
from consult.moderation.signs import Sign, Similar, signs_of, similar_of, similar_to

SHOWN = 10  # decisions and reports shown beside a case
READERS = ("public", "author", "agency", "ministry")
FIXED_PARTS = ("title", "summary", "full-")  # no parts of their own when a text is split

Named = tuple[Decision, str]
Titled = tuple[Decision, str, str]  # a decision, the title of its case, the language of the text


@dataclass
class PartView:
    """A part of the text as the moderator sees it. `withheld` parts show nothing but that they exist."""

    part: ReviewPart
    withheld: bool
    change: Change | None
    raw: Markup


@dataclass(frozen=True)
class Preview:
    """The text as somebody reads it, now or once the version is published. `reader` is one of READERS."""

    reader: str
    after: bool
    parts: list[PartView]


@dataclass
class Record:
    """What moderation has decided about earlier texts of an author or an organisation: numbers, and the newest."""

    texts: int = 0
    objected: int = 0
    decisions: list[Titled] = field(default_factory=list)


@dataclass
class CaseView:
    """All that a case's page shows."""

    case: Case
    review: Review
    info: SubjectInfo | None
    parts: list[PartView]
    outcomes: tuple[str, ...]
    as_it_is: bool
    may_decide: bool
    restricted: int
    decisions: list[Named]
    author: Record
    organisation: Record
    reports: list[Report]
    signs: list[Sign]
    similar: list[Similar]
    reversible: Decision | None
    preview: Preview | None

    @property
    def has_changes(self) -> bool:
        return any(view.change is not None for view in self.parts)

    @property
    def holdable(self) -> list[ReviewPart]:
        """The parts that can be held back as a whole: attachments."""
        return [part for part in self.review.parts if part.whole]

    @property
    def splittable(self) -> list[ReviewPart]:
        """The parts that may go into a text of their own."""
        return splittable(self.review)


def splittable(review: Review) -> list[ReviewPart]:
    """The parts of a text that may go into one of their own."""
    return [part for part in review.parts if part.name and not part.whole and not part.name.startswith(FIXED_PARTS)]


# ---- the text -------------------------------------------------------------------------------------------------------


def _part_views(review: Review, may_read: bool, marked: dict[str, list[tuple[int, int]]]) -> list[PartView]:
    before = {part.name or part.heading: part for part in review.previous}
    views = []
    for number, part in enumerate(review.parts):
        withheld = part.audience in RESTRICTED and not may_read
        change = None
        if review.previous and not withheld:
            old = before.get(part.name or part.heading)
            change = word_diff(old.source if old else "", part.source)
        raw = Markup("") if withheld else highlighted(part.source, marked.get(part.name or str(number), []))
        views.append(PartView(part, withheld, change, raw))
    return views


def _preview(found: Case, info: SubjectInfo | None, review: Review, may_read: bool, how: tuple[str, bool]) -> Preview:
    """The text as a reader has it; rooms that offer no preview show the public what it may read."""
    reader, after = how
    kind = registries.moderated.get(found.kind)
    parts: list[ReviewPart] = []
    if not after and reader != "author" and not (info is not None and info.public):
        parts = []  # nobody but the author reads it yet
    elif kind is not None and kind.preview is not None:
        parts = kind.preview(found.subject_id, found.version_id if after else None, reader)
    else:
        parts = [part for part in review.parts if part.audience not in RESTRICTED or reader == "author"]
    views = [PartView(part, part.audience in RESTRICTED and not may_read, None, Markup("")) for part in parts]
    return Preview(reader, after, views)


# ---- what is known --------------------------------------------------------------------------------------------------


def _limited(condition: Any) -> Any:
    newest = (
        select(Decision.id)
        .join(Case, Case.id == Decision.case_id)
        .where(condition)
        .order_by(Decision.id.desc())
        .limit(SHOWN)
    )
    return select(newest.subquery().c.id)


def _number(condition: Any, objected: bool) -> Any:
    """How many texts standing decisions are about, or were objected to, as a column."""
    one, of = aliased(Decision), aliased(Case)
    statement = select(func.count(func.distinct(one.kind + ":" + cast(one.subject_id, String))))
    statement = (
        statement.select_from(one).join(of, of.id == one.case_id).where(one.reversed_at.is_(None), condition(of))
    )
    if objected:
        statement = statement.where(one.outcome.in_(("return", "redact", "reject", "hide", "remove")))
    return statement.scalar_subquery()


def _decisions(found: Case) -> tuple[list[Named], Record, Record]:
    """Decisions on this text with who made them; standing ones on others of its author and organisation. One query."""
    same = and_(Decision.kind == found.kind, Decision.subject_id == found.subject_id)
    standing = and_(Decision.reversed_at.is_(None), not_(same))
    by_author, by_house = Case.author_id == found.author_id, Case.organisation_id == found.organisation_id
    wanted = [_limited(same)]
    columns: list[Any] = [literal(0)] * 4
    if found.author_id is not None:
        wanted.append(_limited(and_(standing, by_author)))
        of_author = lambda of: of.author_id == found.author_id  # noqa: E731 (one condition, asked twice)
        columns[:2] = [_number(of_author, False), _number(of_author, True)]
    if found.organisation_id is not None:
        wanted.append(_limited(and_(standing, by_house)))
        of_house = lambda of: of.organisation_id == found.organisation_id  # noqa: E731
        columns[2:] = [_number(of_house, False), _number(of_house, True)]
    statement = (
        select(Decision, Person.name, Case.title, Case.language, Case.author_id, Case.organisation_id, *columns)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(Person, Person.id == Decision.moderator_id)
        .where(Decision.id.in_(union_all(*wanted)))
        .order_by(Decision.id.desc())
    )
    own: list[Named] = []
    author, house = Record(), Record()
    for decision, name, title, language, author_id, organisation_id, *numbers in db.session.execute(statement):
        author.texts, author.objected, house.texts, house.objected = numbers
        if (decision.kind, decision.subject_id) == (found.kind, found.subject_id):
            own.append((decision, name or ""))
        elif author_id is not None and author_id == found.author_id:
            author.decisions.append((decision, title, language))
        elif organisation_id is not None and organisation_id == found.organisation_id:
            house.decisions.append((decision, title, language))
    author.decisions, house.decisions = author.decisions[:SHOWN], house.decisions[:SHOWN]
    return own[:SHOWN], author, house


@contextmanager
def kept() -> Iterator[None]:
    """Hold every row that is read within the block: rooms ask for the same text several times, and the session only
    remembers what somebody holds."""
    session, held = db.session(), []

    def hold(_session: Session, row: object) -> None:
        held.append(row)

    event.listen(session, "loaded_as_persistent", hold)
    try:
        yield
    finally:
        event.remove(session, "loaded_as_persistent", hold)


# ---- the page -------------------------------------------------------------------------------------------------------


def case_view(actor: Actor, case_id: int, preview: tuple[str, bool] | None = None) -> CaseView:
    """A case with everything its page shows; NotFound where the actor moderates other consultations.

    `preview` asks for the text as a reader has it: (reader, whether after the decision).
    """
    with kept():
        return _case_view(actor, case_id, preview)


def _case_view(actor: Actor, case_id: int, preview: tuple[str, bool] | None) -> CaseView:
    found = _case(case_id)
    if found is None or not rules.can_see_case(actor, found):
        raise NotFound(_("There is no such case."))
    infos = describe([(found.kind, found.subject_id), *similar_to(found)])
    info = infos.get((found.kind, found.subject_id))
    reports = _reports(found)
    part = queries.is_involved(actor, found) or any(
        report.reporter_id == actor.person_id for report in reports if report.reporter_id is not None
    )
    may_read = rules.can_read_restricted(actor, found, part)
    review = queries.review_of(found, info)
    decisions, author, house = _decisions(found)
    newest = next((decision for decision, _name in decisions if decision.reversed_at is None), None)
    signs = signs_of(found, review, may_read)
    marked: dict[str, list[tuple[int, int]]] = {}
    for sign in signs:
        marked.setdefault(sign.part, []).extend(sign.places)
    views = _part_views(review, may_read, marked)
    shown = _preview(found, info, review, may_read, preview) if preview is not None else None
    seen = [view.part for view in (shown.parts if shown else views)]
    restricted = [part for part in seen if part.audience in RESTRICTED and part.source]
    return CaseView(
        case=found,
        review=review,
        info=info,
        parts=views,
        outcomes=queries.offered_outcomes(found, info) if found.closed_at is None else (),
        as_it_is=queries.leaves_as_it_is(found, "publish", info),
        may_decide=found.closed_at is None and rules.can_decide(actor, found, part),
        restricted=len(restricted) if may_read else 0,
        decisions=decisions,
        author=author,
        organisation=house,
        reports=reports,
        signs=signs,
        similar=similar_of(actor, found, infos),
        reversible=newest
        if newest is not None and newest.case_id == found.id and rules.can_reverse(actor, newest, now())
        else None,
        preview=shown,
    )


def _case(case_id: int) -> Case | None:
    """The case, with its author for the text's room, and whether the catalogue of reasons was ever changed. One query."""
    statement = (
        select(Case, Person, catalogue.is_changed_column)
        .outerjoin(Person, Person.id == Case.author_id)
        .where(Case.id == case_id)
    )
    row = db.session.execute(statement).first()
    if row is None:
        return None
    if not row[2]:
        catalogue.note_unchanged()
    return row[0]


def _reports(found: Case) -> list[Report]:
    if not found.report_count:
        return []
    statement = select(Report).where(Report.case_id == found.id).order_by(Report.id).limit(SHOWN)
    return list(db.session.execute(statement).scalars())
