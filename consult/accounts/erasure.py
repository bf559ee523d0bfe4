"""Taking everything out and erasing an account: what the rooms registered, put together (GDPR Art. 15, 17, 20).

Each room exports and erases its own tables (`registries.personal_data`); a test holds that none is forgotten. What was
published in the public interest stays, under "former participant"; the rest goes. Core's own tables, messages and the log,
are served here: of the log the personal text goes and the chain stays whole.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from flask import render_template
from sqlalchemy import delete, func, or_, select

from consult.accounts import mails, queries
from consult.accounts.models import Person
from consult.core import audit
from consult.core.access import SYSTEM, Actor
from consult.core.audit import AuditDetail, AuditRow
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import in_language
from consult.core.mail import Mail, MailName, address_no_more, name_no_more
from consult.core.registry import PersonalData, registries

audit.declare("account.taken_out")


# ---- core's own tables ----------------------------------------------------------------------------------------------


def _own_rows(person_id: int) -> Any:
    return select(AuditRow).where(
        or_(
            AuditRow.actor_id == person_id,
            (AuditRow.subject_kind == "person") & (AuditRow.subject_id == person_id),
        )
    )


def _export_core(person_id: int) -> dict[str, Any]:
    letters = db.session.execute(select(Mail).where(Mail.person_id == person_id).order_by(Mail.id)).scalars()
    entries = db.session.execute(_own_rows(person_id).order_by(AuditRow.seq)).scalars()
    naming = select(Mail.kind, Mail.created_at, MailName.words).join(MailName, MailName.mail_id == Mail.id)
    named = db.session.execute(naming.where(MailName.person_id == person_id).order_by(Mail.id)).all()
    return {
        "messages": [
            {
                "kind": one.kind,
                "written": one.created_at.isoformat(),
                "to": one.recipient,
                "subject": one.subject,
                "text": one.text,
            }
            for one in letters
            if not one.kind.startswith("account.")  # their links let somebody in
        ],
        "named_to_others": [
            {"kind": one.kind, "written": one.created_at.isoformat(), "name": one.words} for one in named
        ],
        "log": [{"at": one.at.isoformat(), "event": one.event, "data": one.data} for one in entries],
    }


def _erase_core(person_id: int) -> None:
    person = queries.person_by_id(person_id)
    addressed = [Mail.person_id == person_id]
    if person is not None:
        addressed.append(func.lower(Mail.recipient) == person.email_key)
    db.session.execute(delete(Mail).where(or_(*addressed)).execution_options(synchronize_session=False))
    name_no_more(person_id)
    if person is not None:
        address_no_more(person.email)
    rows = _own_rows(person_id).with_only_columns(AuditRow.seq)
    db.session.execute(
        delete(AuditDetail).where(AuditDetail.seq.in_(rows)).execution_options(synchronize_session=False)
    )


CORE = PersonalData("core", ("mail", "mail_name", "audit_row", "audit_detail"), _export_core, _erase_core)


# ---- out ------------------------------------------------------------------------------------------------------------


def everything(person_id: int) -> dict[str, dict[str, Any]]:
    """What every room holds about a person, by room, in a fixed order."""
    return {room: registries.personal_data[room].export(person_id) for room in sorted(registries.personal_data)}


def take_out(actor: Actor, person: Person) -> bytes:
    """A ZIP with `data.json` for programs and `data.html` for people, both with everything, and
    their files; the log notes that it left."""
    audit.record("account.taken_out", actor, ("person", person.id))
    found = everything(person.id)
    data = json.dumps(
        {"person": person.email, "made_at": now().isoformat(), "data": found}, ensure_ascii=False, indent=1, default=str
    )
    with in_language(person.language):
        page = render_template("accounts/taken_out.html", person=person, data=found, moment=now())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", data)
        archive.writestr("data.html", page)
        for room in sorted(registries.personal_data):
            part = registries.personal_data[room]
            for path, content in part.files(person.id) if part.files is not None else ():
                archive.writestr(f"files/{path}", content)
    return file.getvalue()


# ---- gone -----------------------------------------------------------------------------------------------------------


def erase(actor: Actor, person_id: int) -> None:
    """Take a person out of every table; irreversible. The last message to them is removed once it has left."""
    person = queries.person_by_id(person_id)
    if person is None:
        raise NotFound()
    email, language, name = person.email, person.language, person.name
    confirmed = person.confirmed_at is not None
    for room in sorted(registries.personal_data, key=lambda one: (one == "accounts", one)):
        registries.personal_data[room].erase(person_id)
    db.session.flush()
    if confirmed and actor is not SYSTEM:
        mails.send_erased(email, language, name)
