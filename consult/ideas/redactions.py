"""Blacked-out passages of versions: what moderation takes out of a text, and what its author marks as a business secret.

The columns that everybody reads hold the text without the passages; the text as it was sent stands apart, for its
author, the approvers of the organisation, and moderators in an open case. A business secret is read by the ministry too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Invalid
from consult.core.i18n import _, in_language
from consult.core.text import render_markdown
from consult.ideas.drafts import TITLE_MAX, Content
from consult.ideas.models import BY_MODERATION, SECRET, IdeaOriginal, IdeaRedaction, IdeaVersion
from consult.ideas.versions import beginning, content_of, version_with_answers
from consult.moderation.blackening import Cut, cut_out, is_gone, places
from consult.moderation.blackening import mark_of as mark_of_reason

TITLE, SUMMARY = "title", "summary"


def part_of(question_id: int) -> str:
    """How the answer to a question is named among the parts of a version."""
    return f"answer-{question_id}"


def moderated_part(question_id: int) -> str:
    """What an answer is called before moderation: by what stays, since somebody may move questions while a case is open."""
    return f"question-{question_id}"


@dataclass(frozen=True)
class Blackened:
    """What everybody may know of a passage that is blacked out: in which part, by whom and why."""

    part: str
    kind: str
    reason: str


def mark_of(kind: str, reason: str, language: str) -> str:
    """What stands in place of a passage, in the language of the text. No sign in it means anything to Markdown."""
    if kind != SECRET:
        return mark_of_reason(reason, language)
    with in_language(language):
        return _("█ business secret, for the ministry only █")


# ---- reading --------------------------------------------------------------------------------------------------------


def shown_texts(version: IdeaVersion) -> dict[str, str]:
    """The parts of a version as everybody reads them, in order; its answers are loaded."""
    texts = {TITLE: version.title, SUMMARY: version.summary}
    texts.update({part_of(answer.question_id): answer.body for answer in version.answers})
    return texts


def originals_of(version_id: int) -> dict[str, str]:
    """The parts that are stored apart, as they were sent; one query."""
    rows = db.session.execute(select(IdeaOriginal).where(IdeaOriginal.version_id == version_id)).scalars()
    return {row.part: row.text for row in rows}


def sent_texts(version: IdeaVersion) -> dict[str, str]:
    """The parts of a version as they were sent; for those who are entitled to them. One query, or none."""
    return {**shown_texts(version), **(originals_of(version.id) if version.is_redacted else {})}


def live_redactions(version_ids: Iterable[int]) -> list[IdeaRedaction]:
    """What is blacked out in these versions now, in the order in which it was done; one query."""
    statement = select(IdeaRedaction).where(
        IdeaRedaction.version_id.in_(list(version_ids)), IdeaRedaction.lifted_at.is_(None)
    )
    return list(db.session.execute(statement.order_by(IdeaRedaction.id)).scalars())


def blackened(version_id: int) -> list[Blackened]:
    """What everybody may know of the passages of a version: each part, kind and reason once; one query."""
    rows = [Blackened(one.part, one.kind, one.reason) for one in live_redactions([version_id])]
    return list(dict.fromkeys(rows))


def ministry_texts(version_id: int, language: str) -> dict[str, str]:
    """The parts stored apart as a ministry reads them: business secrets stand, what moderation took out does not."""
    cuts: dict[str, list[Cut]] = {}
    for one in live_redactions([version_id]):
        if one.kind == BY_MODERATION:
            cuts.setdefault(one.part, []).append(Cut(one.passage, mark_of(one.kind, one.reason, language)))
    return {part: cut_out(text, cuts.get(part, [])) for part, text in originals_of(version_id).items()}


def secrets_of(version_id: int) -> dict[int, list[str]]:
    """What its author marked as business secrets in a version, by question; one query."""
    found: dict[int, list[str]] = {}
    for one in live_redactions([version_id]):
        if one.kind == SECRET and one.part.startswith("answer-"):
            found.setdefault(int(one.part.removeprefix("answer-")), []).append(one.passage)
    return found


def sent_content(version: IdeaVersion) -> Content:
    """What stands in a version as it was sent, to be written on by its author; three queries at most."""
    if not version.is_redacted:
        return content_of(version)
    content = content_of(version, sent_texts(version))
    content.secrets = secrets_of(version.id)
    return content


# ---- writing --------------------------------------------------------------------------------------------------------


def redact(
    version: IdeaVersion, passages: Sequence[str], *, reason: str, decision_id: int, elsewhere: Collection[str] = ()
) -> list[IdeaRedaction]:
    """Black out passages wherever they stand in a version, and in all others of its idea. Invalid at `passage` for one that
    is found in none, nor `elsewhere`.
    """
    wanted = [passage for passage in dict.fromkeys(passages) if passage.strip()]
    if not wanted:
        raise Invalid({"passage": _("Please copy the passage that is to be blacked out from the text.")})
    texts, moment = sent_texts(version), now()

    def row(passage: str, part: str) -> IdeaRedaction:
        return IdeaRedaction(
            version_id=version.id, kind=BY_MODERATION, part=part, passage=passage, reason=reason,
            decision_id=decision_id, made_at=moment,
        )  # fmt: skip

    rows = [row(passage, part) for passage in wanted for part, text in texts.items() if places(text, passage)]
    here = {one.passage for one in rows}
    db.session.add_all(rows)
    rewrite(version)
    _check_gone(version, wanted)
    found = here | _in_other_versions(version, [*rows, *(row(one, "") for one in wanted if one not in here)])
    for passage in wanted:
        if passage not in found and passage not in elsewhere:
            raise Invalid(
                {"passage": _("“%(passage)s” cannot be found in the text. Please copy it anew.", passage=passage[:80])}
            )
    return rows


def _in_other_versions(version: IdeaVersion, rows: Sequence[IdeaRedaction]) -> set[str]:
    """What is blacked out in one version is so in all of them: earlier ones stay readable. A secret keeps to its answer.
    Returns the passages that were found there."""
    everywhere: set[str] = set()
    statement = select(IdeaVersion.id).where(IdeaVersion.idea_id == version.idea_id, IdeaVersion.id != version.id)
    for version_id in db.session.execute(statement).scalars().all():
        other = version_with_answers(version_id)
        seen = {(one.part, one.passage) for one in live_redactions([version_id])}
        found = []
        for part, text in sent_texts(other).items():
            for one in {row.passage: row for row in rows if row.kind == BY_MODERATION or row.part == part}.values():
                if (part, one.passage) not in seen and places(text, one.passage):
                    found.append(
                        IdeaRedaction(
                            version_id=version_id, kind=one.kind, part=part, passage=one.passage, reason=one.reason,
                            decision_id=one.decision_id, made_at=one.made_at,
                        )
                    )  # fmt: skip
        if found:
            db.session.add_all(found)
            rewrite(other)
            _check_gone(other, [one.passage for one in found if one.kind == BY_MODERATION])
            everywhere |= {one.passage for one in found}
    return everywhere


def _check_gone(version: IdeaVersion, passages: Sequence[str]) -> None:
    for text in shown_texts(version).values():
        for passage in passages:
            if not is_gone(text, passage):
                raise Invalid(
                    {
                        "passage": _(
                            "“%(passage)s” could not be taken out. Please copy less of it.", passage=passage[:80]
                        )
                    }
                )


def keep_secrets(version: IdeaVersion, secrets: Mapping[int, Sequence[str]]) -> None:
    """Black out what its author marked as business secrets, by question, in a version that was just made."""
    rows = [
        IdeaRedaction(version_id=version.id, kind=SECRET, part=part_of(question_id), passage=passage, made_at=now())
        for question_id, passages in secrets.items()
        for passage in dict.fromkeys(passages)
        if passage.strip()
    ]
    if rows:
        db.session.add_all(rows)
        rewrite(version)
        _in_other_versions(version, rows)


def carry_over(version: IdeaVersion) -> None:
    """What moderation blacked out in earlier versions of the idea stays so where the new version says it again."""
    earlier = (
        select(IdeaRedaction)
        .join(IdeaVersion, IdeaVersion.id == IdeaRedaction.version_id)
        .where(
            IdeaVersion.idea_id == version.idea_id, IdeaVersion.number < version.number,
            IdeaRedaction.kind == BY_MODERATION, IdeaRedaction.lifted_at.is_(None),
        )
        .order_by(IdeaRedaction.id)
    )  # fmt: skip
    texts = sent_texts(version)
    seen: set[tuple[str, str]] = set()
    for one in db.session.execute(earlier).scalars().all():
        for part, text in texts.items():
            if (part, one.passage) not in seen and places(text, one.passage):
                seen.add((part, one.passage))
                db.session.add(
                    IdeaRedaction(
                        version_id=version.id, part=part, passage=one.passage, reason=one.reason,
                        decision_id=one.decision_id, made_at=now(),
                    )
                )  # fmt: skip
    if seen:
        rewrite(version)


def lift(decision_ids: Iterable[int], by: int | None) -> list[int]:
    """Show again what these decisions blacked out, in all versions; returns the versions that changed."""
    statement = select(IdeaRedaction).where(
        IdeaRedaction.decision_id.in_(list(decision_ids)), IdeaRedaction.lifted_at.is_(None)
    )
    rows = list(db.session.execute(statement).scalars())
    for row in rows:
        row.lifted_at, row.lifted_by = now(), by
    return _rewrite_all(rows)


def _rewrite_all(rows: Sequence[IdeaRedaction]) -> list[int]:
    ids = sorted({row.version_id for row in rows})
    db.session.flush()
    for version_id in ids:
        rewrite(version_with_answers(version_id))
    return ids


def rewrite(version: IdeaVersion) -> None:
    """Make what everybody reads of a version from what was sent and what is blacked out now. Answers are loaded."""
    db.session.flush()
    shown, stored = shown_texts(version), originals_of(version.id)
    cuts: dict[str, list[Cut]] = {}
    for one in sorted(live_redactions([version.id]), key=lambda row: row.kind != BY_MODERATION):
        cuts.setdefault(one.part, []).append(Cut(one.passage, mark_of(one.kind, one.reason, version.language)))
    for part in shown.keys() & (stored.keys() | cuts.keys()):
        source = stored.get(part, shown[part])
        _put(version, part, cut_out(source, cuts[part]) if part in cuts else source)
        if part in cuts and part not in stored:
            db.session.add(IdeaOriginal(version_id=version.id, part=part, text=source))
        elif part not in cuts:
            db.session.execute(
                delete(IdeaOriginal).where(IdeaOriginal.version_id == version.id, IdeaOriginal.part == part)
            )
    version.is_redacted = bool(cuts)
    db.session.flush()


def _put(version: IdeaVersion, part: str, text: str) -> None:
    if part == TITLE:
        version.title = text if len(text) <= TITLE_MAX else text[: TITLE_MAX - 1].rstrip() + "…"
    elif part == SUMMARY:
        version.summary = text
    for answer in version.answers:
        if part == part_of(answer.question_id) and answer.body != text:
            answer.body, answer.html = text, render_markdown(text)
            answer.excerpt = beginning(answer.html, 300)
