"""What is written of an idea, as plain values: between form, draft, version and preview.

A `Content` knows questions by their ids and holds clean text. It is what a draft stores as a document, and what a version
is made of when it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from consult.core.audiences import AUDIENCES, PUBLIC
from consult.core.forms import email_key, email_problem, length_problem
from consult.core.i18n import _

TITLE_MAX = 120
SUMMARY_MAX = 400
ANSWER_MAX = 8_000
ORGANISATION_MAX = 200
PARTNERS_MAX = 12  # of a kind
COAUTHORS_MAX = 12
COAUTHOR_LINES_MAX = 4_000
KEPT_TIMES = 10  # so many times its limit a text may be long and stays stored while it is written; sending refuses it

LIMITS = {
    "title": TITLE_MAX, "summary": SUMMARY_MAX, "organisation": ORGANISATION_MAX, "coauthors": COAUTHOR_LINES_MAX
}  # fmt: skip

# The kinds that the form lets choose; links to others come with imported ideas and are kept.
PARTNER_KINDS = {"clusters": "cluster", "projects": "project"}
DEFAULT_LINK = "relates_to"

Partner = tuple[str, int, str]


@dataclass(frozen=True)
class Written:
    """An answer as it was typed, and for whom."""

    body: str = ""
    audience: str = PUBLIC


@dataclass
class Content:
    """Everything that is written of an idea. `answers` by question id; `partners` are (kind, id, type of link); `secrets`
    are the passages of answers, by question id, that only a ministry may read."""

    title: str = ""
    summary: str = ""
    language: str = "de"
    sector: str = ""
    region: str = ""
    size: str = ""
    organisation: str = ""
    answers: dict[int, Written] = field(default_factory=dict)
    partners: list[Partner] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    secrets: dict[int, list[str]] = field(default_factory=dict)
    attachments: list[int] = field(default_factory=list)
    coauthors: str = ""  # who is to stand for it, too: a line each, as it was typed; they are asked once it is sent
    release_note: str = ""  # what an approver of the organisation asks to change

    @property
    def given(self) -> dict[int, Written]:
        """The answers that hold text."""
        return {question: written for question, written in self.answers.items() if written.body.strip()}

    def keep_to(self, questions: Collection[int]) -> None:
        """Let go of what was written for questions that were taken out since: no form shows it, and nothing can hold it."""
        self.answers = {one_id: one for one_id, one in self.answers.items() if one_id in questions}
        self.secrets = {one_id: found for one_id, found in self.secrets.items() if one_id in questions}

    def partner_ids(self, kind: str) -> list[int]:
        """The ids of the linked things of a kind, in order."""
        return [one_id for one_kind, one_id, _type in self.partners if one_kind == kind]

    def choose_partners(self, kind: str, ids: list[int]) -> None:
        """Make these the partners of the kind; the type of a link that stays is kept, others are left alone."""
        kept = {one_id: (one_kind, one_id, code) for one_kind, one_id, code in self.partners if one_kind == kind}
        others = [partner for partner in self.partners if partner[0] != kind]
        chosen = [kept.get(one_id, (kind, one_id, DEFAULT_LINK)) for one_id in dict.fromkeys(ids)]
        self.partners = [*chosen, *others]

    def document(self) -> dict[str, Any]:
        """As JSON for the draft's row."""
        return {
            "title": self.title,
            "summary": self.summary,
            "language": self.language,
            "sector": self.sector,
            "region": self.region,
            "size": self.size,
            "organisation": self.organisation,
            "answers": {str(q): [one.body, one.audience] for q, one in self.answers.items()},
            "partners": [list(partner) for partner in self.partners],
            "attributes": self.attributes,
            **({"secrets": {str(q): found for q, found in self.secrets.items()}} if self.secrets else {}),
            **({"attachments": self.attachments} if self.attachments else {}),
            **({"coauthors": self.coauthors} if self.coauthors else {}),
            **({"release_note": self.release_note} if self.release_note else {}),
        }

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Content:
        """Back from the draft's row."""
        return cls(
            title=document.get("title", ""),
            summary=document.get("summary", ""),
            language=document.get("language", "de"),
            sector=document.get("sector", ""),
            region=document.get("region", ""),
            size=document.get("size", ""),
            organisation=document.get("organisation", ""),
            answers={
                int(question): Written(body, audience if audience in AUDIENCES else PUBLIC)
                for question, (body, audience) in document.get("answers", {}).items()
            },
            partners=[(kind, int(one_id), code) for kind, one_id, code in document.get("partners", [])],
            attributes=dict(document.get("attributes", {})),
            secrets={int(question): list(found) for question, found in document.get("secrets", {}).items() if found},
            attachments=[int(one) for one in document.get("attachments", [])],
            coauthors=document.get("coauthors", ""),
            release_note=document.get("release_note", ""),
        )


def title_in(document: Mapping[str, Any]) -> str:
    """The title of what is being written, for a line: at most as long as one may be, whatever was pasted."""
    title = str(document.get("title", ""))
    return title if len(title) <= TITLE_MAX else title[: TITLE_MAX - 1].rstrip() + "…"


def people_in(lines: str) -> list[tuple[str, str]]:
    """(name, e-mail address) of the people that a text names, a line each: `ada@firma.example`, or with the name before it
    and the address in angle brackets. Nobody twice; what is no address comes back as one."""
    found: dict[str, tuple[str, str]] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, bracket, rest = line.rpartition("<")
        address = rest.removesuffix(">").strip() if bracket else line
        found.setdefault(email_key(address), (name.strip(" ,;\"'"), address))
    return list(found.values())


def coauthors_fault(lines: str, own: Collection[str] = ()) -> str:
    """What is wrong with the people that a text names, in a sentence, or nothing; `own` are addresses of its author."""
    people = people_in(lines)
    faults = [
        _("“%(line)s”: %(problem)s", line=address[:200], problem=problem)
        for _name, address in people
        if (problem := email_problem(address))
    ]
    if faults:
        return " ".join(faults[:5])
    if any(email_key(address) in own for _name, address in people):
        return _("That is your own address; please enter that of the other person.")
    if len(people) > COAUTHORS_MAX:
        return _("At most %(number)s people can stand for an idea.", number=COAUTHORS_MAX)
    return ""


def length_faults(content: Content) -> dict[tuple[str, int], str]:
    """What is too long to be sent, with the sentence: (field, 0), or ("answer" or "secret", id of the question)."""
    texts = {(name, 0): (getattr(content, name), limit) for name, limit in LIMITS.items()}
    texts |= {("answer", one_id): (written.body, ANSWER_MAX) for one_id, written in content.answers.items()}
    texts |= {("secret", one_id): ("\n".join(found), ANSWER_MAX) for one_id, found in content.secrets.items()}
    return {place: problem for place, (text, limit) in texts.items() if (problem := length_problem(text, limit))}


def secret_fault(passage: str) -> str:
    """Why a passage cannot be kept secret."""
    return _(
        "“%(passage)s” does not stand in the answer in these words. Please copy it from there.", passage=passage[:80]
    )
