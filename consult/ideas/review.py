"""Ideas as moderation reads them: the text of a version with what surrounds it, and as its readers would see it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from consult.accounts.models import Person
from consult.consultations.models import Consultation, Question
from consult.consultations.queries import questions_by_ids
from consult.core.access import Actor
from consult.core.audiences import AGENCY, ANONYMOUS, MINISTRY, PUBLIC
from consult.core.db import db
from consult.core.i18n import _, format_day, pick
from consult.core.registry import Review, ReviewPart, describe
from consult.core.text import render_markdown
from consult.core.vocabularies import term_title
from consult.core.web import path
from consult.ideas import origins, redactions, rules
from consult.ideas.attachments import PART, attachments, gone_words, words_of_size
from consult.ideas.coauthors import is_beside
from consult.ideas.drafting import newest_version_id
from consult.ideas.file_readers import open_to_all
from consult.ideas.models import HIDDEN, PUBLISHED, RETURNED, SUBMITTED, Answer, Idea, IdeaVersion
from consult.ideas.versions import version_with_answers
from consult.moderation.catalogue import reason_title

FULL = "full-"  # before the name of a part that holds a text as it was sent, where passages of it are blacked out
READERS = {
    "public": frozenset({PUBLIC}),
    "agency": frozenset({PUBLIC, AGENCY}),
    "ministry": frozenset({PUBLIC, AGENCY, MINISTRY}),
}


def review(idea_id: int, version_id: int | None) -> Review:
    """The version before moderation with all its answers, the version before it, its partners and the author's record."""
    idea = db.session.get_one(Idea, idea_id)
    wanted = version_id or idea.waiting_version_id or idea.public_version_id or newest_version_id(idea.id)
    if wanted is None:
        return Review(idea.title, idea.language, [], None, "", idea.author_id)
    version = version_with_answers(wanted)
    before = _version_before(idea, version)
    infos = describe([(kind, int(one_id)) for kind, one_id, _type in version.partners])
    person = db.session.get(Person, idea.author_id) if idea.author_id is not None else None  # the case has it at hand
    questions = _questions(version, before)
    return Review(
        title=version.title,
        language=version.language,
        parts=[*_parts(version, questions), *_file_parts(version.attachments), *_earlier_files(idea, version)],
        version_id=version.id,
        author=person.name if person else "",
        author_id=idea.author_id,
        organisation=version.organisation_name,
        organisation_id=idea.organisation_id,
        previous=[*_parts(before, questions), *_file_parts(before.attachments)] if before is not None else [],
        links=list(infos.values()),
        outcomes=outcomes(idea.id, version.id),
        public_url=path("ideas.show", number=idea.number) if idea.is_public and idea.number else "",
        facts=_facts(idea, version) + origins.facts(idea, version),
        earlier=partial(_earlier_texts, idea, version),
    )


def _earlier_texts(idea: Idea, version: IdeaVersion) -> list[str]:
    """What the other versions that everybody can read say, as it was sent."""
    if not idea.is_public:
        return []
    read = select(IdeaVersion).where(
        IdeaVersion.idea_id == idea.id, IdeaVersion.id != version.id, IdeaVersion.published_at.is_not(None)
    )
    found = db.session.execute(read.options(joinedload(IdeaVersion.answers))).unique().scalars()
    return [text for one in found for text in redactions.sent_texts(one).values()]


def _version_before(idea: Idea, version: IdeaVersion) -> IdeaVersion | None:
    if version.number <= 1:
        return None
    newest = (
        select(func.max(IdeaVersion.number))
        .where(IdeaVersion.idea_id == idea.id, IdeaVersion.number < version.number)
        .scalar_subquery()
    )
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id, IdeaVersion.number == newest)
    return db.session.execute(statement.options(joinedload(IdeaVersion.answers))).unique().scalar_one_or_none()


def _heading(question: Question) -> str:
    return f"{question.position} {pick(question.short_title)}"


def _questions(*versions: IdeaVersion | None) -> dict[int, Question]:
    """The questions that these versions answer; one query."""
    return questions_by_ids([answer.question_id for one in versions if one is not None for answer in one.answers])


def _answers(version: IdeaVersion, questions: dict[int, Question]) -> list[tuple[Question, Answer]]:
    pairs = [(questions[answer.question_id], answer) for answer in version.answers]
    return sorted(pairs, key=lambda pair: pair[0].position)


def _parts(version: IdeaVersion, questions: dict[int, Question]) -> list[ReviewPart]:
    """The parts as everybody reads them; where passages are blacked out, followed by the part as it was sent.

    The latter is marked as for the ministry only: moderators read it in an open case, and the look is noted.
    """
    sent = redactions.originals_of(version.id) if version.is_redacted else {}
    parts: list[ReviewPart] = []

    def add(heading: str, source: str, html: Markup, audience: str, name: str, part: str) -> None:
        parts.append(ReviewPart(heading, source, html, audience, name))
        if part in sent:
            full = _("%(part)s, with what is blacked out", part=heading)
            parts.append(ReviewPart(full, sent[part], render_markdown(sent[part]), MINISTRY, FULL + name))

    add(_("Title"), version.title, render_markdown(version.title), PUBLIC, "title", redactions.TITLE)
    if version.summary:
        add(_("Summary"), version.summary, render_markdown(version.summary), PUBLIC, "summary", redactions.SUMMARY)
    for question, answer in _answers(version, questions):
        name, part = redactions.moderated_part(question.id), redactions.part_of(question.id)
        add(_heading(question), answer.body, answer.html, answer.audience, name, part)
    return parts


def _earlier_files(idea: Idea, version: IdeaVersion) -> list[ReviewPart]:
    """The attachments that everybody reads beside earlier versions alone: they can be held back, too."""
    earlier = open_to_all(idea) - set(version.attachments) if idea.is_public and version.number > 1 else set()
    return _file_parts(sorted(earlier), _("Attachment of an earlier version"))


def _file_parts(ids: Sequence[int], heading: str = "") -> list[ReviewPart]:
    """The attachments: what their author says they show, and the way to the file."""
    parts = []
    for one in attachments(ids):
        link = Markup('<p>%s</p><p><a href="%s">%s</a>, %s</p>') % (
            one.title, path("ideas.file", key=one.key), one.file_name, words_of_size(one.size),
        )  # fmt: skip
        if one.is_gone:
            link = Markup("<p>%s</p><p>%s: %s</p>") % (one.title, one.file_name, gone_words(one))
        elif not one.is_ready:
            link += Markup("<p>%s</p>") % _(
                "The virus scanner has not looked at it yet; until then nobody can open it."
            )
        if one.is_held:
            link += Markup("<p>%s</p>") % _(
                "The moderation holds it back: %(reason)s.", reason=reason_title(one.held_reason)
            )
        parts.append(
            ReviewPart(heading or _("Attachment"), one.title, link, one.audience, f"{PART}{one.id}", whole=True)
        )
    return parts


def _facts(idea: Idea, version: IdeaVersion) -> list[tuple[str, str]]:
    facts = [
        (_("Number"), idea.number or ""),
        (_("Version"), str(version.number)),
        (_("Received"), format_day(version.sent_at)),
        (_("Sector"), term_title("nace_rev2_1", version.sector) if version.sector else ""),
        (_("Region"), term_title("nuts2024_de", version.region) if version.region else ""),
        (_("Size"), term_title("size_classes", version.size) if version.size else ""),
    ]
    return [(term, value) for term, value in facts if value]


def outcomes(idea_id: int, version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible about this version in the idea's present state. Nothing is returned that could not
    be sent again."""
    idea = db.session.get(Idea, idea_id)
    if idea is None:
        return ()
    waits = version_id is not None and version_id == idea.waiting_version_id
    if idea.status == SUBMITTED and waits:
        offered = ("publish", "return", "redact", "reject", "merge", "split")
        consultation = db.session.get_one(Consultation, idea.consultation_id)
        again = rules.can_send_in(consultation, RETURNED)
        return offered if again else tuple(one for one in offered if one != "return")
    if idea.status == PUBLISHED:
        return ("publish", "return", "redact", "reject", "hide") if waits else ("redact", "merge", "hide")
    return ("restore", "remove") if idea.status == HIDDEN else ()


def involved(actor: Actor, idea_id: int) -> bool:
    """Author, co-author or member of an organisation that stands for it, and who entered it on behalf of its author."""
    idea = db.session.get(Idea, idea_id)
    if idea is None:
        return False
    return rules.is_involved(actor, idea) or rules.has_entered(actor, idea) or is_beside(actor, idea.id)


# ---- as its readers see it ------------------------------------------------------------------------------------------


def preview(idea_id: int, version_id: int | None, reader: str) -> list[ReviewPart]:
    """A version as "public", "author", "agency" or "ministry" would read it; a text that they may not read is empty.

    What is without name keeps its text, since everybody reads it, and says in its heading that it stands elsewhere.
    """
    idea = db.session.get_one(Idea, idea_id)
    # without a version others have what is public now, the author what they wrote last
    now = idea.public_version_id if idea.is_public and reader != "author" else None
    wanted = version_id or now or idea.waiting_version_id or idea.public_version_id or newest_version_id(idea.id)
    if wanted is None:
        return []
    version = version_with_answers(wanted)
    texts = _texts_for(version, reader)
    allowed = READERS.get(reader)
    parts = [_part(_("Title"), texts[redactions.TITLE], "title")]
    if version.summary:
        parts.append(_part(_("Summary"), texts[redactions.SUMMARY], "summary"))
    for question, answer in _answers(version, _questions(version)):
        heading = _heading(question)
        if answer.audience == ANONYMOUS:
            heading = _("%(part)s, without name on the page of the question", part=heading)
        readable = allowed is None or answer.audience in (ANONYMOUS, *allowed)
        text = texts[redactions.part_of(question.id)] if readable else ""
        parts.append(_part(heading, text, redactions.moderated_part(question.id), answer.audience))
    return parts


def _texts_for(version: IdeaVersion, reader: str) -> dict[str, str]:
    texts = redactions.shown_texts(version)
    if version.is_redacted and reader == "author":
        return redactions.sent_texts(version)
    if version.is_redacted and reader == "ministry":
        return {**texts, **redactions.ministry_texts(version.id, version.language)}
    return texts


def _part(heading: str, text: str, name: str, audience: str = PUBLIC) -> ReviewPart:
    return ReviewPart(heading, text, render_markdown(text), audience, name)


__all__: Sequence[str] = ("involved", "outcomes", "preview", "review")
