"""What other rooms see of a programme: its line, its number behind an address, its entry in the search index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from consult.core.db import db, sort_key
from consult.core.i18n import _l, pick, picked_language
from consult.core.registry import Searchable, SearchDocument, SubjectInfo, SubjectKind
from consult.core.vocabularies import term_title
from consult.core.web import path
from consult.programmes import queries
from consult.programmes.models import Call, Programme

KIND = "programme"


def info(programme: Programme) -> SubjectInfo:
    """The line that others show."""
    return SubjectInfo(
        kind=KIND, id=programme.id, title=pick(programme.title), url=path("programmes.show", slug=programme.slug),
        language=picked_language(programme.title), region=programme.region, excerpt=pick(programme.summary),
        organisation_id=programme.owner_id, key=programme.slug,
    )  # fmt: skip


def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    rows = db.session.execute(select(Programme).where(Programme.id.in_(ids))).scalars()
    return {programme.id: info(programme) for programme in rows}


def find(key: str) -> int | None:
    """The number behind a public key; what no key can be is not asked of the database, which refuses NUL."""
    if not key.isprintable():
        return None
    return db.session.execute(select(Programme.id).where(Programme.slug == key)).scalar()


def resolve(values: dict[str, Any]) -> tuple[str, int] | None:
    """The subject behind the values of its address."""
    found = find(str(values.get("slug", "")))
    return (KIND, found) if found is not None else None


def pick_by_name(words: str, limit: int) -> list[SubjectInfo]:
    """Programmes whose German title contains the words, in order of title."""
    wanted = sort_key(words.strip())
    query = select(Programme).order_by(Programme.sort_key, Programme.id).limit(limit)
    if wanted:
        query = query.where(Programme.sort_key.contains(wanted, autoescape=True))
    return [info(programme) for programme in db.session.execute(query).scalars()]


def documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public documents of these programmes, or of all."""
    query = select(Programme).order_by(Programme.id)
    if ids is not None:
        query = query.where(Programme.id.in_(ids))
    programmes = db.session.execute(query).scalars().all()
    calls: dict[int, list[Call]] = {}
    for call in db.session.execute(select(Call).where(Call.programme_id.in_([one.id for one in programmes]))).scalars():
        calls.setdefault(call.programme_id, []).append(call)
    for programme in programmes:
        german, english = (_words(programme, calls.get(programme.id, []), language) for language in ("de", "en"))
        aliases = [str(alias.get("name", "")) for alias in programme.aliases]
        yield SearchDocument(
            kind=KIND, id=programme.id, title=pick(programme.title, "de"), body="\n".join([*german, *aliases]),
            language="de", at=programme.updated_at, title_en=pick(programme.title, "en"), body_en="\n".join(english),
            facets={"region": [programme.region] if programme.region else []},
        )  # fmt: skip


def _words(programme: Programme, calls: Sequence[Call], language: str) -> list[str]:
    """What a programme and its calls say, in one language: for the index."""
    described = [pick(programme.summary, language), term_title("programme_kinds", programme.kind, language)]
    return [*described, *(pick(call.title, language) for call in calls)]


SUBJECT = SubjectKind(kind=KIND, label=_l("Programme"), describe=describe, find=find, picker=pick_by_name)
SEARCHABLE = Searchable(kind=KIND, documents=documents, label=_l("Programmes"))


# ---- calls, which people follow to hear of their deadlines ----------------------------------------------------------


def call_info(call: Call, programme: str) -> SubjectInfo:
    """The line that others show of a call; it stands on its programme's page."""
    return SubjectInfo(
        kind="call", id=call.id, title=pick(call.title), language=picked_language(call.title),
        url=f"{path('programmes.show', slug=programme)}#call-{call.slug}", excerpt=pick(call.summary), key=call.slug,
    )  # fmt: skip


def describe_calls(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    return {call.id: call_info(call, slug) for call, slug in queries.calls_by_ids(ids)}


def find_call(key: str) -> int | None:
    """The number behind a call's address."""
    if not key.isprintable():
        return None
    return db.session.execute(select(Call.id).where(Call.slug == key)).scalar()


CALL = SubjectKind(kind="call", label=_l("Call"), describe=describe_calls, find=find_call)
