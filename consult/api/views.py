"""The endpoints: load with the rooms' queries, present, nothing else. Declared once, for Flask and for the description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app

from consult.api import parameters as asked
from consult.api import present, queries, resources
from consult.api.layer import Layer, Listing, ListParameters, Moved, Nothing, Parameters, choose_language
from consult.api.responses import AnsweredIdea, responses_of
from consult.clusters.queries import cluster_by_slug
from consult.consultations.queries import question_at
from consult.core.clock import now
from consult.core.errors import Gone, NotFound
from consult.core.i18n import _, _l
from consult.core.paging import Page
from consult.core.registry import SubjectInfo, describe
from consult.core.text import clean_line
from consult.core.vocabularies import FOLDER, vocabulary
from consult.core.web import address, plain_blueprint
from consult.ideas.models import HIDDEN, MERGED, REMOVED, WITHDRAWN, Idea
from consult.ideas.page_queries import answers_to, nameless_answers_to
from consult.ideas.publishing import LANGUAGE, REGION, RESPONSE, SECTOR
from consult.ideas.queries import Filters, ideas_page
from consult.ideas.transfers import heir_of
from consult.links.queries import links_of
from consult.programmes.queries import bodies_of, programme_by_slug
from consult.projects.activity_queries import ActivityFilter, activities_page, activity_by_slug
from consult.projects.models import Activity
from consult.projects.queries import ProjectFilter, project_by_slug, projects_by_ids, projects_page
from consult.topics.queries import topic_by_slug

MOST_LINKS = 200  # in each direction; what more there is, the lists say
LINKED = ("cluster", "organisation", "programme", "project", "activity", "topic", "country", "macro-region")

blueprint = plain_blueprint("api", __name__, "/api")
blueprint.url_value_preprocessor(choose_language)
layer = Layer(blueprint, "/v1")


def linked(kind: str, subject_id: int, kinds: Sequence[str] | None = LINKED) -> list[resources.Link]:
    """What a thing is linked to, in both directions."""
    views = links_of(kind, subject_id, kinds=kinds, limit=MOST_LINKS)
    if kind == "idea":  # what others say of an idea counts once its author has agreed
        views = [view for view in views if view.outgoing or view.confirmed]
    return present.links(views, current_app.config["SETTINGS"].site_url)


@layer.read("/", resources.Index, tag="about", summary=_l("Where to begin"))
def index(_place: Nothing, _given: Parameters) -> resources.Index:
    lists = (
        "consultations", "questions", "ideas", "comments", "clusters", "programmes", "projects", "activities", "offers",
        "responses", "topics", "vocabularies",
    )  # fmt: skip
    return resources.Index(
        documentation=address("api.docs"), description=address("api.openapi"),
        **{name: address(f"api.{name}") for name in lists},
    )  # fmt: skip


# ---- consultations and questions ------------------------------------------------------------------------------------


@layer.read(
    "/consultations", resources.Consultation, is_list=True, parameters=ListParameters, tag="consultations",
    summary=_l("All consultations"),
)  # fmt: skip
def consultations(_place: Nothing, given: ListParameters) -> Listing[resources.Consultation]:
    page = queries.consultations_page(given.after, given.size)
    return Listing([present.consultation(row, count) for row, count in page], page.next)


@layer.read(
    "/consultations/<slug>", resources.Consultation, place=asked.SlugPlace, tag="consultations",
    summary=_l("One consultation"),
)  # fmt: skip
def consultation(place: asked.SlugPlace, _given: Parameters) -> resources.Consultation:
    row = queries.consultation(place.slug)
    if row is None:
        raise NotFound(_("There is no consultation of this key."))
    return present.consultation(*row)


@layer.read(
    "/questions", resources.Question, is_list=True, parameters=asked.QuestionList, tag="questions",
    summary=_l("Guiding questions"),
)  # fmt: skip
def questions(_place: Nothing, given: asked.QuestionList) -> Listing[resources.Question]:
    page = queries.questions_page(given.consultation, clean_line(given.q), given.after, given.size)
    return Listing([present.question(row) for row in page], page.next)


def _question(place: asked.QuestionPlace) -> Any:
    row = question_at(place.consultation, place.position)
    if row is None or not row.consultation.listed:
        raise NotFound(_("There is no such question."))
    return row


@layer.read(
    "/questions/<consultation>/<position>", resources.Question, place=asked.QuestionPlace, tag="questions",
    summary=_l("One question"),
)  # fmt: skip
def question(place: asked.QuestionPlace, _given: Parameters) -> resources.Question:
    return present.question(_question(place))


@layer.read(
    "/questions/<consultation>/<position>/answers", resources.QuestionAnswer, is_list=True,
    place=asked.QuestionPlace, parameters=asked.AnswerList, tag="questions", summary=_l("Answers to a question"),
    description=_l(
        "Answers with name come newest first. Answers without name stand here only: in random order within their month, "
        "without idea and without exact date."
    ),
)  # fmt: skip
def question_answers(place: asked.QuestionPlace, given: asked.AnswerList) -> Listing[resources.QuestionAnswer]:
    row = _question(place)
    if given.audience == "anonymous":
        nameless = nameless_answers_to(row.id, given.after, given.size)
        return Listing([present.nameless_answer(one) for one in nameless], nameless.next)
    named = answers_to(row.id, given.after, given.size)
    return Listing([present.named_answer(one) for one in named], named.next)


# ---- ideas and comments ---------------------------------------------------------------------------------------------


def filters_of(given: asked.IdeaList) -> Filters:
    """The facets as they are stored."""
    named = queries.codes_of(given.consultation, given.question, given.cluster, given.project)
    plain: dict[str, Sequence[str]] = {
        SECTOR: given.sector, REGION: given.region, LANGUAGE: given.language, RESPONSE: given.response,
    }  # fmt: skip
    codes = {**named, **{facet: tuple(chosen) for facet, chosen in plain.items() if chosen}}
    return Filters(codes, clean_line(given.q), given.sort)


def _idea_fields(rows: Sequence[Idea]) -> list[dict[str, Any]]:
    public, partners = queries.published(rows), queries.partners_of(rows)
    return [present.idea(row, public[row.id], partners[row.id]) for row in rows if row.id in public]


@layer.read(
    "/ideas", resources.Idea, is_list=True, parameters=asked.IdeaList, tag="ideas", summary=_l("Published ideas"),
    description=_l("With the answers that everyone may read beside the idea's author."),
)  # fmt: skip
def ideas(_place: Nothing, given: asked.IdeaList) -> Listing[resources.Idea]:
    filters = filters_of(given)
    page = ideas_page(filters, queries.tallies_of(filters.codes), given.after, given.size)
    return Listing([resources.Idea(**fields) for fields in _idea_fields(page.items)], page.next)


@layer.read(
    "/ideas/<number>", AnsweredIdea, place=asked.NumberPlace, gone=True, tag="ideas", summary=_l("One idea"),
    description=_l(
        "An idea that was public and was withdrawn, hidden or removed answers with status 410; one that was merged into "
        "another answers with status 301 and the other one's address."
    ),
)  # fmt: skip
def idea(place: asked.NumberPlace, _given: Parameters) -> AnsweredIdea:
    row = queries.public_idea(place.number)
    heir = heir_of(row) if row is not None and row.status == MERGED else None
    if heir is not None and heir.number:
        raise Moved(address("api.idea", number=heir.number))
    if row is not None and not row.is_public and row.status in (WITHDRAWN, REMOVED, HIDDEN):
        raise Gone(_("This idea is not public any more."))
    fields = _idea_fields([row] if row is not None else [])
    if row is None or not fields:
        raise NotFound(_("There is no public idea of this number."))
    files = present.attachments(queries.attachments(row))
    return AnsweredIdea(
        **fields[0], links=linked("idea", row.id, None), attachments=files, responses=responses_of(row)
    )  # fmt: skip


@layer.read(
    "/comments", resources.Comment, is_list=True, parameters=asked.CommentList, tag="comments",
    summary=_l("Published comments on public ideas, the newest first"),
)  # fmt: skip
def comments(_place: Nothing, given: asked.CommentList) -> Listing[resources.Comment]:
    page = queries.comments_page(given.idea, given.after, given.size)
    return Listing([present.comment(row, number) for row, number in page], page.next)


@layer.read("/comments/<id>", resources.Comment, place=asked.CommentPlace, tag="comments", summary=_l("One comment"))
def comment(place: asked.CommentPlace, _given: Parameters) -> resources.Comment:
    row = queries.comment(place.id)
    if row is None:
        raise NotFound(_("There is no such comment."))
    return present.comment(*row)


# ---- directory ------------------------------------------------------------------------------------------------------


@layer.read(
    "/clusters", resources.Cluster, is_list=True, parameters=asked.ClusterList, tag="clusters",
    summary=_l("Clusters and networks by name"),
)  # fmt: skip
def clusters(_place: Nothing, given: asked.ClusterList) -> Listing[resources.Cluster]:
    names = ("region", "sector", "ecosystem", "technology", "service", "open", "legal", "form", "topic", "portfolio")
    codes = {name: getattr(given, name) for name in names}
    page = queries.clusters_page(codes, given.country, clean_line(given.q), given.after, given.size)
    return Listing([resources.Cluster(**present.cluster(row)) for row in page], page.next)


@layer.read(
    "/clusters/<slug>", resources.Portrait, place=asked.SlugPlace, tag="clusters",
    summary=_l("One cluster with its portrait"),
    description=_l("Every value with its date and source. Figures in different units are not to be put into one series."),
)  # fmt: skip
def cluster(place: asked.SlugPlace, _given: Parameters) -> resources.Portrait:
    row = cluster_by_slug(place.slug)
    if row is None or not row.listed:
        raise NotFound(_("There is no cluster of this key."))
    observed = [present.observation(one) for one in row.observations]
    return resources.Portrait(**present.cluster(row), observations=observed, links=linked("cluster", row.id))


@layer.read(
    "/programmes", resources.Programme, is_list=True, parameters=asked.ProgrammeList, tag="programmes",
    summary=_l("Programmes by title"),
)  # fmt: skip
def programmes(_place: Nothing, given: asked.ProgrammeList) -> Listing[resources.Programme]:
    codes = {"kind": given.kind, "level": given.level, "region": given.region}
    page = queries.programmes_page(codes, given.topic, clean_line(given.q), given.after, given.size)
    bodies = bodies_of(page.items)
    return Listing([resources.Programme(**present.programme(row, bodies)) for row in page], page.next)


@layer.read(
    "/programmes/<slug>", resources.LinkedProgramme, place=asked.SlugPlace, tag="programmes",
    summary=_l("One programme"),
)  # fmt: skip
def programme(place: asked.SlugPlace, _given: Parameters) -> resources.LinkedProgramme:
    row = programme_by_slug(place.slug)
    if row is None:
        raise NotFound(_("There is no programme of this key."))
    fields = present.programme(row, bodies_of([row]))
    return resources.LinkedProgramme(**fields, links=linked("programme", row.id))


@layer.read(
    "/projects", resources.Project, is_list=True, parameters=asked.ProjectList, tag="projects",
    summary=_l("Projects by title"),
)  # fmt: skip
def projects(_place: Nothing, given: asked.ProjectList) -> Listing[resources.Project]:
    chosen = {name: list(getattr(given, name)) for name in ("kind", "region", "country", "topic", "open")}
    page = projects_page(ProjectFilter(clean_line(given.q), chosen), given.after, given.size)
    moment = now()
    return Listing([resources.Project(**present.project(row, moment)) for row in page], page.next)


@layer.read(
    "/projects/<slug>", resources.LinkedProject, place=asked.SlugPlace, tag="projects", summary=_l("One project")
)
def project(place: asked.SlugPlace, _given: Parameters) -> resources.LinkedProject:
    row = project_by_slug(place.slug)
    if row is None:
        raise NotFound(_("There is no project of this key."))
    return resources.LinkedProject(**present.project(row, now()), links=linked("project", row.id))


def _activity_fields(rows: Sequence[Activity]) -> list[dict[str, Any]]:
    moment = now()
    projects_named = projects_by_ids([row.project_id for row in rows if row.project_id is not None])
    organisers: dict[tuple[str, int], SubjectInfo] = describe(
        (row.organiser_kind, row.organiser_id) for row in rows if row.organiser_id is not None
    )
    found = []
    for row in rows:
        of_project = projects_named.get(row.project_id or 0)
        organiser = organisers.get((row.organiser_kind, row.organiser_id or 0))
        slug = of_project.slug if of_project is not None else None
        found.append(present.activity(row, slug, organiser if organiser and organiser.public else None, moment))
    return found


@layer.read(
    "/activities", resources.Activity, is_list=True, parameters=asked.ActivityList, tag="activities",
    summary=_l("Activities: upcoming ones first, then past ones"),
)  # fmt: skip
def activities(_place: Nothing, given: asked.ActivityList) -> Listing[resources.Activity]:
    page = activities_of(given, given.after, given.size)
    return Listing([resources.Activity(**fields) for fields in _activity_fields(page.items)], page.next)


def activities_of(given: asked.ActivityList, after: str, size: int) -> Page[Activity]:
    """One page of the activities asked for."""
    chosen = {name: list(getattr(given, name)) for name in ("kind", "format", "place", "language", "free")}
    of_project = queries.project_id(given.project) if given.project else None
    return activities_page(ActivityFilter(clean_line(given.q), chosen, of_project), after, size)


@layer.read(
    "/activities/<slug>", resources.LinkedActivity, place=asked.SlugPlace, tag="activities",
    summary=_l("One activity"),
)  # fmt: skip
def activity(place: asked.SlugPlace, _given: Parameters) -> resources.LinkedActivity:
    row = activity_by_slug(place.slug)
    if row is None:
        raise NotFound(_("There is no activity of this key."))
    return resources.LinkedActivity(**_activity_fields([row])[0], links=linked("activity", row.id))


@layer.read(
    "/topics", resources.Topic, is_list=True, parameters=asked.TopicList, tag="topics",
    summary=_l("Topics, the newest first"),
)  # fmt: skip
def topics(_place: Nothing, given: asked.TopicList) -> Listing[resources.Topic]:
    page = queries.topics_page(given.kind, clean_line(given.q), given.after, given.size)
    return Listing([resources.Topic(**present.topic(row)) for row in page], page.next)


@layer.read("/topics/<slug>", resources.LinkedTopic, place=asked.SlugPlace, tag="topics", summary=_l("One topic"))
def topic(place: asked.SlugPlace, _given: Parameters) -> resources.LinkedTopic:
    row = topic_by_slug(place.slug)
    if row is None:
        raise NotFound(_("There is no topic of this key."))
    return resources.LinkedTopic(**present.topic(row), links=linked("topic", row.id))


# ---- vocabularies ---------------------------------------------------------------------------------------------------


def _vocabulary_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.csv"))


@layer.read(
    "/vocabularies", resources.Vocabulary, is_list=True, parameters=ListParameters, tag="vocabularies",
    summary=_l("Closed lists of codes"),
)  # fmt: skip
def vocabularies(_place: Nothing, given: ListParameters) -> Listing[resources.Vocabulary]:
    names = [name for name in _vocabulary_names() if name > given.after]
    shown = names[: given.size]
    entries = [resources.Vocabulary(**present.vocabulary(vocabulary(name))) for name in shown]
    return Listing(entries, shown[-1] if len(names) > len(shown) else None)


@layer.read(
    "/vocabularies/<name>", resources.Terms, place=asked.VocabularyPlace, tag="vocabularies",
    summary=_l("One list with its terms"),
)  # fmt: skip
def vocabulary_terms(place: asked.VocabularyPlace, _given: Parameters) -> resources.Terms:
    if place.name not in _vocabulary_names():
        raise NotFound(_("There is no list of this name."))
    found = vocabulary(place.name)
    return resources.Terms(**present.vocabulary(found), terms=[present.term(one) for one in found])
