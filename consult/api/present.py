"""From rows to resources: which column stands under which name, in which language, with which addresses.

Pure apart from the reader's language and the site's address; what a resource needs is handed in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from consult.api import resources
from consult.api.queries import Published
from consult.clusters.models import Cluster
from consult.clusters.models import Observation as ClusterObservation
from consult.comments.models import Comment
from consult.consultations.models import Consultation, Question
from consult.core.clock import local
from consult.core.i18n import current_language, pick, picked_language
from consult.core.registry import SubjectInfo
from consult.core.vocabularies import Term, Vocabulary
from consult.core.web import address
from consult.ideas.loading import EXAMPLE
from consult.ideas.models import Answer, Idea, IdeaAttachment
from consult.ideas.page_queries import NamelessAnswer
from consult.links.queries import LinkView
from consult.links.sources import readable_source, sources
from consult.organisations.models import Organisation
from consult.programmes.models import Programme
from consult.projects.models import Activity, Project
from consult.projects.rules import joining_closed_by
from consult.topics.models import Topic

_BREAK = re.compile(r"</(?:p|li|h[1-6]|blockquote|pre)>|<br ?/?>")
_TAG = re.compile(r"<[^>]*>")


def words_of(markup: Markup) -> str:
    """The words of rendered text, a line for each paragraph."""
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", str(markup)))).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def cited(found: Iterable[str]) -> list[str]:
    """Sources as readers see them."""
    return [readable_source(one) for one in found]


def links(views: Iterable[LinkView], site: str) -> list[resources.Link]:
    """Links as seen from one end; `site` goes before the stored paths."""
    return [
        resources.Link(
            type=view.type, role=view.link.role, label=str(view.label), outgoing=view.outgoing, kind=view.other.kind,
            key=view.other.key, title=view.other.title, status=view.link.status, as_of=view.link.as_of,
            source=cited(view.link.source), url=site + view.other.url,
        )
        for view in views
    ]  # fmt: skip


def attachments(found: Iterable[IdeaAttachment]) -> list[resources.Attachment]:
    return [
        resources.Attachment(
            title=one.title, file_name=one.file_name, media_type=one.media_type, size=one.size,
            url=address("ideas.file", key=one.key),
        )
        for one in found
    ]  # fmt: skip


def consultation(row: Consultation, questions: int) -> resources.Consultation:
    language = current_language()
    return resources.Consultation(
        id=row.slug, slug=row.slug, title=pick(row.title), language=picked_language(row.title), summary=pick(row.summary),
        introduction=pick(row.introduction), introduction_html=str(row.introduction_html(language)), phase=row.phase,
        opens_at=row.opens_at, closes_at=row.closes_at, evaluation_at=row.evaluation_at, results_at=row.results_at,
        languages=row.languages, target_groups=row.target_groups, comment_mode=row.comment_mode,
        promised_days=row.promised_days, questions=questions, ideas=row.idea_count,
        url=address("consultations.show", slug=row.slug), self=address("api.consultation", slug=row.slug),
    )  # fmt: skip


def question(row: Question) -> resources.Question:
    slug, place = row.consultation.slug, row.position
    return resources.Question(
        id=f"{slug}/{place}", consultation=slug, position=place, key=row.key, title=pick(row.short_title),
        language=picked_language(row.text), text=pick(row.text), help=pick(row.help),
        good_answer=pick(row.good_answer), addressed_to=row.addressed_to,
        sub_questions=row.sub_questions, answers=row.answer_count, last_answer_at=row.last_answer_at,
        closed_at=row.closed_at, reworded_at=row.reworded_at,
        answers_address=address("api.question_answers", consultation=slug, position=place),
        url=address("consultations.question", slug=slug, position=place),
        self=address("api.question", consultation=slug, position=place),
    )  # fmt: skip


def named_answer(row: Answer) -> resources.QuestionAnswer:
    """An answer with name; its version and idea are loaded."""
    idea = row.version.idea
    shown: datetime = row.shown_at or row.version.sent_at
    return resources.QuestionAnswer(
        audience="public", text=words_of(row.html), html=str(row.html), language=row.version.language,
        published=local(shown).date().isoformat(), idea=idea.number, idea_title=idea.title, author=idea.byline,
        url=address("ideas.show", number=idea.number),
    )  # fmt: skip


def nameless_answer(row: NamelessAnswer) -> resources.QuestionAnswer:
    return resources.QuestionAnswer(
        audience="anonymous", text=words_of(row.html), html=str(row.html), language=row.language,
        published=local(row.shown_at).strftime("%Y-%m"), idea=None, idea_title=None, author=None, url=None,
    )  # fmt: skip


def idea(row: Idea, public: Published, partners: Mapping[str, list[str]]) -> dict[str, Any]:
    """The fields of an idea; `resources.Idea` or `LinkedIdea` is made of them."""
    version = public.version
    published_at = row.published_at or version.sent_at
    return {
        "id": row.number, "number": row.number, "consultation": public.consultation, "title": version.title,
        "summary": version.summary,
        "language": version.language, "author": row.byline, "sector": version.sector, "region": version.region,
        "size": version.size, "clusters": partners["cluster"], "projects": partners["project"],
        "answers": [
            resources.IdeaAnswer(
                question=asked.position, question_title=pick(asked.short_title), text=body, html=str(markup)
            )
            for asked, body, markup in public.answers
        ],
        "anonymous_answers": public.anonymous, "restricted_answers": public.restricted,
        "support": row.support_count, "comments": row.comment_count, "response": row.response, "version": version.number,
        "published_at": published_at, "updated_at": max(published_at, version.published_at or published_at),
        "example": row.draft_key.startswith(EXAMPLE),
        "url": address("ideas.show", number=row.number), "self": address("api.idea", number=row.number),
    }  # fmt: skip


def comment(row: Comment, number: str) -> resources.Comment:
    return resources.Comment(
        id=row.id, idea=number, parent=row.parent_id, kind=row.kind, author=row.author_name,
        organisation=row.organisation_name, text=row.body, html=str(row.html), language=row.language,
        published_at=row.published_at or row.created_at, edited_at=row.edited_at, example=row.is_example,
        url=address("comments.show", comment_id=row.id), self=address("api.comment", id=row.id),
    )  # fmt: skip


def cluster(row: Cluster) -> dict[str, Any]:
    """The fields of a cluster; `resources.Cluster` or `Portrait` is made of them."""
    return {
        "id": row.slug, "slug": row.slug, "name": pick(row.name), "short_name": row.short_name,
        "language": picked_language(row.name),
        "status": row.status, "lifecycle": row.lifecycle, "form": row.form, "scope": row.scope,
        "legal_form": row.legal_form, "seat": row.seat, "country": row.country, "nuts1": row.nuts1, "nuts2": row.nuts2,
        "main_sector": row.main_sector, "sectors": row.sectors, "ecosystems": row.ecosystems,
        "key_technologies": row.key_technologies, "services": row.services, "topics": row.topics,
        "portfolio": row.portfolio, "strengths": pick(row.strengths), "website": row.website, "members": row.members,
        "members_unit": row.members_unit, "members_qualifier": row.members_qualifier,
        "members_as_of": row.members_as_of, "members_source": cited(row.members_source), "as_of": row.as_of,
        "updated_at": row.updated_at, "url": address("clusters.show", slug=row.slug),
        "self": address("api.cluster", slug=row.slug),
    }  # fmt: skip


# What editors noted for themselves stays with them.
_REMARKS = frozenset({"note", "basis", "evidence"})


def observation(row: ClusterObservation) -> resources.Observation:
    return resources.Observation(
        kind=row.kind, code=row.code, value=row.value, number=row.number, text=pick(row.text), unit=row.unit,
        qualifier=row.qualifier, details={key: one for key, one in row.details.items() if key not in _REMARKS},
        as_of=row.as_of, source=cited(row.source), derived=row.derived,
    )  # fmt: skip


def programme(row: Programme, bodies: Mapping[int, Organisation]) -> dict[str, Any]:
    """The fields of a programme; `bodies` are its organisations by id."""
    owner, implementer = bodies.get(row.owner_id or 0), bodies.get(row.implementer_id or 0)
    return {
        "id": row.slug, "slug": row.slug, "title": pick(row.title), "language": picked_language(row.title), "kind": row.kind,
        "level": row.level, "region": row.region, "summary": pick(row.summary), "topics": row.topics,
        "owner": owner.slug if owner else None, "owner_name": pick(owner.name) if owner else None,
        "implementer": implementer.slug if implementer else None,
        "implementer_name": pick(implementer.name) if implementer else None, "amount_max": row.amount_max,
        "amount_unit": row.amount_unit, "amount_per": row.amount_per, "amount_source": cited(row.amount_source),
        "conflict": pick(row.conflict), "as_of": row.as_of, "source": cited(row.source), "updated_at": row.updated_at,
        "url": address("programmes.show", slug=row.slug), "self": address("api.programme", slug=row.slug),
    }  # fmt: skip


def project(row: Project, moment: datetime) -> dict[str, Any]:
    """The fields of a project."""
    return {
        "id": row.slug, "slug": row.slug, "title": pick(row.title), "language": picked_language(row.title), "kind": row.kind,
        "summary": pick(row.summary), "region": row.region, "countries": row.countries, "topics": row.topics,
        "starts": row.starts, "lifecycle": row.lifecycle, "joining_open": joining_closed_by(row, moment) == "",
        "joining_until": row.joining_until, "roles": [one["role"] for one in (row.joining or {}).get("roles", [])],
        "source": cited(sources(row.data)), "example": row.is_example,
        "url": address("projects.show", slug=row.slug), "self": address("api.project", slug=row.slug),
    }  # fmt: skip


def activity(
    row: Activity, project_slug: str | None, organiser: SubjectInfo | None, moment: datetime
) -> dict[str, Any]:
    """The fields of an activity."""
    return {
        "id": row.slug, "slug": row.slug, "title": pick(row.title), "language": picked_language(row.title), "kind": row.kind,
        "summary": pick(row.summary), "audience": pick(row.audience), "status": row.status,
        "starts_at": row.starts_at, "ends_at": row.ends_at, "precision": row.precision, "format": row.format,
        "venue": row.venue, "city": row.city, "country": row.country, "languages": row.languages, "topics": row.topics,
        "roles": row.roles, "project": project_slug, "organiser_kind": row.organiser_kind if organiser else "",
        "organiser": organiser.key if organiser else None, "organiser_name": organiser.title if organiser else None,
        "capacity": row.capacity, "confirmed": row.confirmed_count, "waiting": row.waiting_count, "free": row.free,
        "registration_open": row.registration_open(moment), "registration_until": row.registration_until,
        "calendar": address("activities.ics", slug=row.slug), "source": cited(sources(row.data)),
        "example": row.is_example, "url": address("activities.show", slug=row.slug),
        "self": address("api.activity", slug=row.slug),
    }  # fmt: skip


def topic(row: Topic) -> dict[str, Any]:
    """The fields of a topic."""
    language = current_language()
    rendered = {"de": row.article_html_de, "en": row.article_html_en}
    return {
        "id": row.slug, "slug": row.slug, "kind": row.kind, "title": pick(row.title), "language": picked_language(row.title),
        "series": pick(row.series), "description": pick(row.description), "teaser": pick(row.teaser),
        "article": pick(row.article), "article_html": str(rendered[language] or rendered["de"] or rendered["en"] or ""),
        "statement": pick(row.statement), "statement_kind": row.statement_kind, "tags": row.tags, "as_of": row.as_of,
        "source": cited(row.source), "published_at": row.published_at, "updated_at": row.updated_at,
        "url": address("topics.show", slug=row.slug), "self": address("api.topic", slug=row.slug),
    }  # fmt: skip


def vocabulary(found: Vocabulary) -> dict[str, Any]:
    """The fields of a closed list."""
    return {
        "id": found.name, "name": found.name, "size": len(found),
        "self": address("api.vocabulary_terms", name=found.name),
    }  # fmt: skip


def term(found: Term) -> resources.Term:
    return resources.Term(
        code=found.code, title=found.title(), parent=found.extra.get("parent", ""), definition=found.text("definition")
    )
