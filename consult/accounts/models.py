"""Tables of people: who they are, what they may, which sessions they hold and which links were mailed to them.

Secrets are kept as hashes only: a copy of the database signs nobody in.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.clock import now
from consult.core.db import Base, JSONType, LongText, UTCDateTime


class Person(Base):
    """A human being with an e-mail address. `name` may be a pseudonym and is what others read; the address never is.

    `email_key` is the address as it is compared, `name_key` the name as lists are ordered and searched. A guest identity,
    made when somebody sends an idea signed out, has no password and counts once its address is confirmed.
    `last_active_at` is when the person was last seen signed in; `warned_at` when they were told that the account will go.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_created_at_id", "created_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    name_key: Mapped[str] = mapped_column(String(200), default="", index=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(5), default="de")
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    deactivated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_active_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    warned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in and is written to."""
        return self.confirmed_at is not None and self.deactivated_at is None


class RoleGrant(Base):
    """A role of a person for the whole site (`consultation_id` None) or for one consultation, for ever or `until` a moment.

    The consultation is a plain number: its table lies upstairs.
    """

    __tablename__ = "role_grant"
    __private__ = True
    __table_args__ = (
        UniqueConstraint("person_id", "role", "consultation_id"),
        # NULLs are never equal to each other in a unique rule, so the whole site needs one of its own
        Index(
            "ux_role_grant_site",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("consultation_id IS NULL"),
            postgresql_where=text("consultation_id IS NULL"),
        ),
        Index("ix_role_grant_role", "role", "consultation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    consultation_id: Mapped[int | None]
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class UserSession(Base):
    """A place where a person is signed in. The cookie holds the token, this row its hash; `ended_at` ends it at once.

    `factor` is the second factor that was shown here: "totp", "passkey", "recovery", "outside" (another house vouches for
    it) or "" for none. `proven_at` is when the person last showed who they are, which dangerous acts ask for anew.
    """

    __tablename__ = "user_session"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    factor: Mapped[str] = mapped_column(String(10), default="", server_default="")
    proven_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Token(Base):
    """A mailed link. It serves its `purpose` only, once, until `expires_at`; `payload` is what the link is about."""

    __tablename__ = "token"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SecondFactor(Base):
    """Something a person has beside what they know: an authenticator application ("totp") or a passkey ("passkey").

    `secret` is the shared secret of an authenticator, encrypted under the installation's key, since it has to be read
    again. A passkey has `credential_id` and `public_key`, both in base64url. `counter` is the last time step whose code was
    taken, so that no code counts twice, or the signature counter of a passkey.
    """

    __tablename__ = "second_factor"
    __private__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60), default="")
    secret: Mapped[str] = mapped_column(String(400), default="")
    credential_id: Mapped[str | None] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(LongText, default="")
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Base):
    """One of the codes for the day the second factor is lost: 120 random bits, kept as a hash, used once."""

    __tablename__ = "recovery_code"
    __private__ = True
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class OutsideIdentity(Base):
    """A person as another house knows them (OpenID Connect): its address and the unchanging subject that it names."""

    __tablename__ = "outside_identity"
    __private__ = True
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RulesAcceptance(Base):
    """That a person took part under a version of the rules, and since when. `version` is what the pages name it by."""

    __tablename__ = "rules_acceptance"
    __private__ = True
    __table_args__ = (UniqueConstraint("person_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    version: Mapped[str] = mapped_column(String(20))
    accepted_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class DataRequest(Base):
    """Somebody asks about their personal data by letter, mail or telephone (Art. 15 to 21 GDPR).

    Open while `answered_on` is empty. `due_on` is the last day for the answer; `extended_because` why it was put off.
    `contact` is where the answer goes, `note` what was answered, with the reason of a refusal.
    """

    __tablename__ = "data_request"
    __private__ = True
    __table_args__ = (
        Index("ix_data_request_due_on", "due_on", "id"),
        Index("ix_data_request_answered_on", "answered_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(LongText, default="")
    body: Mapped[str] = mapped_column(LongText, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    received_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    extended_because: Mapped[str] = mapped_column(LongText, default="")
    answered_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(LongText, default="")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

    @property
    def number(self) -> str:
        """How people name it in letters: D-00042."""
        return f"D-{self.id:05d}"
