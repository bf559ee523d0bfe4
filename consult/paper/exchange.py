"""Tables of what came back: each row an idea with its origin, looked at first, then entered as a whole or not at all.

The columns are those of the writing form and of `ideas.models.IdeaOrigin`. The empty table of a consultation names each
question in its heading by what stays (`[answer:12]`), since somebody may move questions while it is being filled in; a
table that names them by their place is taken as long as they stand as they stood when the consultation opened.

A row without an id is known by the number of its original, else by its words, so that the same table twice is entered once.
What is here already is never changed by a table: it is its author's. An import that is taken back withdraws what nobody has
decided on yet, deletes its text and tells the author.

This exchange belongs to who brings the table (`for_actor`): they have entered its rows, and never decide on them. It is none
of `registries.exchanges`, since an export of the house holds the same ideas already.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from consult.accounts.queries import people_by_ids
from consult.consultations.models import MAX_QUESTIONS, Consultation, Question
from consult.consultations.queries import (
    consultation_by_slug,
    consultations_by_ids,
    current_consultation,
    questions_by_ids,
    questions_moved,
    questions_of,
)
from consult.core.access import SYSTEM, Actor
from consult.core.audiences import AUDIENCES, LABELS, MINISTRY
from consult.core.db import db
from consult.core.exchange import DAY, LINE, PUBLIC, REF, TEXT, Exchange, Faults, Field, Record
from consult.core.i18n import LANGUAGES, _, _l, in_language, pick
from consult.ideas import drafts, redactions
from consult.ideas.drafts import Content, Written
from consult.ideas.models import CHANNELS, SUBMITTED, Idea, IdeaOrigin, IdeaVersion
from consult.ideas.origins import CHANNEL_WORDS, CONSENT_WORDS, CONSENTS
from consult.paper import entries, rules, taking_back
from consult.paper.entries import Entry
from consult.search.similar import similar

NAME = "paper-ideas"
MOST_ROWS = 200  # of one table: every row is compared with all public ideas

_POSITIONS = range(1, MAX_QUESTIONS + 1)
_ANSWERS = tuple(
    one
    for position in _POSITIONS
    for one in (
        Field(f"answer-{position}", TEXT, longest=drafts.ANSWER_MAX),
        Field(f"audience-{position}", choices=AUDIENCES, default=MINISTRY),
    )
)
FIELDS = (
    Field("id", LINE, True, longest=200), Field("consultation", REF, refs=("consultation",)),
    Field("channel", LINE, True, choices=CHANNELS), Field("received_on", DAY, True), Field("place", longest=200),
    Field("reference", longest=120), Field("consent", LINE, True, choices=CONSENTS), Field("author_name", longest=200),
    Field("email", longest=254), Field("language", choices=LANGUAGES, default="de"),
    Field("title", LINE, True, longest=drafts.TITLE_MAX), Field("summary", TEXT, longest=drafts.SUMMARY_MAX), *_ANSWERS,
    Field("sector", codes="nace_rev2_1", longest=5), Field("region", codes="nuts2024_de"),
    Field("size", codes="size_classes"), Field("organisation", longest=drafts.ORGANISATION_MAX), Field("status", longest=24),
)  # fmt: skip

# What the columns of a table for people are called; the names of the fields are understood as well.
HEADINGS = {
    "channel": _l("How did it reach you?"), "received_on": _l("Received on"), "place": _l("Place or event"),
    "reference": _l("Number of the original"), "consent": _l("The author's consent"),
    "author_name": _l("Name of the author"), "email": _l("E-mail address of the author"), "title": _l("Title"),
    "summary": _l("Summary"), "language": _l("Language of the text"), "organisation": _l("Organisation"),
}  # fmt: skip
_CODES = {"channel": CHANNEL_WORDS, "consent": CONSENT_WORDS}
_SPOKEN = {"deutsch": "de", "german": "de", "englisch": "en", "english": "en"}
_ABOUT_AUTHOR = ("email", "author_name")  # may have changed here since


_CODED = re.compile(r"\[?(answer|audience):(\d{1,9})\]?", re.ASCII)


def columns_for(questions: Sequence[Question]) -> list[tuple[str, str]]:
    """The columns of a table for a consultation with these questions: (name of the field, heading)."""
    found = [(name, str(label)) for name, label in HEADINGS.items()]
    for one in questions:
        (answer, said), (audience, read_by) = _numbered(one.position)
        found.append((answer, f"{said}: {pick(one.short_title)} [answer:{one.id}]"))
        found.append((audience, f"{read_by} [audience:{one.id}]"))
    return found


def _numbered(position: int) -> list[tuple[str, str]]:
    """The columns of the question at a place, as they were called without what stays."""
    return [
        (f"answer-{position}", _("Answer to question %(number)s", number=position)),
        (f"audience-{position}", _("Who may read answer %(number)s, as ticked", number=position)),
    ]


def _by_words() -> list[tuple[str, str]]:
    found = [(name, str(label)) for name, label in HEADINGS.items()]
    return found + [one for position in _POSITIONS for one in _numbered(position)]


@dataclass(frozen=True)
class Layout:
    """What the columns of a table mean now: `mapping` to fields, and where they name questions by what stays, those
    questions by their present place and the consultation that asks them."""

    mapping: dict[str, str | None] = field(default_factory=dict)
    questions: dict[int, int] = field(default_factory=dict)
    slug: str = ""


def layout_of(columns: Sequence[str]) -> Layout:
    """Which field a column of a table is, in either language. Of questions of several consultations those of the first
    count; the columns of the others are no fields."""
    known: dict[str, str] = {}
    for language in LANGUAGES:
        with in_language(language):
            known |= {heading.casefold(): name for name, heading in _by_words()}
    mapping: dict[str, str | None] = {
        one: known[one.casefold().strip()] for one in columns if one.casefold().strip() in known
    }
    coded = {one: found for one in columns if (found := _CODED.fullmatch(one.strip().rpartition(" ")[2]))}
    asked = questions_by_ids([int(found[2]) for found in coded.values()]) if coded else {}
    first = next((asked[int(one[2])].consultation for one in coded.values() if int(one[2]) in asked), None)
    there = {key: one.position for key, one in asked.items() if first is not None and one.consultation_id == first.id}
    mapping |= {one: f"{found[1]}-{there[int(found[2])]}" for one, found in coded.items() if int(found[2]) in there}
    return Layout(mapping, {place: key for key, place in there.items()}, first.slug if first is not None else "")


def names_of(columns: Sequence[str], mapping: Mapping[str, str | None] | None) -> dict[str, str]:
    """What a table calls its fields, for who looks at what is wrong with it; the usual heading for one that it lacks."""
    known = dict(_by_words())
    called = {field: column for column, field in (mapping or {}).items() if field}
    return {
        one.name: called.get(one.name) or (one.name if one.name in columns else known.get(one.name, one.name))
        for one in FIELDS
    }


# ---- in -------------------------------------------------------------------------------------------------------------


def for_actor(actor: Actor, run: int | None = None, layout: Layout | None = None) -> Exchange:
    """The exchange for who brings a table; `run` is its import, `layout` what its columns mean."""
    said: dict[str, tuple[str, int]] = {}
    layout = layout or Layout()
    return Exchange(
        name=NAME, kind="paper-idea", order=99, label=_l("Ideas from paper and workshops"), fields=FIELDS, read=read,
        write=partial(_write, actor, run, layout), check=partial(_check, actor, layout, said),
        translate=partial(_translate, layout), identify=_identify,
        twin=_twin, remove=partial(_remove, actor), permission=rules.ENTER, personal=True, checks_faulty=True,
    )  # fmt: skip


def _consultation(reference: object) -> Consultation | None:
    if not reference:
        return current_consultation()
    return consultation_by_slug(str(reference).removeprefix("consultation/"))


def _translate(layout: Layout, given: Record) -> Record:
    """Words of people as codes; where no consultation is named the one whose questions the columns name, else the present
    one; no audience without its answer."""
    found = {name: value for name, value in given.items() if not (name == "status" and value == SUBMITTED)}
    if not found.get("consultation") and layout.slug:
        found["consultation"] = f"consultation/{layout.slug}"
    elif not found.get("consultation") and (present := current_consultation()) is not None:
        found["consultation"] = f"consultation/{present.slug}"
    for name, table in _CODES.items():
        found[name] = _coded(found.get(name), table)
    if isinstance(spoken := found.get("language"), str):
        found["language"] = _SPOKEN.get(spoken.strip().casefold(), spoken)
    for position in _POSITIONS:
        audience = f"audience-{position}"
        if not found.get(f"answer-{position}"):
            found.pop(audience, None)
        elif audience in found:
            found[audience] = _coded(found[audience], LABELS)
    return {name: value for name, value in found.items() if value is not None}


def _coded(value: object, table: dict[str, object]) -> object:
    if not isinstance(value, str):
        return value
    said = value.strip().casefold()
    for language in LANGUAGES:
        with in_language(language):
            for code, label in table.items():
                if said in (code, str(label).casefold()):
                    return code
    return value


def _identify(given: Record) -> str:
    """An id by the number of the original, else by the words of the row."""
    known = entries.reference_key(str(given.get("reference") or ""))
    if known:
        words, kind = f"{given.get('consultation', '')}\x1f{known}", "ref"
    else:
        names = sorted(name for name in given if re.fullmatch(r"title|summary|organisation|answer-\d+", str(name)))
        words, kind = "\x1f".join(f"{name}={given[name]}" for name in names), "row"
    return f"{kind}-{hashlib.sha256(words.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _entry(record: Record, consultation: Consultation, layout: Layout) -> Entry:
    questions = {one.position: one.id for one in questions_of(consultation.id)} | layout.questions
    answers = {
        question: Written(record[f"answer-{position}"], record.get(f"audience-{position}", MINISTRY))
        for position, question in questions.items()
        if f"answer-{position}" in record
    }
    content = Content(
        title=record.get("title", ""), summary=record.get("summary", ""), language=record.get("language", "de"),
        sector=record.get("sector", ""), region=record.get("region", ""), size=record.get("size", ""),
        organisation=record.get("organisation", ""), answers=answers,
    )  # fmt: skip
    received_on = date.fromisoformat(record["received_on"]) if "received_on" in record else None
    return Entry(
        content, record.get("channel", ""), received_on, record.get("consent", ""), record.get("place", ""),
        record.get("reference", ""), record.get("author_name", ""), record.get("email", ""), record["id"],
    )  # fmt: skip


def _check(actor: Actor, layout: Layout, said: dict[str, tuple[str, int]], record: Record, faults: Faults) -> None:
    """A row is an entry like one that is typed; what is here already stays as it is. `said` are the words of the rows
    before, with id and number of each. Of a field that could not be read nothing more is said."""
    unread = {fault.field for fault in faults.found}
    there = next(iter(read([record["id"]], "all")), None)
    if there is not None:
        if _told(_canonical(there), unread) != _told(record, unread):
            faults.add("id", _("It is here already, and only its author changes it now."))
        return
    consultation = None if "consultation" in unread else _consultation(record.get("consultation"))
    if consultation is None or not (actor.is_system or rules.can_enter(actor, consultation.id)):
        if "consultation" not in unread:
            faults.add("consultation", _("There is no such consultation for which you can enter something."))
        return
    if record.get("status"):
        faults.add("status", _("Moderation alone decides how it stands; please leave this column out."))
    _check_questions(consultation, layout, record, faults)
    _check_entry(consultation, _entry(record, consultation, layout), said, faults, unread)


def _check_questions(consultation: Consultation, layout: Layout, record: Record, faults: Faults) -> None:
    """Each answer is to a question of the consultation, and it is clear to which."""
    if layout.slug and layout.slug != consultation.slug:
        faults.add("consultation", _("The columns of this table name the questions of another consultation."))
        return
    known = {one.position for one in questions_of(consultation.id)}
    answered = [position for position in _POSITIONS if f"answer-{position}" in record]
    for position in answered:
        if position not in known:
            faults.add(f"answer-{position}", _("The consultation has no such question."))
    by_place = [position for position in answered if position not in layout.questions and position in known]
    if by_place and questions_moved(consultation):
        words = _(
            "The questions have been put in another order, so their number does not say any more which one is meant. Please "
            "give this column the heading that it has in the present empty table."
        )
        for position in by_place:
            faults.add(f"answer-{position}", words)


def _check_entry(
    consultation: Consultation, entry: Entry, said: dict[str, tuple[str, int]], faults: Faults, unread: set[str]
) -> None:
    whole = not any(name.startswith("answer-") for name in unread)
    for name, message in entries.faults_of(consultation, entry).items():
        if name not in unread and (whole or not name.startswith("answer-")):
            faults.add(name, message)
    for number, why in entries.entered_before(consultation, entry):
        if why == entries.SAME_REFERENCE or (whole and entry.content.given):
            faults.add("reference" if why == entries.SAME_REFERENCE else "", entries.same_words([(number, why)])[0])
    if whole and entry.content.given:
        key, row = said.setdefault(f"{consultation.id} {entry.fingerprint}", (entry.key, faults.row))
        if key != entry.key:
            faults.add("", _("The answers have the same words as those of row %(row)s.", row=row))


def _canonical(record: Record) -> Record:
    return for_actor(SYSTEM).canonical(record)


def _told(record: Record, unread: Collection[str]) -> Record:
    """What only the author changes, without how the author is reached and what could not be read."""
    return {name: value for name, value in record.items() if name not in (*_ABOUT_AUTHOR, "status", *unread)}


def _twin(record: Record) -> str:
    """The public idea that says most nearly the same, to be looked at before the table is entered."""
    words = [record["title"], record.get("summary", "")]
    words += [record[f"answer-{position}"] for position in _POSITIONS if f"answer-{position}" in record]
    found = similar("\n".join(words), record.get("language", "de"), "idea", limit=1)
    return found[0].info.key if found and found[0].likeness.score >= entries.NEARLY_THE_SAME else ""


def _write(actor: Actor, run: int | None, layout: Layout, record: Record, before: Record | None) -> None:
    consultation = _consultation(record.get("consultation"))
    if before is None and consultation is not None:
        entries.enter(actor, consultation, _entry(record, consultation, layout), run)


# ---- what is here ---------------------------------------------------------------------------------------------------


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """Entries by their ids as they were entered: their first version. Nothing of them is public by this way.

    What waits in a later version was decided on before, and says how it stands: its import cannot take it back.
    """
    if audience == PUBLIC:
        return
    query = select(IdeaOrigin, Idea, IdeaVersion).join(Idea, Idea.id == IdeaOrigin.idea_id)
    query = query.join(IdeaVersion, (IdeaVersion.idea_id == Idea.id) & (IdeaVersion.number == 1))
    if keys is not None:
        query = query.where(IdeaOrigin.key.in_(keys))
    rows = db.session.execute(query.options(selectinload(IdeaVersion.answers)).order_by(IdeaOrigin.key)).all()
    consultations = consultations_by_ids({idea.consultation_id for _origin, idea, _version in rows})  # type: ignore[arg-type]
    people = people_by_ids([idea.author_id for _origin, idea, _version in rows if idea.author_id])
    for origin, idea, version in rows:
        person = people.get(idea.author_id or 0)
        yield {
            **_texts(idea, version), "id": origin.key, "channel": origin.channel, "place": origin.place,
            "consultation": f"consultation/{consultations[idea.consultation_id].slug}", "reference": origin.reference,
            "received_on": origin.received_on.isoformat(), "consent": origin.consent, "author_name": origin.author_name,
            "email": person.email if person is not None else "",
            "status": idea.status if idea.status != SUBMITTED or idea.waiting_version_id != version.id else "",
        }  # fmt: skip


def _texts(idea: Idea, version: IdeaVersion) -> Record:
    positions = {one.id: one.position for one in questions_of(idea.consultation_id)}
    sent = redactions.sent_texts(version)
    record: Record = {
        "title": sent[redactions.TITLE], "summary": sent[redactions.SUMMARY], "language": version.language,
        "sector": version.sector, "region": version.region, "size": version.size,
        "organisation": version.organisation_name,
    }  # fmt: skip
    for answer in version.answers:
        if answer.question_id in positions:
            position = positions[answer.question_id]
            record[f"answer-{position}"] = sent[redactions.part_of(answer.question_id)]
            record[f"audience-{position}"] = answer.audience
    return record


def _remove(actor: Actor, key: str) -> None:
    """What an import entered by mistake is taken back as what is typed."""
    idea_id = db.session.execute(select(IdeaOrigin.idea_id).where(IdeaOrigin.key == key)).scalar_one()
    taking_back.take_back(actor, idea_id)
