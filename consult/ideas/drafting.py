"""Writing: a draft is started once by its key, saved by one open page at a time, and deleted when nobody wants it.

Nothing that was written is lost: a window that does not know the present state is told so and keeps its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from consult.core import audit
from consult.core.access import Actor
from consult.core.audiences import AUDIENCES
from consult.core.clock import now
from consult.core.db import db, is_sqlite
from consult.core.errors import Conflict, NotFound, Refused
from consult.core.i18n import _
from consult.ideas import merging, redactions, revisions, rules, tokens
from consult.ideas.drafts import Content, Written
from consult.ideas.models import DRAFT, Idea, IdeaDraft, IdeaVersion
from consult.ideas.versions import returned_version, version_with_answers

COUNTED_FROM = 10_000  # apart by more than anybody saves, from one version to the next
NO_WINDOW = "-"  # saved by no open page, so that each of them is told

audit.declare("idea.started", "consultation_id")
audit.declare("idea.draft_deleted", "reason")


@dataclass
class Changes:
    """What a form carried: None, or an absent key, is a field that was not on the page and stays as it is."""

    fields: dict[str, str] = field(default_factory=dict)
    bodies: dict[int, str] = field(default_factory=dict)
    audiences: dict[int, str] = field(default_factory=dict)
    partners: dict[str, list[int]] = field(default_factory=dict)
    secrets: dict[int, list[str]] = field(default_factory=dict)

    def apply(self, content: Content) -> None:
        """Put them into what is written."""
        for name, value in self.fields.items():
            setattr(content, name, value)
        for question_id in self.bodies.keys() | self.audiences.keys():
            old = content.answers.get(question_id, Written())
            content.answers[question_id] = Written(
                self.bodies.get(question_id, old.body), self.audiences.get(question_id, old.audience)
            )
        for kind, ids in self.partners.items():
            content.choose_partners(kind, ids)
        for question_id, passages in self.secrets.items():
            content.secrets[question_id] = passages
        content.secrets = {question_id: passages for question_id, passages in content.secrets.items() if passages}


class EditedElsewhere(Conflict):
    """Another window or person has saved since this form was opened; nothing was overwritten."""

    def __init__(self, draft: IdeaDraft, merged: merging.Merged) -> None:
        super().__init__(
            _(
                "This draft was changed in another window since you opened this page. Please press “Save”: then both texts "
                "are put together, and where they contradict each other you choose."
            )
        )
        self.edit_count = draft.edit_count
        self.merged = merged  # what becomes of both texts


def insert_into(model: type) -> Any:
    """An INSERT of the database at hand that can leave out what is there already."""
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(inspect(model).local_table)


class _Held:
    """What this transaction has locked, so that it is read once: nobody else can change it before the end."""

    def __init__(self, transaction: Any) -> None:
        self.transaction = transaction
        self.ideas: dict[int, Idea] = {}
        self.drafts: dict[int, IdeaDraft] = {}


def _held() -> _Held:
    transaction = db.session().get_transaction()
    found: _Held | None = db.session.info.get("ideas.held")
    if found is None or transaction is None or found.transaction is not transaction:
        found = _Held(transaction)
        db.session.info["ideas.held"] = found
    return found


# Put together once: a draft is saved every few seconds while somebody writes.
_ANEW = {"populate_existing": True}
_IDEA = select(Idea).where(Idea.id == bindparam("idea_id")).with_for_update().execution_options(**_ANEW)
# In one query only where nobody can write beside this transaction: PostgreSQL, once it had to wait for the idea, would give
# the draft as it was before.
_WITH_DRAFT = (
    select(Idea, IdeaDraft)
    .outerjoin(IdeaDraft, IdeaDraft.idea_id == Idea.id)
    .where(Idea.id == bindparam("idea_id"))
    .execution_options(**_ANEW)
)
_DRAFTS: Any = inspect(IdeaDraft).local_table
_USE_UP = delete(_DRAFTS).where(_DRAFTS.c.idea_id == bindparam("idea_id"))
_DRAFT = select(IdeaDraft).where(IdeaDraft.idea_id == bindparam("idea_id")).execution_options(**_ANEW)


def locked(idea_id: int) -> Idea:
    """The idea, read anew and kept from other writers until this transaction ends."""
    known = _held().ideas.get(idea_id)
    if known is not None and not inspect(known).expired and known in db.session:
        return known
    row = db.session.execute(_WITH_DRAFT if is_sqlite() else _IDEA, {"idea_id": idea_id}).one_or_none()
    if row is None:
        raise NotFound()
    idea: Idea = row[0]
    held = _held()
    held.ideas[idea_id] = idea
    if len(row) > 1 and row[1] is not None:
        held.drafts[idea_id] = row[1]
    return idea


def start_draft(
    actor: Actor, consultation_id: int, draft_key: str, language: str, invitation_id: int | None = None
) -> Idea:
    """The draft of this key, made where there is none yet: sending the same form twice makes one draft. `invitation_id` is
    the late invitation by which it is begun."""
    moment = now()
    made = db.session.execute(
        insert_into(Idea)
        .values(
            consultation_id=consultation_id, status=rules.MACHINE.initial, language=language, title="", teaser="",
            byline="", sector="", region="", size="", cross_to="", author_email="", author_id=actor.person_id,
            draft_key=draft_key, draft_token_hash=tokens.token_hash(tokens.draft_token(draft_key)),
            status_token_hash=tokens.token_hash(tokens.status_token(draft_key)), is_public=False, support_count=0,
            comment_count=0, created_at=moment, moved_at=moment, invitation_id=invitation_id,
        )
        .on_conflict_do_nothing(index_elements=["draft_key"])
        .returning(Idea.id)
        .execution_options(unseen=True)
    ).first()  # fmt: skip
    idea = db.session.execute(
        select(Idea).where(Idea.draft_key == draft_key).execution_options(populate_existing=True)
    ).scalar_one()
    if made is not None:
        audit.record("idea.started", actor, ("idea", idea.id), consultation_id=consultation_id)
        db.session.add(IdeaDraft(idea_id=idea.id, content=Content(language=language).document(), saved_at=moment))
        db.session.flush()
    return idea


def save_draft(
    idea_id: int,
    changes: Changes,
    *,
    seen: int | None = None,
    tab: str,
    actor: Actor | None = None,
    prints: merging.Prints | None = None,
    asked: bool = False,
) -> IdeaDraft:
    """Put changes into the draft. `seen` is the edit count that the form was opened with, `prints` what it held then, `tab`
    names the open page; a program that looks at nothing before has seen nothing (None).

    The page that saved last may go on; any other one must have seen the present state. EditedElsewhere otherwise, unless
    its changes are there already. An idea that was returned or is public gets a draft of its next version. `actor` is who
    writes, where that is known: while it waits for a release, those who release may. Where it was `asked` for, the draft
    counts as touched today, also with nothing new in it.
    """
    idea = _writable(idea_id, actor)
    draft = draft_row(idea)
    content = Content.of_document(draft.content)
    changes.apply(content)
    document = content.document()
    if document == draft.content:
        if asked:
            draft.saved_at, draft.reminded_at = now(), None
        return draft
    if seen is not None and draft.edit_count != seen and draft.saved_by != tab:
        raise EditedElsewhere(draft, _merged(idea, draft, changes, seen, prints))
    return _keep(idea, draft, document, tab, actor)


def save_merged(idea_id: int, merged: merging.Merged, *, seen: int, tab: str, actor: Actor) -> IdeaDraft:
    """Store what two texts became, if nobody has saved since; where they conflict the stored one stays for now."""
    idea = _writable(idea_id, actor)
    draft = draft_row(idea)
    if draft.edit_count != seen:
        raise Conflict(_("Somebody was faster. Please save once more."))
    document = Content.of_document(merging.document_of(merged.fields, draft.content)).document()
    return draft if document == draft.content else _keep(idea, draft, document, tab, actor)


def change_attachments(idea_id: int, ids: list[int], actor: Actor) -> IdeaDraft:
    """Let the draft name these attachments; whoever has it open in another window goes on with their text."""
    idea = _writable(idea_id, actor)
    draft = draft_row(idea)
    content = Content.of_document(draft.content)
    content.attachments = ids
    return _keep(idea, draft, content.document(), draft.saved_by, actor)


def attachments_of(idea_id: int, actor: Actor) -> list[int]:
    """What the draft names, locked until it is changed. Conflict where the actor may not write now."""
    return Content.of_document(draft_row(_writable(idea_id, actor)).content).attachments


def narrow_draft(idea: Idea, wanted: Mapping[int, str], actor: Actor) -> None:
    """Let what is being written at a locked idea, if anything is, have no more readers than this, by question. A window
    that has it open has not seen that, so it is told before it saves again."""
    draft = db.session.execute(_DRAFT, {"idea_id": idea.id}).scalar_one_or_none()
    if draft is None:
        return
    content = Content.of_document(draft.content)
    for question_id, audience in wanted.items():
        written = content.answers.get(question_id)
        if written is not None and rules.is_narrower(audience, written.audience):
            content.answers[question_id] = Written(written.body, audience)
    document = content.document()
    if document != draft.content:
        _keep(idea, draft, document, NO_WINDOW, actor)


def _writable(idea_id: int, actor: Actor | None) -> Idea:
    idea = locked(idea_id)
    if not (rules.can_write(idea) if actor is None else rules.can_edit(actor, idea)):
        raise Conflict(_("This idea cannot be changed at present; a decision is due first."))
    return idea


def _merged(idea: Idea, draft: IdeaDraft, changes: Changes, seen: int, prints: merging.Prints | None) -> merging.Merged:
    """Both texts as one, as far as they are. What an organisation's draft was is known; a person's own leaves no trace of
    what was deleted, and is known by what its form carries."""
    base = revisions.base_of(draft, seen) if idea.organisation_id is not None else None
    mine = Content.of_document(merging.document_of(base, draft.content) if base is not None else draft.content)
    changes.apply(mine)
    return merging.merged(base, merging.fields_of(mine.document()), merging.fields_of(draft.content), prints)


def _keep(idea: Idea, draft: IdeaDraft, document: dict[str, Any], tab: str, actor: Actor | None) -> IdeaDraft:
    before, draft.content = draft.content, document
    draft.edit_count += 1
    draft.saved_by, draft.saved_at, draft.reminded_at = tab, now(), None
    revisions.record(idea, draft, before, actor)
    return draft


def keep_address(idea_id: int, email: str) -> str:
    """Keep the address that was typed beside a draft, so that it need not be typed again; nothing is mailed to it yet.

    Only while the idea was never sent and belongs to nobody. Returns the address that is kept.
    """
    idea = locked(idea_id)
    if idea.status == DRAFT and idea.author_id is None and idea.author_email != email:
        idea.author_email = email
    return idea.author_email


def draft_row(idea: Idea) -> IdeaDraft:
    """The draft of a locked idea, begun from its public or last version where there is none."""
    known = _held().drafts.get(idea.id) if idea.id in _held().ideas else None
    if known is not None and not inspect(known).expired and known in db.session:
        return known
    draft = db.session.execute(_DRAFT, {"idea_id": idea.id}).scalar_one_or_none()
    if draft is None:
        content, count = begins_with(idea)
        draft = IdeaDraft(idea_id=idea.id, content=content.document(), edit_count=count, saved_at=now())
        db.session.add(draft)
        db.session.flush()
    _held().drafts[idea.id] = draft
    return draft


def begins_with(idea: Idea) -> tuple[Content, int]:
    """What the next draft begins with, and its edit count then: the text of the version that moderation has returned, else
    of the public or last one. The count is another one for each version, and once fewer people may read an answer, so a form
    that was opened before is told."""
    returned = returned_version(idea)
    version_id = returned.id if returned is not None else idea.public_version_id or newest_version_id(idea.id)
    if version_id is None:
        return Content(language=idea.language), 0
    version = version_with_answers(version_id)
    narrowed = sum(AUDIENCES.index(answer.audience) for answer in version.answers)
    return redactions.sent_content(version), version.number * COUNTED_FROM + narrowed


def use_up(idea: Idea) -> None:
    """The draft of a locked idea has become a version: its row goes, unwritten where this transaction has changed it."""
    known = _held().drafts.pop(idea.id, None)
    if known is not None and known in db.session:
        db.session.expunge(known)
    db.session.connection().execute(_USE_UP, {"idea_id": idea.id})


def newest_version_id(idea_id: int) -> int | None:
    """The version that was sent last."""
    statement = select(IdeaVersion.id).where(IdeaVersion.idea_id == idea_id).order_by(IdeaVersion.number.desc())
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def delete_draft(actor: Actor, idea_id: int, reason: str = "author") -> None:
    """Delete what was never sent; of a sent idea only the unsent next version goes."""
    idea = locked(idea_id)
    if not rules.can_write(idea):
        raise Conflict(_("This idea cannot be changed at present; a decision is due first."))
    if not rules.can_delete_draft(actor, idea):
        raise Refused(_("Only its author, and those who release for your organisation, can delete this draft."))
    audit.record("idea.draft_deleted", actor, ("idea", idea.id), reason=reason)
    db.session.execute(delete(IdeaDraft).where(IdeaDraft.idea_id == idea.id))
    if idea.status == DRAFT:
        db.session.delete(idea)
    db.session.flush()
