"""The responses of a consultation as a search that people keep: what is new in it, of what becomes of the ideas."""

from __future__ import annotations

from datetime import datetime

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.core.vocabularies import vocabulary
from consult.evaluation import queries, words
from consult.evaluation.queries import ResponseView

MOST = 20


def _info(one: ResponseView, titles: list[str]) -> SubjectInfo:
    return SubjectInfo(
        kind="response", id=one.id, title=words.naming(one, titles), url=one.url, language=one.language if one.title else "",
        author_name=one.house, key=str(one.id),
    )  # fmt: skip


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Responses that became public since then. A consultation or status that is none any more finds nothing."""
    consultations, statuses = query.get("slug", [])[:1], query.get("status", [])[:1]
    if any(one not in vocabulary("response_statuses") for one in statuses):
        return []
    page = queries.responses_everywhere(consultations, statuses, None, 2 * MOST)
    new = [one for one in page.items if since < one.published_at <= until][:MOST]
    titles = queries.titles_of([one.id for one in new]) if new else {}
    return [_info(one, titles[one.id]) for one in new]


LIST = SavedList("responses", _l("Responses"), "evaluation.responses", ("slug", "status"), newest, ("slug",))
