"""The shapes of what the API gives. Their field names are a promise: they may grow in number, they do not change.

Texts of the product's own content come in the language asked for, with `language` telling which one it is where the other
one had to stand in; people's texts come as they were written. `url` is the page for readers, `self` the address here.
Dates are as precise as their source: YYYY, YYYY-MM or YYYY-MM-DD; moments are UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from consult.api.layer import Resource
from consult.consultations.models import PHASES
from consult.core.i18n import _l

Id = Annotated[str, Field(description=_l("Public key, part of the address."))]
Key = Annotated[str, Field(description=_l("Public key."))]
Page = Annotated[str, Field(description=_l("The page for readers."), json_schema_extra={"format": "uri"})]
Self = Annotated[
    str, Field(description=_l("The address of this entry in the API."), json_schema_extra={"format": "uri"})
]
Language = Annotated[str, Field(description=_l("Language of the texts of this entry."))]
Markdown = Annotated[str, Field(description=_l("Text as it was written, in Markdown."))]
Html = Annotated[str, Field(description=_l("The same text as checked HTML."))]
Codes = Annotated[list[str], Field(description=_l("Codes; vocabularies has their words."))]
Code = Annotated[str, Field(description=_l("A code; vocabularies has its words. Empty where nothing is known."))]
Dated = Annotated[
    str, Field(description=_l("As precise as the source: YYYY, YYYY-MM or YYYY-MM-DD; empty where undated."))
]
Sources = Annotated[list[str], Field(description=_l("Where this was read."))]
Example = Annotated[bool, Field(description=_l("Invented content of the demonstration."))]


class Index(Resource):
    """Where to begin: the addresses of the lists, of the description and of the page that explains it."""

    documentation: Page
    description: Self
    consultations: Self
    questions: Self
    ideas: Self
    comments: Self
    clusters: Self
    programmes: Self
    projects: Self
    activities: Self
    offers: Self
    responses: Self
    topics: Self
    vocabularies: Self


class Consultation(Resource):
    """A dialogue with its guiding questions."""

    id: Id
    slug: Key
    title: str
    language: Language
    summary: str
    introduction: Markdown
    introduction_html: Html
    phase: Annotated[
        str, Field(description=_l("Follows from the dates alone."), json_schema_extra={"enum": list(PHASES)})
    ]
    opens_at: datetime | None
    closes_at: Annotated[datetime | None, Field(description=_l("First moment in which nothing can be sent any more."))]
    evaluation_at: datetime | None
    results_at: datetime | None
    languages: list[str]
    target_groups: Codes
    comment_mode: Annotated[
        str,
        Field(description=_l("Whether comments are moderated before (pre) or after (post) publication, or by trust.")),
    ]
    promised_days: Annotated[int, Field(description=_l("Working days within which moderation decides."))]
    questions: Annotated[int, Field(description=_l("Number of guiding questions."))]
    ideas: Annotated[int, Field(description=_l("Number of public ideas."))]
    url: Page
    self: Self


class Question(Resource):
    """A guiding question of a consultation."""

    id: Annotated[str, Field(description=_l("Consultation and position, as in the address."))]
    consultation: Key
    position: int
    key: Annotated[str, Field(description=_l("Name of the question; stays when questions change places."))]
    title: str
    language: Language
    text: str
    help: str
    good_answer: Annotated[str, Field(description=_l("An example of a good answer, made up by the operator."))]
    addressed_to: Codes
    sub_questions: Codes
    answers: Annotated[int, Field(description=_l("Published answers of every audience."))]
    last_answer_at: datetime | None
    closed_at: Annotated[datetime | None, Field(description=_l("Since when it takes no answers any more."))]
    reworded_at: datetime | None
    answers_address: Self
    url: Page
    self: Self


class QuestionAnswer(Resource):
    """An answer at its question. One without name carries no idea, no author and no more of its date than the month."""

    audience: Literal["public", "anonymous"]
    text: Annotated[str, Field(description=_l("The words, a line for each paragraph."))]
    html: Html
    language: Language
    published: Annotated[
        str, Field(description=_l("Day (YYYY-MM-DD), or the month (YYYY-MM) of an answer without name."))
    ]
    idea: Annotated[str | None, Field(description=_l("Number of the idea."))]
    idea_title: str | None
    author: str | None
    url: Annotated[str | None, Field(description=_l("The idea's page."))]


class IdeaAnswer(Resource):
    """A public answer within its idea."""

    question: Annotated[int, Field(description=_l("Position of the question."))]
    question_title: str
    text: Markdown
    html: Html


class Link(Resource):
    """A relation to something else that is public."""

    type: Code
    role: Code
    label: Annotated[str, Field(description=_l("The relation in words, as seen from here."))]
    outgoing: Annotated[bool, Field(description=_l("Whether it leads from here to there."))]
    kind: Annotated[str, Field(description=_l("What is at the other end."))]
    key: Key
    title: str
    status: Annotated[
        str, Field(description=_l("stated (by a source), proposed (by one side) or confirmed (by both sides)."))
    ]
    as_of: Dated
    source: Sources
    url: Page


class Idea(Resource):
    """A published idea: its public version with the answers that everyone may read beside its author."""

    id: Id
    number: Key
    consultation: Key
    title: str
    summary: str
    language: Language
    author: Annotated[str, Field(description=_l("Empty where no answer is public with name."))]
    sector: Code
    region: Code
    size: Code
    answers: list[IdeaAnswer]
    anonymous_answers: Annotated[
        int, Field(description=_l("Answers without name; they stand at their questions only."))
    ]
    restricted_answers: Annotated[
        int, Field(description=_l("Answers for the cluster agency or the ministry; nobody else reads them."))
    ]
    clusters: Annotated[list[str], Field(description=_l("Keys of the clusters that it names."))]
    projects: Annotated[list[str], Field(description=_l("Keys of the projects that it names."))]
    support: int
    comments: int
    response: Annotated[
        str, Field(description=_l("What becomes of it by the newest answer of an office; empty without one."))
    ]
    version: int
    published_at: datetime
    updated_at: datetime
    example: Example
    url: Page
    self: Self


class Attachment(Resource):
    """A file of an idea that everyone may read."""

    title: Annotated[str, Field(description=_l("What it shows or holds, in its author's words."))]
    file_name: str
    media_type: str
    size: Annotated[int, Field(description=_l("In bytes."))]
    url: Annotated[str, Field(description=_l("Address of the file."))]


class LinkedIdea(Idea):
    """An idea with what it is linked to, and its files."""

    links: list[Link]
    attachments: list[Attachment]


class Comment(Resource):
    """A published comment on a public idea."""

    id: int
    idea: Annotated[str, Field(description=_l("Number of the idea."))]
    parent: Annotated[int | None, Field(description=_l("The comment that this one answers."))]
    kind: Code
    author: str
    organisation: str
    text: Markdown
    html: Html
    language: Language
    published_at: datetime
    edited_at: Annotated[
        datetime | None, Field(description=_l("Set where the text was changed after the first quarter of an hour."))
    ]
    example: Example
    url: Page
    self: Self


class Observation(Resource):
    """One value that a source gave; conflicting ones stand side by side."""

    kind: str
    code: str
    value: str
    number: int | None
    text: str
    unit: str
    qualifier: str
    details: dict[str, Any]
    as_of: Dated
    source: Sources
    derived: Annotated[bool, Field(description=_l("Our own classification, not a source's."))]


class Cluster(Resource):
    """A cluster or network of the directory."""

    id: Id
    slug: Key
    name: str
    short_name: str
    language: Language
    status: Annotated[
        str, Field(description=_l("Who stands by the portrait: imported (nobody yet), claimed or confirmed."))
    ]
    lifecycle: Code
    form: Code
    scope: Code
    legal_form: Code
    seat: str
    country: Code
    nuts1: Code
    nuts2: Code
    main_sector: Code
    sectors: Codes
    ecosystems: Codes
    key_technologies: Codes
    services: Codes
    topics: Codes
    portfolio: Code
    strengths: str
    website: Annotated[str, Field(description=_l("Host name."))]
    members: Annotated[int | None, Field(description=_l("The newest number that a source gives."))]
    members_unit: Code
    members_qualifier: Code
    members_as_of: Dated
    members_source: Sources
    as_of: Dated
    updated_at: datetime
    url: Page
    self: Self


class Portrait(Cluster):
    """A cluster with all that was observed and what it is linked to."""

    observations: list[Observation]
    links: list[Link]


class Programme(Resource):
    """Funding, a competition, a call or a measure."""

    id: Id
    slug: Key
    title: str
    language: Language
    kind: Code
    level: Code
    region: Code
    summary: str
    topics: Codes
    owner: Annotated[str | None, Field(description=_l("Key of the organisation that carries it."))]
    owner_name: str | None
    implementer: Annotated[str | None, Field(description=_l("Key of the organisation that runs it."))]
    implementer_name: str | None
    amount_max: Annotated[int | None, Field(description=_l("Whole units of the currency."))]
    amount_unit: str
    amount_per: str
    amount_source: Sources
    conflict: Annotated[str, Field(description=_l("Where sources differ, in words."))]
    as_of: Dated
    source: Sources
    updated_at: datetime
    url: Page
    self: Self


class LinkedProgramme(Programme):
    """A programme with what it is linked to."""

    links: list[Link]


class Project(Resource):
    """A project, an alliance or a joint offer."""

    id: Id
    slug: Key
    title: str
    language: Language
    kind: Code
    summary: str
    region: Code
    countries: Codes
    topics: Codes
    starts: Dated
    lifecycle: Code
    joining_open: Annotated[bool, Field(description=_l("Whether people can ask to take part now."))]
    joining_until: datetime | None
    roles: Annotated[list[str], Field(description=_l("The degrees in which one can take part."))]
    source: Sources
    example: Example
    url: Page
    self: Self


class LinkedProject(Project):
    """A project with what it is linked to."""

    links: list[Link]


class Activity(Resource):
    """An event or offer with a date."""

    id: Id
    slug: Key
    title: str
    language: Language
    kind: Code
    summary: str
    audience: str
    status: Code
    starts_at: datetime | None
    ends_at: datetime | None
    precision: Annotated[
        Literal["time", "day", "month", "year", ""],
        Field(
            description=_l("How exact the date is; the moments span the whole day, month or year. Empty: not known.")
        ),
    ]
    format: Code
    venue: str
    city: str
    country: Code
    languages: list[str]
    topics: Codes
    roles: Annotated[list[str], Field(description=_l("The degrees in which one can take part."))]
    project: Annotated[str | None, Field(description=_l("Key of the project."))]
    organiser_kind: str
    organiser: Annotated[str | None, Field(description=_l("Key of the organisation or cluster that organises it."))]
    organiser_name: str | None
    capacity: Annotated[int | None, Field(description=_l("Number of places; null where there is no limit."))]
    confirmed: Annotated[int, Field(description=_l("Places taken."))]
    waiting: Annotated[int, Field(description=_l("People on the waiting list."))]
    free: Annotated[int | None, Field(description=_l("Places that can be had at once; null where there is no limit."))]
    registration_open: Annotated[
        bool, Field(description=_l("Whether people can join now, with a place or onto the waiting list."))
    ]
    registration_until: datetime | None
    calendar: Annotated[
        str, Field(description=_l("The entry as an iCalendar file."), json_schema_extra={"format": "uri"})
    ]
    source: Sources
    example: Example
    url: Page
    self: Self


class LinkedActivity(Activity):
    """An activity with what it is linked to."""

    links: list[Link]


class Topic(Resource):
    """A topic of the agenda, or a topic of the month with its article."""

    id: Id
    slug: Key
    kind: Code
    title: str
    language: Language
    series: str
    description: str
    teaser: str
    article: Markdown
    article_html: Html
    statement: str
    statement_kind: Annotated[str, Field(description=_l("Says that a statement is a paraphrase and nobody's wording."))]
    tags: Codes
    as_of: Dated
    source: Sources
    published_at: datetime
    updated_at: datetime
    url: Page
    self: Self


class LinkedTopic(Topic):
    """A topic with what it is linked to."""

    links: list[Link]


class Vocabulary(Resource):
    """A closed list of codes."""

    id: Id
    name: Key
    size: int
    self: Self


class Term(Resource):
    """A code with its words."""

    code: str
    title: str
    parent: Annotated[str, Field(description=_l("Code of the wider term; empty where there is none."))]
    definition: str


class Terms(Vocabulary):
    """A closed list with its terms."""

    terms: list[Term]
