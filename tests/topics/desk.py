"""Helpers of these tests: topics as editors write them, and pictures of every kind."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from consult.core.clock import now
from consult.core.db import db
from consult.topics.models import NEVER, OF_THE_MONTH, Topic
from consult.topics.rules import DRAFT, PLANNED, PUBLISHED


def complete(**more: Any) -> dict[str, Any]:
    """What the form of a complete topic holds."""
    return {
        "title_de": "Offene Labore", "title_en": "Open laboratories", "teaser_de": "Wer teilt, lernt.",
        "teaser_en": "Who shares learns.", "article_de": "Ein **Labor** für viele.", "article_en": "One lab for many.",
        "open_question_de": "Was teilen Sie?", "open_question_en": "What do you share?", **more,
    }  # fmt: skip


def topic(make: Any, slug: str = "labore", *, status: str = DRAFT, days: float = 0, **columns: Any) -> Topic:
    """A complete topic in this state; `days` from now it appears or appeared."""
    moment: datetime = now() + timedelta(days=days)
    contact = columns.pop("contact", None) or make.organisation("Kontaktstelle")
    texts = {
        "title": {"de": f"Thema {slug}", "en": f"Topic {slug}"}, "teaser": {"de": "Teaser", "en": "Teaser"},
        "article": {"de": "Artikel", "en": "Article"}, "open_question": {"de": "Und Sie?", "en": "And you?"},
    }  # fmt: skip
    found = Topic(
        slug=slug, kind=OF_THE_MONTH, sort_key=slug, contact_id=contact.id, status=status,
        published_at=moment if status in (PLANNED, PUBLISHED) else NEVER,
        planned_for=moment if status == PLANNED else None, created_at=now(), updated_at=now(), **{**texts, **columns},
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    return found


def picture(kind: str = "JPEG", size: tuple[int, int] = (1200, 800), **options: Any) -> bytes:
    """A picture of this kind."""
    out = io.BytesIO()
    Image.new("RGB", size, (180, 60, 20)).save(out, kind, **options)
    return out.getvalue()
