"""The lists of projects and of activities as searches that people keep: what is new in them, with their own filters."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.projects import activity_queries, filters, queries, subjects

MOST = 20


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Activities that the filters leave, entered since then and still to come."""
    with current_app.test_request_context("/", query_string=query):
        chosen, q = filters.chosen_codes(activity_queries.FACETS), filters.words_sought()
    wanted = activity_queries.ActivityFilter(q=q, chosen=chosen)
    return [subjects.activity_info(one) for one in activity_queries.entered_between(wanted, since, until, MOST)]


LIST = SavedList("activities", _l("Activities"), "activities.index", (*activity_queries.FACETS, "q"), newest)


def newest_projects(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Projects that the filters leave, entered since then."""
    with current_app.test_request_context("/", query_string=query):
        chosen, q = filters.chosen_codes(queries.FACETS), filters.words_sought()
    wanted = queries.ProjectFilter(q=q, chosen=chosen)
    return [subjects.project_info(one) for one in queries.entered_between(wanted, since, until, MOST)]


PROJECTS = SavedList("projects", _l("Projects"), "projects.index", (*queries.FACETS, "q"), newest_projects)
