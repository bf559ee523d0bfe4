"""This room's share of a person's data: which topics an editor wrote, which approvals they noted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from consult.core.db import db
from consult.core.registry import PersonalData
from consult.topics.models import Topic, TopicVersion


def export(person_id: int) -> dict[str, Any]:
    """Versions that a person made and approvals that they noted; the texts are the house's."""
    versions = db.session.execute(
        select(TopicVersion.number, TopicVersion.made_at, Topic.slug)
        .join(Topic, Topic.id == TopicVersion.topic_id)
        .where(TopicVersion.made_by == person_id)
        .order_by(TopicVersion.id)
    )
    noted = db.session.execute(
        select(Topic.slug, Topic.approval_noted_at).where(Topic.approval_noted_by == person_id).order_by(Topic.id)
    )
    return {
        "topic_versions": [
            {"topic": slug, "version": number, "at": at.isoformat()} for number, at, slug in versions
        ],
        "topic_approvals_noted": [{"topic": slug, "at": at.isoformat() if at else ""} for slug, at in noted],
    }  # fmt: skip


def erase(person_id: int) -> None:
    """What was written stays, who wrote it is forgotten."""
    db.session.execute(update(TopicVersion).where(TopicVersion.made_by == person_id).values(made_by=None))
    db.session.execute(update(Topic).where(Topic.approval_noted_by == person_id).values(approval_noted_by=None))


DATA = PersonalData("topics", ("topic", "topic_version"), export, erase)
