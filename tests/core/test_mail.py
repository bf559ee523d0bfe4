"""Messages as they go out: no text of users makes a header of its own (OWASP ASVS 5.0, V1.3.11)."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from consult.core.forms import email_problem
from consult.core.mail import Mail, compose, queue_mail

HOSTILE = "Idee\r\nBcc: alle@people.example\r\n\r\nKauft!\u2028X: y"


def test_a_subject_stays_one_line(db: Any) -> None:
    text = f"Text\r\n.\r\nBcc: x\r\n{HOSTILE}"
    mail = db.session.get(Mail, queue_mail("mona@people.example", HOSTILE, text, f"<p>{HOSTILE}", kind="test"))
    sent = compose(mail, "consult <office@people.example>").as_bytes(policy=policy.SMTP)
    read = message_from_bytes(sent, policy=policy.default)
    assert read["Bcc"] is None and read["X"] is None
    assert read["To"] == "mona@people.example"
    assert [name for name in read if name.lower() in ("to", "subject", "from")] == ["From", "To", "Subject"]
    assert "Bcc: alle@people.example" in read["Subject"]  # as words


def test_an_address_is_one_address() -> None:
    for typed in (
        "a@people.example\r\nBcc: b@people.example",
        "a@people.example,b@people.example",
        "a@b@people.example",
    ):
        assert email_problem(typed), typed
