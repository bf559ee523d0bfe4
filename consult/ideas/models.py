"""Ideas: the number with its authors and its place, the versions that people read, the answers in them, and support.

A version is never changed after it was sent; what is still being written stands in `IdeaDraft`, a private table, so that
saving a draft renews no public page. Columns of `Idea` that repeat its public version (title, teaser, byline, facets) are
derived: `operations.refresh_public` writes them and `consult recount` can rebuild them.

Where a passage is blacked out (`IdeaRedaction`), the columns that everybody reads hold the text without it, so that no
outlet can show more; the text as it was sent then stands in `IdeaOriginal`, a table of its own.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false, inspect, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, RenderedHTML, UTCDateTime

# States of an idea; `rules.MACHINE` says who leads from one to the other.
DRAFT, AWAITING, SUBMITTED, RETURNED = "draft", "awaiting_confirmation", "submitted", "returned"
PUBLISHED, REJECTED, WITHDRAWN = "published", "rejected", "withdrawn"
HIDDEN, REMOVED, CLOSED, MERGED = "hidden", "removed", "closed", "merged"
AWAITING_RELEASE = "awaiting_release"  # in its organisation, where somebody releases what is sent

# States of a version: under review, read by everyone, replaced by the next; held while the idea is hidden.
WAITING, CURRENT, SUPERSEDED, HELD = "waiting", "public", "superseded", "held"

_UNANSWERED = text("status = 'published' AND responded_at IS NULL")


class Idea(Base):
    """An idea. `public_version_id` is what people read (or None), `waiting_version_id` what moderation has before it.

    `is_public` is true exactly while everyone may open the idea's page: published, and at least one answer is for
    everyone. `byline` is the name under it, empty where no answer is public with name. `cross_to` is the region of a
    linked partner, outside the idea's own where there is one. The tokens of the draft, status and confirmation links
    are kept as hashes. `merged_into_id` is the idea that took it up, `invitation_id` the late invitation by which it may
    be sent, `entered_by` the member of staff who typed it on behalf of its author (`IdeaOrigin`), `erased_at` when its
    texts were deleted for good. `release_asked_at` is set while what is written waits for a release in its organisation:
    a first text (then the status says so, too) or the next version. `responded_at` is when an office first answered it, and
    `response` what became of it by the newest answer (a code of `response_statuses`).
    """

    __tablename__ = "idea"
    __table_args__ = (
        Index("ix_idea_newest", "is_public", "published_at", "id"),
        Index("ix_idea_supported", "is_public", "support_count", "id"),
        Index("ix_idea_discussed", "is_public", "comment_count", "id"),
        Index("ix_idea_in_consultation", "consultation_id", "is_public", "published_at", "id"),
        Index("ix_idea_author", "author_id", "id"),
        Index("ix_idea_organisation", "organisation_id", "id"),
        Index("ix_idea_waiting", "status", "moved_at"),
        Index(
            "ix_idea_unanswered", "consultation_id", "published_at", "id",
            sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id", ondelete="RESTRICT"))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(24), default=DRAFT)
    language: Mapped[str] = mapped_column(String(5), default="de")
    title: Mapped[str] = mapped_column(String(120), default="")
    teaser: Mapped[str] = mapped_column(String(300), default="")
    byline: Mapped[str] = mapped_column(String(200), default="")
    sector: Mapped[str] = mapped_column(String(5), default="")
    region: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[str] = mapped_column(String(10), default="")
    cross_to: Mapped[str] = mapped_column(String(8), default="")
    first_question_id: Mapped[int | None]

    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
    author_email: Mapped[str] = mapped_column(String(320), default="")
    draft_key: Mapped[str] = mapped_column(String(80), unique=True)
    draft_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    status_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    confirm_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)

    public_version_id: Mapped[int | None]
    waiting_version_id: Mapped[int | None]
    merged_into_id: Mapped[int | None]
    invitation_id: Mapped[int | None]
    entered_by: Mapped[int | None]
    is_public: Mapped[bool] = mapped_column(Boolean, default=False)
    support_count: Mapped[int] = mapped_column(Integer, default=0)
    comment_count: Mapped[int] = mapped_column(Integer, default=0)

    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    release_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    response: Mapped[str] = mapped_column(String(20), default="", server_default="")
    responded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    versions: Mapped[list[IdeaVersion]] = relationship(
        back_populates="idea", lazy="raise", order_by="IdeaVersion.number", passive_deletes=True
    )

    def is_unseen(self) -> bool:
        """Whether no public page shows it, nor did before this change: only what was published once has an address."""
        return self.published_at is None and not inspect(self).attrs.published_at.history.deleted

    @property
    def has_waiting_version(self) -> bool:
        """Whether a new version waits while an older one is public."""
        return self.status == PUBLISHED and self.waiting_version_id is not None

    @property
    def waits_for_release(self) -> bool:
        """Whether somebody of its organisation has to release what is written, before moderation gets it."""
        return self.release_asked_at is not None

    @property
    def was_public(self) -> bool:
        """Whether everyone could read it once: then its address keeps a stub."""
        return self.published_at is not None


class IdeaVersion(Base):
    """What was sent at one time. `partners` lists what it is linked to: [kind, id, type of the link], `attachments` the ids
    of its files.

    `attributes` holds what only imported examples say so far (wishes, topics, division, cooperation). `is_redacted` tells
    that passages are blacked out in its texts.
    """

    __tablename__ = "idea_version"
    __table_args__ = (UniqueConstraint("idea_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    language: Mapped[str] = mapped_column(String(5), default="de")
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(LongText, default="")
    sector: Mapped[str] = mapped_column(String(5), default="")
    region: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[str] = mapped_column(String(10), default="")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    partners: Mapped[list[list[Any]]] = mapped_column(JSONType, default=list)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_redacted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    attachments: Mapped[list[int]] = mapped_column(JSONType, default=list, server_default="[]")

    def is_unseen(self) -> bool:
        """Whether it has just been made to wait for moderation: no public page shows it yet."""
        return self.state == WAITING and inspect(self).pending

    idea: Mapped[Idea] = relationship(back_populates="versions", lazy="raise")
    answers: Mapped[list[Answer]] = relationship(
        back_populates="version", lazy="raise", order_by="Answer.id", cascade="all, delete-orphan", passive_deletes=True
    )


def _shuffle() -> str:
    return secrets.token_hex(8)


class Answer(Base):
    """An answer to one question, with the audience that may read it (`core.audiences`).

    `shown_at` is set while the answer belongs to the public version of a published idea. For an answer without name it is
    the first moment of the month only, and `shuffle`, a random key, gives its place within the month: neither time nor
    order lead back to the idea.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("version_id", "question_id"),
        Index("ix_answer_shown", "question_id", "audience", "shown_at", "id"),
        Index("ix_answer_shuffled", "question_id", "audience", "shown_at", "shuffle"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("idea_version.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="RESTRICT"))
    audience: Mapped[str] = mapped_column(String(10), default="public")
    body: Mapped[str] = mapped_column(LongText)
    html: Mapped[Markup] = mapped_column(RenderedHTML)
    excerpt: Mapped[str] = mapped_column(String(320), default="")
    shown_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    shuffle: Mapped[str] = mapped_column(String(16), default=_shuffle)

    version: Mapped[IdeaVersion] = relationship(back_populates="answers", lazy="raise")


class IdeaDraft(Base):
    """What is being written: the only draft of an idea that was never sent, or of its next version.

    `content` is the document of `drafts.Content`. `edit_count` grows with every saving and `saved_by` names the open page
    that saved last, so that a second window cannot overwrite the first unseen.
    """

    __tablename__ = "idea_draft"
    __private__ = True

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    content: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    edit_count: Mapped[int] = mapped_column(Integer, default=0)
    saved_by: Mapped[str] = mapped_column(String(40), default="")
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DraftRevision(Base):
    """What one saving of a shared draft changed: `before` holds the fields as they were until then.

    Walked back from the draft, the rows tell what somebody had before them who opened it earlier; they go with the draft.
    `edit_count` is the draft's after the saving; `in_release` marks what was changed while it waited for a release.
    """

    __tablename__ = "idea_draft_revision"
    __private__ = True
    __table_args__ = (UniqueConstraint("idea_id", "edit_count"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea_draft.idea_id", ondelete="CASCADE"))
    edit_count: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    in_release: Mapped[bool] = mapped_column(Boolean, default=False)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class IdeaNote(Base):
    """What members of an organisation tell each other about a text of theirs. Nobody else reads it, moderation neither."""

    __tablename__ = "idea_note"
    __private__ = True
    __table_args__ = (Index("ix_idea_note_thread", "idea_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    body: Mapped[str] = mapped_column(LongText)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class IdeaAttachment(Base):
    """A file of an idea. `digest` names the stored content, `key` its address; `title` is what it shows or holds.

    `scan` is "clean", "waiting", "infected" or "lost" (`files.scanner`): only a clean one is ever handed out. `width`
    and `height` are those of a picture, 0 elsewhere. While the decision `held_by` holds it back for `held_reason` (a code of
    the catalogue), only its authors and moderators in an open case read it, in every version that names it.
    """

    __tablename__ = "idea_attachment"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    file_name: Mapped[str] = mapped_column(String(140))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(LongText)
    audience: Mapped[str] = mapped_column(String(10))
    scan: Mapped[str] = mapped_column(String(10))
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    held_by: Mapped[int | None]
    held_reason: Mapped[str] = mapped_column(String(40), default="", server_default="")

    @property
    def is_held(self) -> bool:
        """Whether moderation holds it back."""
        return self.held_by is not None

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_ready(self) -> bool:
        """Whether it may be handed out at all."""
        return self.scan == "clean"

    @property
    def is_gone(self) -> bool:
        """Whether there is no file any more: the scanner found something in it, or it was lost before that."""
        return self.scan in ("infected", "lost")


class Support(Base):
    """A person stands behind an idea, for themselves or for an organisation. At most once, by its key."""

    __tablename__ = "support"
    __lively__ = True

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class IdeaFacet(Base):
    """A code by which a public idea is found in the list. Rows exist for public ideas only."""

    __tablename__ = "idea_facet"

    facet: Mapped[str] = mapped_column(String(12), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class IdeaTally(Base):
    """How many public ideas have a code: the numbers beside unfiltered facets and in headings, changed with the rows of
    `IdeaFacet` and never counted in a request."""

    __tablename__ = "idea_tally"
    __table_args__ = (Index("ix_idea_tally_largest", "facet", "count"),)

    facet: Mapped[str] = mapped_column(String(12), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=0)


# ---- what became of it ----------------------------------------------------------------------------------------------


class IdeaOriginal(Base):
    """A part of a version as it was sent, while passages of it are blacked out in what everybody reads.

    `part` is "title", "summary" or "answer-<id of the question>".
    """

    __tablename__ = "idea_original"
    __private__ = True

    version_id: Mapped[int] = mapped_column(
        ForeignKey("idea_version.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(LongText)


# Why a passage is blacked out: by a moderator's decision, or because its author marked it as a business secret.
BY_MODERATION, SECRET = "moderation", "secret"


class IdeaRedaction(Base):
    """A passage of a version that is blacked out, in the words in which it was sent. Lifted, never deleted.

    `reason` is a code of the catalogue of reasons, empty for a business secret. `lifted_by` is the decision that lifted
    it.
    """

    __tablename__ = "idea_redaction"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("idea_version.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12), default=BY_MODERATION)
    part: Mapped[str] = mapped_column(String(40))
    passage: Mapped[str] = mapped_column(LongText)
    reason: Mapped[str] = mapped_column(String(40), default="")
    decision_id: Mapped[int | None] = mapped_column(index=True)
    lifted_by: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


MERGE, SPLIT = "merge", "split"


class IdeaTransfer(Base):
    """What a decision moved from one idea to another: a merger into `other_id`, or a part split off as `other_id`.

    `before` is the idea's state until then, `moved` what has to be known to move it back, `name` under which name the
    merged idea stood, to be named beside the other's. `undone_by` is the decision that led back, if it was a later one.
    """

    __tablename__ = "idea_transfer"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"), index=True)
    decision_id: Mapped[int]
    before: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(200), default="")
    moved: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by: Mapped[int | None]


INVITED, CONFIRMED, DECLINED, LEFT = "invited", "confirmed", "declined", "left"
UNASKED, IS_AUTHOR = (
    "unasked",
    "is_author",
)  # named while writing, but not asked: too many mails that day; the author's own


class IdeaCoauthor(Base):
    """Somebody invited to stand for an idea beside its author; named only once they have confirmed it themselves."""

    __tablename__ = "idea_coauthor"
    __table_args__ = (UniqueConstraint("idea_id", "email_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(120), default="")
    organisation_name: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(12), default=INVITED)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def is_unseen(self) -> bool:
        """Whether it is a fresh invitation, which nobody else sees."""
        return self.status in (INVITED, UNASKED, IS_AUTHOR) and inspect(self).pending

    @property
    def shown_name(self) -> str:
        """Under which name they stand."""
        return self.organisation_name or self.name


class IdeaInvitation(Base):
    """Leave to send an idea after the consultation has closed: by a secret link, until a day, to one address."""

    __tablename__ = "idea_invitation"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    note: Mapped[str] = mapped_column(LongText, default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    valid_until: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


# By which way an idea came that staff entered on behalf of its author.
PAPER, WORKSHOP, TELEPHONE, EMAIL = CHANNELS = ("paper", "workshop", "telephone", "email")


class IdeaOrigin(Base):
    """Where an idea comes from that staff entered on behalf of its author; who entered it stands in `Idea.entered_by`.

    `place` is the place or the event, `reference` the number of the original and `reference_key` the form in which such
    numbers are compared. `consent` tells how the author agreed, `author_name` what they are called on a letter; `by_mail`
    that the receipt went by mail, so that no letter is printed. `key` is the id under which an import knows it,
    `fingerprint` that of the answers' words.
    """

    __tablename__ = "idea_origin"
    __private__ = True

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("idea.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    channel: Mapped[str] = mapped_column(String(12))
    received_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200), default="")
    reference: Mapped[str] = mapped_column(String(120), default="")
    reference_key: Mapped[str] = mapped_column(String(120), default="", index=True)
    consent: Mapped[str] = mapped_column(String(12))
    author_name: Mapped[str] = mapped_column(String(200), default="")
    by_mail: Mapped[bool] = mapped_column(Boolean, default=False)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
