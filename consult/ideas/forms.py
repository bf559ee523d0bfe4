"""The forms: writing an idea, giving an address, filtering the list.

The writing form has one answer and one audience for each question, named by position (`answer-3`), whatever number of
questions there is. A field that a page does not carry says nothing: what is stored of it stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NoReturn

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectMultipleField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from consult.consultations.models import Question
from consult.core.access import Actor, current_actor
from consult.core.audiences import AUDIENCES, PUBLIC
from consult.core.audiences import LABELS as AUDIENCE_LABELS
from consult.core.errors import Invalid
from consult.core.forms import (
    ChoiceField,
    DateField,
    EmailField,
    Form,
    LineField,
    TextField,
    email_key,
    length_problem,
    longest,
    required,
)
from consult.core.i18n import _, _l, current_language
from consult.core.registry import SubjectInfo, registries
from consult.core.text import clean_line
from consult.core.vocabularies import short_region, vocabulary
from consult.files import checking
from consult.ideas import attachments
from consult.ideas.drafting import Changes
from consult.ideas.drafts import (
    ANSWER_MAX,
    KEPT_TIMES,
    LIMITS,
    PARTNER_KINDS,
    PARTNERS_MAX,
    Content,
    Written,
    coauthors_fault,
    secret_fault,
)
from consult.moderation.blackening import stands_in
from consult.organisations.rules import may_write_for

SHOWN = "shown"  # hidden marks: which lists of checkboxes the page carried, since an empty one sends nothing


class PartnerField(SelectMultipleField):
    """Chosen things of a kind, as checkboxes; what was chosen stays among the options."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, coerce=_number, choices=[], validate_choice=False, **options)


def _number(value: Any) -> int:
    """An id as it came, 0 for anything else: nothing has this id."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class SentUpTo:
    """At most so many characters can be sent. A draft keeps many times as many: what somebody pastes is not lost while they
    shorten it. Beyond that nothing is stored, and the sentence says so."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Any, one: Any) -> None:
        text = one.data or ""
        problem = length_problem(text, self.limit)
        if not problem:
            return
        if len(text) <= self.limit * KEPT_TIMES:
            form.keep(one, problem)
        raise ValidationError(_("%(problem)s A text as long as this is not stored.", problem=problem))


class IdeaForm(Form):
    """What every page of the writing form may carry; the questions come with `form_class`.

    `to_mend` are the fields whose text is stored as it is and has to be mended before it is sent, with the sentences.
    """

    title = LineField(_l("Title"), [SentUpTo(LIMITS["title"])])
    summary = TextField(_l("Summary"), [SentUpTo(LIMITS["summary"])])
    language = ChoiceField(_l("Language of your text"))
    organisation = LineField(_l("Organisation"), [SentUpTo(LIMITS["organisation"])])
    sector = ChoiceField(_l("Sector"))
    region = ChoiceField(_l("Region"))
    size = ChoiceField(_l("Number of employees"))
    coauthors = TextField(_l("Who stands for the idea, too"), [SentUpTo(LIMITS["coauthors"])])
    clusters = PartnerField(_l("Clusters"))
    projects = PartnerField(_l("Projects"))
    attachment_file = FileField(_l("File"))
    attachment_title = LineField(_l("What the file shows or holds"), [longest(attachments.TITLE_MAX)])
    attachment_audience = ChoiceField(
        _l("Who may read the file?"), choices=[SelectChoice(one, AUDIENCE_LABELS[one]) for one in attachments.FOR]
    )
    email = EmailField(_l("Your e-mail address"))
    draft_key = HiddenField()
    edit_count = HiddenField()
    prints = HiddenField()
    questions = HiddenField()
    tab = HiddenField()

    positions: tuple[int, ...] = ()
    received: attachments.Received | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.to_mend: dict[str, list[str]] = {}
        super().__init__(*arguments, **options)

    def keep(self, one: Any, problem: str) -> NoReturn:
        """Say at a field what has to be mended before it is sent; what was typed is stored all the same."""
        self.to_mend.setdefault(one.name, []).append(problem)
        raise ValidationError(problem)

    def tell_faults(self) -> None:
        """Say at the fields of what is stored what has to be mended before it is sent."""
        for one in self:
            checks = [check for check in one.validators if isinstance(check, SentUpTo | _SecretsOf)]
            checks += [type(self).validate_coauthors.__get__(self)] if one.name == "coauthors" else []
            for check in checks:
                with suppress(ValidationError):
                    check(*((self, one) if isinstance(check, SentUpTo | _SecretsOf) else (one,)))
            one.errors = list(self.to_mend.get(one.name, ()))

    def holds_good(self, name: str) -> bool:
        """Whether a field can be stored: nothing is wrong with it, unless what can be mended later."""
        return all(error in self.to_mend.get(name, ()) for error in self[name].errors)

    @property
    def is_storable(self) -> bool:
        """Whether all of it can be stored."""
        return not self.form_errors and all(self.holds_good(one.name) for one in self)

    def receive_file(self) -> None:
        """Look at the file that came with the form; what is wrong with it stands at its field."""
        upload = self.attachment_file.data
        if not upload:
            return
        content = upload.read(checking.LARGEST + 1)
        title, audience = self.attachment_title.data, self.attachment_audience.data
        try:
            self.received = attachments.receive(content, upload.filename or "", title, audience)
        except Invalid as refusal:
            self.take_errors(refusal)

    def fill_choices(self) -> None:
        """Closed lists in the reader's language, and the things that are chosen already."""
        nothing = SelectChoice("", _("no answer"))
        self.language.choices = [SelectChoice("de", "Deutsch"), SelectChoice("en", "English")]
        self.sector.choices = [nothing, *_sections(current_language())]
        self.size.choices = [nothing, *(SelectChoice(*pair) for pair in vocabulary("size_classes").choices())]
        self.region.choices = [nothing, *_regions(current_language())]

    def offer_partners(self, found: dict[str, list[SubjectInfo]]) -> None:
        """The options of the lists: what is chosen, then what a search found."""
        for name, kind in PARTNER_KINDS.items():
            one = self[name]
            chosen = [number for number in dict.fromkeys(one.data or []) if number]
            known = registries.subjects[kind].describe(chosen) if kind in registries.subjects and chosen else {}
            infos = {info.id: info for info in [*known.values(), *found.get(kind, [])]}
            one.choices = [SelectChoice(str(info.id), _with_region(info)) for info in infos.values()]
            one.data = [number for number in chosen if number in infos]

    def changes(self, sent: Any, questions: Sequence[Question]) -> Changes:
        """What this form carried and what can be stored of it; fields with another error are left as they are stored."""
        changes = Changes()
        for name in ("title", "summary", "language", "sector", "region", "size", "organisation", "coauthors"):
            if name in sent and self.holds_good(name):
                changes.fields[name] = self[name].data
        for question in questions:
            body, audience = f"answer-{question.position}", f"audience-{question.position}"
            if body in sent and self.holds_good(body):
                changes.bodies[question.id] = self[body].data
            if audience in sent and not self[audience].errors:
                changes.audiences[question.id] = self[audience].data
            secret = f"secret-{question.position}"
            if secret in sent and self.holds_good(secret):
                changes.secrets[question.id] = passages_in(self[secret].data)
        for name, kind in PARTNER_KINDS.items():
            if (name in sent or name in sent.getlist(SHOWN)) and not self[name].errors:
                changes.partners[kind] = [number for number in self[name].data or [] if number][:PARTNERS_MAX]
        return changes

    def validate_coauthors(self, one: TextField) -> None:
        own = {email_key(current_actor().email), email_key(self.email.data or "")} - {""}
        if problem := coauthors_fault(one.data or "", own):
            self.keep(one, problem)

    def validate_clusters(self, one: PartnerField) -> None:
        _check_partners(one, "cluster")

    def validate_projects(self, one: PartnerField) -> None:
        _check_partners(one, "project")


def _check_partners(one: PartnerField, kind: str) -> None:
    chosen = list(dict.fromkeys(one.data or []))
    if not chosen or kind not in registries.subjects:
        return
    known = registries.subjects[kind].describe([number for number in chosen if number])
    if any(number not in known or not known[number].public for number in chosen):
        one.errors = [*one.errors, _("Please choose only what the list offers.")]
    elif len(chosen) > PARTNERS_MAX:
        one.errors = [*one.errors, _("Please choose at most %(number)s.", number=PARTNERS_MAX)]


def _with_region(info: SubjectInfo) -> str:
    place = short_region(info.region)
    return f"{info.title} ({place})" if place else info.title


@lru_cache(maxsize=4)
def _sections(_language: str) -> list[SelectChoice]:
    terms = vocabulary("nace_rev2_1")
    return [SelectChoice(term.code, term.title()) for term in terms if term.extra.get("level") == "1"]


@lru_cache(maxsize=4)
def _regions(_language: str) -> list[SelectChoice]:
    """German regions in groups by Land, then the other countries."""
    terms = list(vocabulary("nuts2024_de"))
    found = []
    for land in (term for term in terms if term.extra.get("level") == "1"):
        group = land.title()
        parts = [term for term in terms if term.extra.get("level") == "2" and term.extra.get("parent") == land.code]
        if len(parts) > 1:
            found.append(SelectChoice(land.code, _("%(land)s, no closer indication", land=group), optgroup=group))
        found += [SelectChoice(part.code, part.title(), optgroup=group) for part in parts]
    abroad = [term for term in terms if term.extra.get("level") == "0" and term.code != "DE"]
    others = _("Other countries")
    ordered = sorted(abroad, key=lambda term: term.title().casefold())
    return [*found, *(SelectChoice(term.code, term.title(), optgroup=others) for term in ordered)]


@lru_cache(maxsize=32)
def form_class(positions: tuple[int, ...]) -> type[IdeaForm]:
    """The form for questions at these positions."""
    fields: dict[str, Any] = {"positions": positions}
    for position in positions:
        fields[f"answer-{position}"] = TextField(
            _l("Your answer to question %(number)s", number=position), [SentUpTo(ANSWER_MAX)]
        )
        fields[f"secret-{position}"] = TextField(
            _l("Business secrets in the answer to question %(number)s", number=position),
            [SentUpTo(ANSWER_MAX), _SecretsOf(f"answer-{position}")],
        )
        fields[f"audience-{position}"] = RadioField(
            _l("Who may read your answer to question %(number)s?", number=position),
            choices=[
                SelectChoice("public", _l("Public, with name")),
                SelectChoice("anonymous", _l("Public, without name")),
                SelectChoice("agency", _l("Cluster agency and ministry")),
                SelectChoice("ministry", _l("Ministry only")),
            ],
            validate_choice=False,
            validators=[_known_audience],
        )
    return type("IdeaFormWithQuestions", (IdeaForm,), fields)


def passages_in(text: str) -> list[str]:
    """The passages that a field names: one a line."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class _SecretsOf:
    """Each passage has to stand in the answer as it is written there; else it would stay readable."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def __call__(self, form: Any, one: Any) -> None:
        for passage in passages_in(one.data or ""):
            if not stands_in(form[self.answer].data or "", passage):
                form.keep(one, secret_fault(passage))


def _known_audience(_form: Any, one: Any) -> None:
    if one.data not in AUDIENCES:
        one.errors = [*one.errors, _("Please choose one of the entries in the list.")]


AUDIENCE_NOTES = {
    "public": _l("Everyone reads your answer and the name of your organisation."),
    "anonymous": _l("Everyone reads the answer, apart from your idea and without your name; only the month is shown."),
    "agency": _l(
        "For queries and for finding partners. It counts in the evaluation, without being quoted. "
        "Moderation sees the text in order to check it; every look is logged."
    ),
    "ministry": _l(
        "Confidential. It counts in the evaluation, without being quoted. "
        "Moderation sees the text in order to check it; every look is logged."
    ),
}


def initial(content: Content, questions: Sequence[Question], **more: Any) -> dict[str, Any]:
    """The values with which a form opens."""
    values: dict[str, Any] = {
        "title": content.title,
        "summary": content.summary,
        "language": content.language,
        "organisation": content.organisation,
        "sector": content.sector,
        "region": content.region,
        "size": content.size,
        "coauthors": content.coauthors,
        "clusters": content.partner_ids("cluster"),
        "projects": content.partner_ids("project"),
        "attachment_audience": PUBLIC,
        "tab": secrets.token_urlsafe(12),
        **more,
    }
    for question in questions:
        written = content.answers.get(question.id, Written(audience=PUBLIC))
        values[f"answer-{question.position}"] = written.body
        values[f"audience-{question.position}"] = written.audience
        values[f"secret-{question.position}"] = "\n".join(content.secrets.get(question.id, []))
    return values


def seen_count(value: Any) -> int:
    """The edit count that a form carries; -1 for what is none, so that it fits no state but the saver's own."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


class ReleaseForm(Form):
    """An approver's sentence for the author, and the state of the text that was read."""

    note = TextField(_l("What should change"), [longest(1000)])
    seen = HiddenField()


class NoteForm(Form):
    """What somebody says about a text inside its organisation."""

    body = TextField(_l("Your remark"), [required(_l("Please write something first.")), longest(2000)])


class AddressForm(Form):
    """Only an e-mail address: to have a link sent."""

    email = EmailField(_l("Your e-mail address"))


class CoauthorForm(Form):
    """Who is asked to stand for an idea, too."""

    name = LineField(_l("Name"), [longest(120)])
    email = EmailField(_l("E-mail address"))


class LateForm(Form):
    """Who may still send an idea after the end, and until when."""

    email = EmailField(_l("E-mail address"))
    last_day = DateField(_l("Last day"))
    note = TextField(_l("Remark"), [longest(500)])


class StandForm(Form):
    """Under which name somebody stands for an idea."""

    name = LineField(_l("Your name"), [required(), longest(120)])
    organisation = ChoiceField(_l("For whom do you speak?"), validate_choice=False)

    def offer(self, actor: Actor) -> None:
        """The organisations for which the actor may write, and nobody but themselves."""
        places = [one for one in actor.memberships if may_write_for(actor, one.organisation_id)]
        self.organisation.choices = [
            SelectChoice("", _("for myself")),
            *(SelectChoice(str(one.organisation_id), one.name) for one in places),
        ]


def searched(values: Any, name: str) -> str:
    """Words of a search field, at most 100 characters."""
    return clean_line(values.get(name, ""))[:100]
