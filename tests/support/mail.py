"""Mail in tests: what was queued, and a real SMTP server that takes what is sent."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Any, overload

from aiosmtpd.controller import Controller
from sqlalchemy import select

from consult.core.db import db
from consult.core.mail import Mail
from tests.support.machine import free_port


class Outbox(Sequence[Mail]):
    """The mails that are queued or sent, oldest first, read anew each time; those taken back are left out."""

    def _all(self) -> list[Mail]:
        query = select(Mail).where(Mail.cancelled_at.is_(None)).order_by(Mail.id)
        return list(db.session.execute(query.execution_options(populate_existing=True)).scalars())

    @overload
    def __getitem__(self, index: int) -> Mail: ...
    @overload
    def __getitem__(self, index: slice) -> list[Mail]: ...
    def __getitem__(self, index: int | slice) -> Mail | list[Mail]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Mail]:
        return iter(self._all())

    def to(self, recipient: Any, kind: str | None = None) -> list[Mail]:
        """The mails to an address, or to a person with one; of one kind if that is named."""
        address = str(getattr(recipient, "email", recipient)).casefold()
        return [m for m in self._all() if m.recipient.casefold() == address and kind in (None, m.kind)]

    def last(self, recipient: Any = None) -> Mail:
        """The newest mail, or the newest to somebody."""
        found = self._all() if recipient is None else self.to(recipient)
        assert found, f"no mail{'' if recipient is None else f' to {recipient}'}"
        return found[-1]


def paths(mail: Mail) -> list[str]:
    """The addresses in a mail's text, without host, ready for the test client."""
    return [re.sub(r"^https?://[^/]+", "", url) for url in re.findall(r"https?://[^\s<>\"]+", mail.text)]


class SmtpSink:
    """A mail server on 127.0.0.1 that keeps what it gets. `refuse` makes it answer with that line instead."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse: str | None = None
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.refuse:
            return self.refuse
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 taken"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
