"""What happens once in every commit, in this order: the index follows what was touched, the content version moves, the
audit rows are linked. It hangs on the session, so that no way of writing (page, command, job) can go round it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from consult.core.audit import link_pending
from consult.core.db import Base, db
from consult.core.registry import registries
from consult.core.rows import is_lively, is_shown, note_change

EVERYTHING, LASTING = 1, 2


class ContentVersion(Base):
    """Two rows. The number of the first grows with every commit that may change a public page; cached pages carry it in
    their key. That of the second rests where people only comment or support: what is made without that outlives them.
    """

    __tablename__ = "content_version"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)


def _can_be_seen(row: Any) -> bool:
    """Whether a public page can show this row, or could before it was changed.

    Where only some rows of a table can, `is_unseen()` of a row tells that it cannot and could not before.
    """
    return is_shown(type(row)) and not (hasattr(row, "is_unseen") and row.is_unseen())


def _note_flush(session: Session, _context: Any, _instances: Any) -> None:
    if session.info.get("content_changed"):
        return
    for instance in (*session.new, *session.dirty, *session.deleted):
        if not _can_be_seen(instance):
            continue
        if instance in session.new or instance in session.deleted or session.is_modified(instance):
            note_change(session, is_lively(type(instance)))


def _note_bulk(state: ORMExecuteState) -> None:
    if state.execution_options.get("unseen"):  # the statement says that no public page shows what it writes
        return
    if state.is_insert or state.is_update or state.is_delete:
        mapper = state.bind_mapper
        if mapper is None or is_shown(mapper.class_):
            # a statement may say of itself that it changes nothing but numbers of comments or supporters
            note_change(
                state.session, bool(state.execution_options.get("lively")) or is_lively(mapper and mapper.class_)
            )


def _bump(session: Session) -> None:
    voices, content = (session.info.pop(f"{what}_changed", False) for what in ("voices", "content"))
    if not (voices or content):
        return
    changed = (EVERYTHING, LASTING) if content else (EVERYTHING,)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table: Any = ContentVersion.__table__
    statement = insert(table).values([{"id": version_id, "version": 1} for version_id in changed])
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"version": table.c.version + 1})
    )


def _before_commit(session: Session) -> None:
    if session.in_nested_transaction() or session.info.get("committing"):
        return
    session.info["committing"] = True
    try:
        session.flush()
        for _round in range(3):  # an index update may touch again; three rounds are more than any room needs
            touched = session.info.pop("touched", None)
            if not touched:
                break
            for hook in registries.on_touch:
                hook(touched)
            session.flush()
        _bump(session)
        link_pending(session)
    finally:
        session.info.pop("committing", None)


def _forget(session: Session, *_rest: Any) -> None:
    if not session.in_nested_transaction():
        for key in ("touched", "audit", "content_changed", "voices_changed"):
            session.info.pop(key, None)


_attached = False


def attach() -> None:
    """Hang the rules on every session of the product; further calls do nothing."""
    global _attached
    if _attached:
        return
    _attached = True
    event.listen(Session, "before_flush", _note_flush)
    event.listen(Session, "do_orm_execute", _note_bulk)
    event.listen(Session, "before_commit", _before_commit)
    event.listen(Session, "after_rollback", _forget)


def bump_content() -> None:
    """Say that public pages changed although no public table did (time alone, settings)."""
    note_change(db.session(), lively=False)
