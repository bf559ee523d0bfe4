"""Mail: written as a row in the transaction of its cause, sent by a job, never inside a request.

Without MAIL_URL messages are held and the administrator is told; in demo mode they can be read at `/dev/mail`.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from markupsafe import escape
from sqlalchemy import ForeignKey, Index, String, case, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from consult.core import jobs
from consult.core.clock import now
from consult.core.db import Base, LongText, UTCDateTime, db
from consult.core.i18n import _, in_language
from consult.core.rows import add_row, add_rows

# The last message to a person who is erased: it holds the address that nothing else here does any more.
LAST_WORD = "account.erased"

LATE = timedelta(minutes=5)  # a message that leaves so much later than it should is put together anew, where it can be

_renewing: dict[str, Callable[[Mail], bool]] = {}
_addressing: set[str] = set()  # kinds of messages that say a person's address to somebody else


def renew_before_leaving(what: str, renew: Callable[[Mail], bool]) -> None:
    """Late messages with references to this ("notice:12") are handed to this function before they leave: it puts words as
    they are right now into the message, or says that nothing is to be said any more."""
    _renewing[what] = renew


def declare_addressing(*kinds: str) -> None:
    """Messages of these kinds may say a person's address to somebody else: it does not stand there any more once the person
    is gone. Names are told with each message (`named`)."""
    _addressing.update(kinds)


class Mail(Base):
    """A message to one recipient. Sent: `sent_at`. Taken back before it left: `cancelled_at`."""

    __tablename__ = "mail"
    __private__ = True
    __table_args__ = (Index("ix_mail_recipient", "recipient", "kind", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(320))
    person_id: Mapped[int | None] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(LongText)
    html: Mapped[str] = mapped_column(LongText, default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    reference: Mapped[str] = mapped_column(String(80), default="", index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MailName(Base):
    """That a message says a person's name to somebody else, and in which words: they go when the person does.

    Found by its words alone, a name that is a common word would be put out of what others have written.
    """

    __tablename__ = "mail_name"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(String(320))


Named = Sequence[tuple[int | None, str]]  # people and the words by which they are called; None for who has no account


def render_mail(template: str, language: str, **context: Any) -> tuple[str, str, str]:
    """(subject, text, html) of a mail template in a language. The text's first line is `Subject: ...`."""
    with in_language(language):
        values = {"mail_language": language, **context}
        current_app.update_template_context(values)  # once for both
        body, html = (
            current_app.jinja_env.get_template(f"{template}.{kind}").render(values) for kind in ("txt", "html")
        )
    first, _end, rest = body.strip().partition("\n")
    return first.removeprefix("Subject:").strip(), rest.strip() + "\n", html


def queue_mail(
    recipient: str,
    subject: str,
    text: str,
    html: str = "",
    *,
    language: str = "de",
    kind: str,
    person_id: int | None = None,
    delay: timedelta | None = None,
    reference: str = "",
    named: Named = (),
) -> int:
    """Write a message with this transaction and return its id; it leaves after the commit, `delay` later.

    `reference` (for example "decision:12") lets `cancel` take it back before it left. `named` are the people whose names it
    says to somebody else.
    """
    send_after = now() + (delay or timedelta())
    values = {
        "kind": kind, "recipient": recipient, "person_id": person_id, "subject": " ".join(subject.split())[:300],
        "text": text, "html": html, "language": language, "reference": reference, "created_at": now(),
        "send_after": send_after,
    }  # fmt: skip
    mail_id = add_row(Mail, values) or 0
    say_named(mail_id, named)
    jobs.enqueue("mail.send", {"mail_id": mail_id}, run_at=send_after, dedupe=f"mail:{mail_id}")
    return mail_id


def say_named(mail_id: int, named: Named) -> None:
    """Keep whom a message names, in which words."""
    rows = {(person_id, words.strip()[:320]) for person_id, words in named if person_id is not None and words.strip()}
    add_rows(
        MailName, [{"mail_id": mail_id, "person_id": one, "words": words} for one, words in sorted(rows)], unseen=True
    )


def queue_template(
    recipient: str, template: str, language: str, *, kind: str, context: dict[str, Any], **options: Any
) -> int:
    """Render a mail template and queue it; returns the message's id."""
    subject, text, html = render_mail(template, language, **context)
    return queue_mail(recipient, subject, text, html, language=language, kind=kind, **options)


def cancel(reference: str) -> int:
    """Take back the messages of this reference that have not left; returns how many. Those that left stay as they are."""
    held = db.session.execute(
        select(Mail).where(Mail.reference == reference, Mail.sent_at.is_(None), Mail.cancelled_at.is_(None))
    ).scalars()
    count = 0
    for mail in held:
        mail.cancelled_at = now()
        count += 1
    return count


def forget(references: Collection[str]) -> None:
    """What was written in messages of these references goes; that each was sent, to whom and when, stays. What has yet to
    leave is left alone for a quarter of an hour, and after that it does not leave any more."""
    if not references:
        return
    gone = or_(
        Mail.sent_at.is_not(None), Mail.cancelled_at.is_not(None), Mail.send_after < now() - timedelta(minutes=15)
    )
    emptied = select(Mail.id).where(Mail.reference.in_(references), gone)
    db.session.execute(
        delete(MailName).where(MailName.mail_id.in_(emptied)).execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(Mail)
        .where(Mail.reference.in_(references), gone)
        .values(
            subject="", text="", html="", cancelled_at=case((Mail.sent_at.is_(None), now()), else_=Mail.cancelled_at)
        )
        .execution_options(synchronize_session=False)
    )


def renamed(mail: Mail, named: Named) -> None:
    """The message was put together anew and names these people now."""
    db.session.execute(delete(MailName).where(MailName.mail_id == mail.id))
    say_named(mail.id, named)


def name_no_more(person_id: int) -> None:
    """Where messages name a person to others who is gone, it is somebody: in what waits to leave, and in what is kept of
    what has left, by whichever name. Nothing else in them changes, and no other message, whatever the name was."""
    said = select(Mail, MailName.words).join(MailName, MailName.mail_id == Mail.id)
    for mail, words in db.session.execute(said.where(MailName.person_id == person_id)).all():
        _say_somebody(mail, words)
    db.session.flush()
    db.session.execute(delete(MailName).where(MailName.person_id == person_id))


def address_no_more(email: str) -> None:
    """The same of an address, which is found by itself: nobody else has it, and it is no word."""
    says = Mail.text.contains(email, autoescape=True)
    for mail in db.session.execute(select(Mail).where(Mail.kind.in_(sorted(_addressing)), says)).scalars():
        _say_somebody(mail, email)
    db.session.flush()


def _say_somebody(mail: Mail, name: str) -> None:
    with in_language(mail.language):
        words = _("Somebody")
    mail.subject = _put(name, words, mail.subject)[:300]
    mail.text = _put(name, words, mail.text)
    mail.html = _put(str(escape(name)), str(escape(words)), mail.html)


def _put(old: str, new: str, text: str) -> str:
    """The words with a name for another one, where it stands as a whole word."""
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _found: new, text)


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The message as it goes out: text and HTML alternatives, headers that no content can break."""
    message = EmailMessage()
    name, address = parseaddr(sender)
    local, _at, domain = address.partition("@")
    message["From"] = Address(name, local, domain or "localhost")
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = formatdate(mail.created_at.timestamp())
    message["Message-ID"] = make_msgid(idstring=str(mail.id), domain=domain or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _deliver(message: EmailMessage, url: str) -> None:
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    host, port = parts.hostname or "localhost", parts.port or (465 if secure else 25)
    if secure:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=20, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=20)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


@jobs.handler("mail.send")
def send(payload: dict[str, Any]) -> None:
    """Send one message. No transaction is open while the server is spoken to; sending twice is possible, losing is not."""
    mail = db.session.get(Mail, payload["mail_id"])
    url = current_app.config["SETTINGS"].mail_url
    if mail is None or mail.sent_at or mail.cancelled_at or not url:
        return
    mail_id = mail.id
    if mail.send_after < now() - LATE and (renew := _renewing.get(mail.reference.partition(":")[0])) is not None:
        if not renew(mail):
            mail.cancelled_at = now()
            return
        db.session.commit()
    message = compose(mail, current_app.config["SETTINGS"].mail_from)
    db.session.rollback()
    _deliver(message, url)
    sent = db.session.get(Mail, mail_id, populate_existing=True)
    if sent is not None:
        sent.sent_at = now()
        if sent.kind == LAST_WORD:
            db.session.delete(sent)


@jobs.every("mail.held", minutes=5)
def send_held(_payload: dict[str, Any]) -> None:
    """Send what was held while no mail server was set. A message older than 14 days stays where it is: it would mislead."""
    if not current_app.config["SETTINGS"].mail_url:
        return
    moment = now()
    held = db.session.execute(
        select(Mail.id)
        .where(
            Mail.sent_at.is_(None),
            Mail.cancelled_at.is_(None),
            Mail.send_after < moment - timedelta(minutes=15),
            Mail.created_at > moment - timedelta(days=14),
        )
        .order_by(Mail.id)
        .limit(500)
    ).scalars()
    slot = int(moment.timestamp() // 3600)
    for mail_id in list(held):
        jobs.enqueue("mail.send", {"mail_id": mail_id}, dedupe=f"mail:{mail_id}:{slot}")


def held_count() -> int:
    """How many messages wait because no mail server is set."""
    if current_app.config["SETTINGS"].mail_url:
        return 0
    waiting = select(Mail.id).where(Mail.sent_at.is_(None), Mail.cancelled_at.is_(None))
    return len(db.session.execute(waiting.limit(1000)).all())
