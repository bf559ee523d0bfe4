"""The examples of responses: the invented ministry answers two ideas with a commitment, and looks at a third one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.clock import local
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.text import render_markdown
from consult.evaluation.models import (
    DRAFT,
    IN_WORK,
    PUBLISHED,
    Commitment,
    CommitmentReport,
    Response,
    ResponseIdea,
    ResponseVersion,
)
from consult.evaluation.operations import renew_ideas
from consult.evaluation.queries import idea_ids
from consult.ideas.loading import EXAMPLE
from consult.ideas.models import PUBLISHED as ACCEPTED
from consult.ideas.models import Idea
from consult.organisations.queries import organisation_by_slug

HOUSE = "beispiel-wirtschaftsministerium"
KEY = "example-response-"

# What the invented ministry says. Days count from the start of the demonstration; `promise` is (what, who, days until,
# what was reported).
EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "key": "calendar", "day": "-3d", "position": "taken_up",
        "ideas": ("idea-pruefstand-kalender", "idea-laborwochen-gutschein"),
        "title": "Ein gemeinsamer Kalender für Prüfstände und Labore",
        "body": "Zwei Ideen zeigen dasselbe: Die Geräte sind da, aber niemand weiß, wo und wann sie "
        "frei sind. Wir schreiben eine Stelle aus, die einen gemeinsamen Kalender führt, zunächst für zwei Jahre.\n\n"
        "Was eine Stunde kostet, regeln die Betriebe selbst.",
        "promise": ("Ausschreibung der Stelle für den Kalender", "Referat Clusterpolitik", 120,
                    "Der Text der Ausschreibung ist mit den Clustern abgestimmt."),
    },
    {
        "key": "voucher", "day": "-1d", "position": "examined", "ideas": ("idea-messgutschein-ohne-grenze",),
        "title": "", "promise": None,
        "body": "Ob ein Gutschein auch in einem anderen Bundesland gelten kann, hängt vom Haushaltsrecht beider Länder ab. "
        "Das prüfen wir und sagen an dieser Stelle, was dabei herauskommt.",
    },
)  # fmt: skip


def load(dataset: Dataset) -> None:
    """Add the examples that are missing and whose ideas are here."""
    house = organisation_by_slug(HOUSE)
    known = set(db.session.execute(select(Response.key).where(Response.key.startswith(KEY))).scalars())
    for record in EXAMPLES:
        ideas = _ideas(record["ideas"])
        moment = dataset.when(record["day"], hour=11)
        if house is not None and ideas and moment is not None and KEY + record["key"] not in known:
            _add(record, house.id, ideas, moment)
            renew_ideas([one.id for one in ideas])


def _ideas(keys: tuple[str, ...]) -> list[Idea]:
    statement = select(Idea).where(Idea.draft_key.in_([EXAMPLE + key for key in keys]), Idea.status == ACCEPTED)
    return list(db.session.execute(statement.order_by(Idea.id)).scalars())


def _add(record: dict[str, Any], house_id: int, ideas: list[Idea], moment: datetime) -> None:
    response = Response(
        consultation_id=ideas[0].consultation_id, organisation_id=house_id, key=KEY + record["key"], status=PUBLISHED,
        version=1, created_at=moment, published_at=moment,
    )  # fmt: skip
    db.session.add(response)
    db.session.flush()
    db.session.add(
        ResponseVersion(
            response_id=response.id, number=1, position=record["position"], title=record["title"], body=record["body"],
            html=render_markdown(record["body"]), language="de", published_at=moment,
        )
    )  # fmt: skip
    db.session.add_all(ResponseIdea(response_id=response.id, idea_id=one.id, told_version=1) for one in ideas)
    moved: dict[str, Any] = {"from": DRAFT, "to": PUBLISHED}
    audit.record("response.published", SYSTEM, ("response", response.id), **moved)
    if record["promise"] is not None:
        _promise(response, record["promise"], moment)
    db.session.flush()


def _promise(response: Response, promise: tuple[str, str, int, str], moment: datetime) -> None:
    title, unit, days, note = promise
    due, begun = local(moment).date() + timedelta(days=days), moment + timedelta(days=1)
    commitment = Commitment(
        response_id=response.id, title=title, unit=unit, due_on=due, first_due_on=due, status=IN_WORK,
        made_at=moment,
    )  # fmt: skip
    db.session.add(commitment)
    db.session.flush()
    db.session.add(
        CommitmentReport(commitment_id=commitment.id, status=IN_WORK, note=note, due_on=due, made_at=begun)
    )  # fmt: skip
    audit.record(
        "commitment.made", SYSTEM, ("commitment", commitment.id), response_id=response.id, due_on=due.isoformat()
    )  # fmt: skip


def shift(days: int) -> None:
    """Move the dates of the examples by whole days, as those of their ideas."""
    step = timedelta(days=days)
    examples = select(Response).where(Response.key.startswith(KEY), Response.version == 1)
    for response in db.session.execute(examples).scalars():
        versions = select(ResponseVersion).where(ResponseVersion.response_id == response.id)
        promised = list(db.session.execute(select(Commitment).where(Commitment.response_id == response.id)).scalars())
        if len(promised) > 1 or any(one.revision > 1 for one in promised):
            continue  # somebody has gone on with it
        response.created_at += step
        response.published_at = response.published_at + step if response.published_at else None
        for version in db.session.execute(versions).scalars():
            version.published_at += step
        for one in promised:
            one.made_at += step
            one.due_on = one.first_due_on = one.due_on + step if one.due_on else None
            reports = select(CommitmentReport).where(CommitmentReport.commitment_id == one.id)
            for report in db.session.execute(reports).scalars():
                report.made_at, report.due_on = report.made_at + step, one.due_on
        db.session.flush()
        renew_ideas(idea_ids(response.id))
