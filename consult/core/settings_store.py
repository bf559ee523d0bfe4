"""Small facts that the installation remembers about itself: when the demo was loaded, which analyser made the index."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.db import Base, JSONType, db


class StoredSetting(Base):
    """One remembered value under its name."""

    __tablename__ = "stored_setting"
    __private__ = True

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONType)


def recall(name: str, default: Any = None) -> Any:
    """The remembered value, or the default."""
    row = db.session.get(StoredSetting, name)
    return default if row is None else row.value


def remember(name: str, value: Any) -> None:
    """Store a value (JSON) under a name, with this transaction."""
    row = db.session.get(StoredSetting, name)
    if row is None:
        db.session.add(StoredSetting(name=name, value=value))
    else:
        row.value = value
