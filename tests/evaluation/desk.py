"""The office's desk in tests: responses by the operations, and what their form takes."""

from __future__ import annotations

from typing import Any

from consult.core.db import db
from consult.evaluation import operations
from consult.evaluation.drafts import Content, Promise
from consult.evaluation.models import DRAFT, WITHDRAWN, Commitment, Response

HERE = "/de/evaluation/open-region/responses"
NEW = f"{HERE}/new"
BODY = "Wir richten das **gemeinsam** ein."


def content(*ideas: Any, **changes: Any) -> Content:
    """What may be published: a response to these ideas."""
    given: dict[str, Any] = {
        "status": "taken_up",
        "title": "Wir fangen an",
        "body": BODY,
        "ideas": tuple(one.id for one in ideas),
    }
    return Content(**{**given, **changes})


def response(
    actor: Any, ideas: list[Any], status: str = "published", promises: tuple[Promise, ...] = (), **changes: Any
) -> Response:
    """A response in this state, written and published by the operations."""
    said = content(*ideas, promises=promises, **changes)
    found = operations.draft_response(actor, ideas[0].consultation_id, said)
    if status != DRAFT:
        operations.publish_response(actor, found.id, said, found.revision, 0)
    if status == WITHDRAWN:
        operations.withdraw_response(actor, found.id, found.revision, "Verwechselt.")
    db.session.flush()
    return found


def promised(found: Response) -> Commitment:
    """Its only commitment."""
    return db.session.query(Commitment).filter_by(response_id=found.id).one()


def fields(*ideas: Any, **changes: Any) -> dict[str, Any]:
    """What the form takes, by the names of the contract."""
    given = {"ideas": "\n".join(one.number for one in ideas), "status": "examined", "body": BODY}
    return {**given, **changes}
