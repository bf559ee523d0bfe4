"""Who edits topics, which state follows on which, and what a topic needs before it may appear: the policy on one page."""

from __future__ import annotations

from datetime import datetime

from consult.core import audit
from consult.core.access import Actor
from consult.core.i18n import _
from consult.core.states import Machine, Transition
from consult.topics.models import Topic

DRAFT, PLANNED, PUBLISHED, WITHDRAWN = "draft", "planned", "published", "withdrawn"
VERBATIM, PARAPHRASE = "verbatim", "paraphrase"

TOPIC = Machine(
    "topic",
    DRAFT,
    [
        Transition(DRAFT, "plan", PLANNED, "editor"),
        Transition(PLANNED, "plan", PLANNED, "editor, another date"),
        Transition(PLANNED, "unplan", DRAFT, "editor, before the date"),
        Transition(DRAFT, "publish", PUBLISHED, "editor"),
        Transition(PLANNED, "publish", PUBLISHED, "editor at once, or the software on its date"),
        Transition(PUBLISHED, "withdraw", WITHDRAWN, "editor"),
        Transition(WITHDRAWN, "reopen", DRAFT, "editor"),
    ],
    {
        "plan": "topic.planned",
        "unplan": "topic.plan_dropped",
        "publish": "topic.published",
        "withdraw": "topic.withdrawn",
        "reopen": "topic.reopened",
    },
)

audit.declare("topic.created", "version")
audit.declare("topic.edited", "version")
audit.declare("topic.statement_approved", "approved_on")
audit.declare("topic.approval_lapsed", "version")


def can_edit(actor: Actor) -> bool:
    """Write, plan and publish topics, and read those that are not public: editors."""
    return actor.signed_in and actor.may("topics.edit")


def is_public(topic: Topic, moment: datetime) -> bool:
    """Whether everyone may read it at this moment; the date decides, whatever job has run or not."""
    return topic.status in (PLANNED, PUBLISHED) and topic.published_at <= moment


def acts(topic: Topic, moment: datetime) -> list[str]:
    """What an editor may do with it now."""
    found = [act for act in ("plan", "publish", "unplan", "withdraw", "reopen") if TOPIC.target(topic.status, act)]
    if topic.status == PLANNED and is_public(topic, moment):  # its date has come, the job has not run yet
        return ["withdraw"]
    return found


def lacking(topic: Topic) -> dict[str, str]:
    """What has to be there before a topic may appear: field of the form -> sentence. Empty where nothing lacks."""
    found: dict[str, str] = {}
    if not any(topic.title.values()):
        found["title_de"] = _("Please write a title.")
    if not any(topic.teaser.values()):
        found["teaser_de"] = _("Please write a teaser: one or two sentences that make one want to read on.")
    if not any(topic.article.values()):
        found["article_de"] = _("Please write the article.")
    if not any(topic.open_question.values()):
        found["open_question_de"] = _("Please write the question with which the article ends.")
    if topic.contact_id is None:
        found["contact"] = _("Please name the organisation that answers questions.")
    if any(topic.statement.values()):
        if topic.statement_kind not in (VERBATIM, PARAPHRASE):
            found["statement_kind"] = _("Please say whether this is the wording or a paraphrase.")
        elif topic.statement_kind == VERBATIM and not topic.statement_approved:
            found["approved_on"] = _("A statement in its wording appears only with the speaker's approval.")
    if topic.picture and not all(topic.picture_alt.get(language) for language in ("de", "en")):
        found["picture"] = _("The picture lacks its description in one of the languages.")
    return found
