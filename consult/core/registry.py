"""What lower rooms must know of higher ones, turned round: every room registers here what it offers, in its `init_app`.

Moderation, comments, links, search, notifications and the pages read these tables; nobody imports upwards. The tables
are filled once at start and are the same in every process.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from consult.core.access import GUEST, Actor
from consult.core.db import begin, db


class SubjectInfo(NamedTuple):
    """What others may show of a thing: enough for a line with a link. `url` is of the reader's language.

    `public` tells whether everyone may see it; who lists things to the public leaves the others out.
    """

    kind: str
    id: int
    title: str
    url: str
    language: str = ""
    public: bool = True
    region: str = ""  # NUTS code, for "crosses a border"
    author_id: int | None = None
    organisation_id: int | None = None
    author_name: str = ""
    excerpt: str = ""
    consultation_id: int | None = None
    key: str = ""  # stable public key: number or slug
    sectors: tuple[str, ...] = ()  # of what partners are sought by
    about: str | None = None  # of a title that is words of ours around those of people, these: what is kept of it

    @property
    def kept_title(self) -> str:
        """What is stored of the title; what is read of that in either language, `ModeratedKind.titled` says."""
        return (self.title if self.about is None else self.about)[:300]


@dataclass(frozen=True)
class SubjectKind:
    """A kind of thing that links, comments, reports, follows and search may point at.

    `describe(ids)` answers in one query (or a fixed number of them) for any number of ids; missing ids are left out.
    `find(key)` gives the id behind a public key (number, slug) or None. `label` is a lazy singular noun.
    """

    kind: str
    label: Any
    describe: Callable[[Sequence[int]], dict[int, SubjectInfo]]
    find: Callable[[str], int | None]
    picker: Callable[[str, int], list[SubjectInfo]] | None = None  # search by name, for choosing link ends
    may_manage: Callable[[Actor, int], bool] | None = None  # whether the actor speaks for it (confirms links)
    speakers: Callable[[int], list[int]] | None = None  # ids of those who speak for it, to tell them


@dataclass
class ReviewPart:
    """A piece of text under moderation. `audience` as in `core.audiences`, empty where it does not apply.

    A `whole` part is a file: no passage of it can be blacked out, but all of it can be held back.
    """

    heading: str
    source: str
    html: Markup
    audience: str = ""
    name: str = ""
    whole: bool = False


@dataclass
class Review:
    """All that a moderator reads to decide about one version of one subject.

    `earlier` tells, when it is asked, what versions before this one say: where people can still read those, a redaction
    takes out passages of theirs, too.
    """

    title: str
    language: str
    parts: list[ReviewPart]
    version_id: int | None
    author: str
    author_id: int | None
    organisation: str = ""
    organisation_id: int | None = None
    previous: list[ReviewPart] = field(default_factory=list)
    links: list[SubjectInfo] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    outcomes: tuple[str, ...] = ()
    public_url: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    earlier: Callable[[], Sequence[str]] = tuple


@dataclass(frozen=True)
class Verdict:
    """A moderator's decision as handed to the subject's room, which carries it out.

    `target_id` is the subject of the same kind that a text is merged into. A split moves the parts named in `second`
    (`ReviewPart.name`) into a subject of their own under `second_title`. A redaction takes out the `passages`, and holds
    back the whole parts named in `held_back`. "reinstate" is the outcome of an upheld
    complaint or a second look: the effect of the decision `overturns` (its outcome, `overturned_id` its id) is taken
    back, however long ago.
    """

    outcome: str
    reason: str
    note: str
    passages: tuple[tuple[str, str], ...]
    decision_id: int
    case_id: int
    version_id: int | None
    target_id: int | None = None
    second: tuple[str, ...] = ()
    second_title: str = ""
    overturns: str = ""
    overturned_id: int | None = None
    held_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModeratedKind:
    """A kind of text that goes through moderation.

    `apply(actor, subject_id, verdict)` moves the subject, writes mail rows and touches the index; it flushes, never
    commits, and raises Conflict if the subject is not in a state for the outcome. `involved` is true for the author and
    for members of the author's organisation: they never decide on it. `interim` are outcomes after which the case stays
    open for a last word ("hide" of an idea). `preview(subject_id, version_id, reader)` is the text as "public",
    "author", "agency" or "ministry" would read it once that version is published; without a version as they read it now.
    `due_days(subject_id)` are the working days within which a decision about it is promised. `titled(kept)` is for a kind
    whose titles are words of ours around those of people: of these, as they are stored, the title in the present language.
    """

    kind: str
    review: Callable[[int, int | None], Review]
    apply: Callable[[Actor, int, Verdict], None]
    involved: Callable[[Actor, int], bool]
    outcomes: Callable[[int, int | None], tuple[str, ...]]
    reverse: Callable[[Actor, int, Verdict], None] | None = None
    interim: frozenset[str] = frozenset()
    preview: Callable[[int, int | None, str], list[ReviewPart]] | None = None
    due_days: Callable[[int], int] = lambda _subject_id: 2
    titled: Callable[[str], str] | None = None


@dataclass(frozen=True)
class SearchDocument:
    """What full-text search knows of a thing: only what everyone may read. `facets` are codes to filter by.

    `title` and `body` are in `language`; `title_en` and `body_en` hold the English ones of a thing that is kept in both.
    """

    kind: str
    id: int
    title: str
    body: str
    language: str
    at: datetime | None = None
    facets: Mapping[str, Any] = field(default_factory=dict)
    title_en: str = ""
    body_en: str = ""


@dataclass(frozen=True)
class Searchable:
    """A searchable kind. `documents(ids)` yields public documents of these ids, of all with None; others are dropped.

    `at_is_news` says that a document's moment is that of its publication or change, not that of what it tells of; where it
    is not, `changed(ids)` tells when each was written or last changed.
    """

    kind: str
    documents: Callable[[Sequence[int] | None], Iterable[SearchDocument]]
    label: Any
    at_is_news: bool = True
    changed: Callable[[Sequence[int]], Mapping[int, datetime]] | None = None


@dataclass(frozen=True)
class Panel:
    """A part of another room's page. `load(subject_id, actor)` gives the template's context or None for nothing to show.

    `lasting` says of a panel that is the same for every reader that comments and support have no part in it
    (`core.memory`).
    """

    slot: str  # for example "clusters.show"
    order: int
    template: str
    load: Callable[[int, Actor], dict[str, Any] | None]
    lasting: bool = False


@dataclass(frozen=True)
class ActorPart:
    """What a room says of people who act. `load(person_id)` gives fields of `Actor`; it is asked only for those of whom
    `has(person's id as a column)` is true, a part of the query that finds the person. For others the fields are empty.
    """

    has: Callable[[Any], Any]
    load: Callable[[int], dict[str, Any]]


PLAIN_MAIL = "mails/notice"  # the mail that says what the list says, and where it leads


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice. `mail` is the mail template (PLAIN_MAIL, "ideas/mail_x") or empty for in-app only; `text` renders
    the line in the list from the context (called in the reader's language). `who` is the entry of the context that holds a
    person's name, if one does; `person_id` beside it says whose. `titled` is the entry with the key of the thing whose
    title stands in the entry `title`. `named(context)` are people whom it names although no entry says whose the name is.
    `still(context)` is what of it may be said now, None if nothing: asked before a mail
    leaves that has waited for long."""

    kind: str
    text: Callable[[Mapping[str, Any]], str]
    url: Callable[[Mapping[str, Any]], str]
    mail: str = ""
    who: str = ""
    titled: str = ""
    named: Callable[[Mapping[str, Any]], Sequence[tuple[int | None, str]]] = lambda _context: ()
    still: Callable[[Mapping[str, Any]], Mapping[str, Any] | None] = lambda context: context


@dataclass(frozen=True)
class Commentable:
    """A kind that can be commented on.

    `mode(subject_id)` is "pre" (published after moderation), "post" (at once, moderated later), "trust" (at once after
    three accepted texts) or "closed". `counted(subject_id, delta)` keeps the stored number of published comments.
    `watchers(subject_id)` are the people told of a new comment (authors). `consultation_id` and `due_days` fill the case.
    """

    kind: str
    mode: Callable[[int], str]
    counted: Callable[[int, int], None]
    watchers: Callable[[int], list[int]]
    consultation_id: Callable[[int], int | None]
    due_days: Callable[[int], int]


@dataclass(frozen=True)
class Loader:
    """Loads shipped content. `stage` is "facts" or "demo"; rooms are loaded by `order`. `load` can be repeated: it adds
    what is missing and leaves what is there. `shift(days)` moves unchanged example dates when the demo is started later.
    """

    order: int
    stage: str
    room: str
    load: Callable[[Any], None]
    shift: Callable[[int], None] | None = None


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the main menu. `room` is the blueprint whose pages mark it as current."""

    order: int
    room: str
    endpoint: str
    label: Any
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FooterItem:
    """A link in the footer, below the heading `column`."""

    order: int
    column: Any
    endpoint: str
    label: Any
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonalData:
    """A table's share in taking out and erasing a person's data, and in calling them by a new name.

    `rename(person_id, old, new)` puts the new name where the old one was copied to; an organisation's name stays.
    """

    room: str
    tables: tuple[str, ...]
    export: Callable[[int], dict[str, Any]]
    erase: Callable[[int], None]
    files: Callable[[int], Iterable[tuple[str, bytes]]] | None = None  # (path in the package, content)
    rename: Callable[[int, str, str], None] | None = None


@dataclass(frozen=True)
class SavedList:
    """A public list that people may keep as a search. `label` is its name, `parameters` what of its address is kept, and
    `places` those of them that stand before its question mark.

    `newest(query, since, until)` are public things in it that came after `since` and not after `until`, the newest
    first, at most twenty. Nothing that the address would not show to everyone is ever among them. `among(query, ends)` are
    those of some things that are public and in it, each with the moment of its publication; for lists of what moderation may
    take out and bring back. `pinned(query, at)` writes out what the address meant at that moment and might mean something
    else some day.
    """

    kind: str
    label: Any
    endpoint: str
    parameters: tuple[str, ...]
    newest: Callable[[dict[str, list[str]], datetime, datetime], list[SubjectInfo]]
    places: tuple[str, ...] = ()
    pinned: Callable[[dict[str, list[str]], datetime], dict[str, list[str]]] = lambda query, _at: query
    among: Callable[[dict[str, list[str]], Collection[tuple[str, int]]], list[tuple[SubjectInfo, datetime]]] | None = (
        None
    )


@dataclass(frozen=True)
class Milestone:
    """Something that became of a thing and that everyone may know: for its timeline. `link` is what `url` is called, in the
    language `lang` where it is somebody's words.

    With `due_on` it is still to come, by that day.
    """

    at: datetime
    text: str
    url: str = ""
    link: str = ""
    due_on: date | None = None
    lang: str = ""


@dataclass(frozen=True)
class MergeHook:
    """What a room moves when one thing is merged into another of its kind, and back.

    `merge(kind, from_id, to_id)` moves and returns, as plain values for JSON, what `undo(kind, from_id, to_id, data)`
    needs to lead back. Both flush and never commit.
    """

    room: str
    merge: Callable[[str, int, int], Any]
    undo: Callable[[str, int, int, Any], None]


class Registries:
    """All tables. `reset` empties them, so that a second application in one process starts clean."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.subjects: dict[str, SubjectKind] = {}
        self.moderated: dict[str, ModeratedKind] = {}
        self.searchables: dict[str, Searchable] = {}
        self.panels: dict[str, list[Panel]] = {}
        self.me_sections: list[Panel] = []
        self.notice_kinds: dict[str, NoticeKind] = {}
        self.personal_data: dict[str, PersonalData] = {}
        self.actor_parts: list[ActorPart] = []
        self.load_actor: Callable[[], Actor] = lambda: GUEST
        self.resolvers: dict[str, Callable[[dict[str, Any]], tuple[str, int] | None]] = {}
        self.counters: dict[str, Callable[[], int]] = {}  # name -> recount; returns rows mended
        self.loaders: list[Loader] = []
        self.commentable: dict[str, Commentable] = {}
        self.saved_lists: dict[str, SavedList] = {}
        self.exchanges: dict[str, Any] = {}  # name on the command line -> core.exchange.Exchange
        self.navigation: list[NavigationItem] = []
        self.footer: list[FooterItem] = []
        self.on_touch: list[Callable[[set[tuple[str, int]]], None]] = []
        self.merge_hooks: list[MergeHook] = []
        self.spoken_for: list[Callable[[Actor], list[tuple[str, int]]]] = []  # ends whose links the actor may confirm
        self.milestones: list[Callable[[str, int], list[Milestone]]] = []  # (kind, id) -> what became of it
        self.rules_version: Callable[[], str] = lambda: ""  # which version of the rules counts; the pages know
        # (since, until) -> what became public again in that time, each with the moment at which it had been taken out
        self.brought_back: Callable[[datetime, datetime], dict[tuple[str, int], datetime]] = lambda _since, _until: {}
        self.question_in_use: list[Callable[[int], bool]] = []  # question id -> somebody has answered it

    def add_panel(self, panel: Panel) -> None:
        panels = self.panels.setdefault(panel.slot, [])
        panels.append(panel)
        panels.sort(key=lambda one: one.order)


registries = Registries()


def touch(kind: str, subject_id: int) -> None:
    """Say that what the public sees of a thing may have changed: its index entry is renewed before this commit."""
    begin()
    db.session.info.setdefault("touched", set()).add((kind, subject_id))


def describe(ends: Iterable[tuple[str, int]]) -> dict[tuple[str, int], SubjectInfo]:
    """Descriptions of things of mixed kinds, with one `describe` a kind."""
    by_kind: dict[str, list[int]] = {}
    for kind, subject_id in ends:
        by_kind.setdefault(kind, []).append(subject_id)
    found: dict[tuple[str, int], SubjectInfo] = {}
    for kind, ids in by_kind.items():
        if kind in registries.subjects:
            for subject_id, info in registries.subjects[kind].describe(sorted(set(ids))).items():
                found[(kind, subject_id)] = info
    return found


def panels_for(slot: str, subject_id: int, actor: Actor) -> list[tuple[str, dict[str, Any]]]:
    """(template, context) of each panel that has something to show, in order."""
    shown = []
    for panel in registries.panels.get(slot, []):
        context = panel.load(subject_id, actor)
        if context is not None:
            shown.append((panel.template, context))
    return shown
