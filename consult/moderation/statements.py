"""The statement of reasons: what was decided, about which passage, why, on what basis, by whom, and what can be done.

Its parts are those of Regulation (EU) 2022/2065, Art. 17 (3). The same words stand in the mail, on the author's status page
and in the decision's row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from consult.core.i18n import _, current_language, format_day, format_moment, in_language
from consult.core.vocabularies import vocabulary
from consult.core.web import address
from consult.moderation.catalogue import DEFAULT_REASON, reason_title, restrictive_reasons
from consult.moderation.models import LOOK, REPORT, Decision
from consult.moderation.naming import called, marked
from consult.moderation.objecting import complaint_address, complaint_until, dispute_bodies
from consult.moderation.rules import FAVOURABLE

PASSAGE = "[…]"  # stands in place of words that somebody else wrote

__all__ = [
    "DEFAULT_REASON",
    "FAVOURABLE",
    "Statement",
    "outcome_word",
    "spoken_outcome",
    "statement_for_parts",
    "statement_of",
    "statement_texts",
]


@dataclass(frozen=True)
class Statement:
    """The parts of a statement in one language; empty where there is nothing to say.

    By the letters of Art. 17 (3): a `what`, `scope` (where and how long), `passages`; b `facts`; c `who` (whether software
    took part); d and e `reason`, `note`, `basis`; f `redress`, whose address is `complain_url`.
    """

    language: str
    what: str
    passages: tuple[tuple[str, str], ...]
    reason: str
    note: str
    facts: str
    basis: str
    who: str
    redress: str
    scope: str = ""
    complain_url: str = ""

    def text(self) -> str:
        """All parts as plain text, paragraphs parted by an empty line."""
        with in_language(self.language):
            marked = [
                _("“%(words)s”", words=text) + (f"\n{remark}" if remark else "") for text, remark in self.passages
            ]
        parts = [self.what, self.scope, *marked, self.reason, self.note, self.facts, self.basis, self.who, self.redress]
        return "\n\n".join(part for part in parts if part)


def _held_back(decision: Decision) -> list[tuple[str, str]]:
    return [(title, _("Attachment that is held back")) for _name, title in decision.held_back or ()]


HOLD_BACK = "hold_back"  # a redaction that takes out no passage, only attachments


def spoken_outcome(decision: Decision) -> str:
    """The outcome as letters and lists speak of it."""
    return HOLD_BACK if decision.outcome == "redact" and not decision.passages else decision.outcome


def outcome_sentence(outcome: str) -> str:
    """What a decision means for the text, said to its author in the present language."""
    sentences = {
        "publish": _("The text is published."),
        "return": _("Before we publish the text, we ask you for a change."),
        "redact": _("The text is published, with one passage blacked out."),
        HOLD_BACK: _("The text is published, without an attachment."),
        "reject": _("We will not publish the text."),
        "merge": _("We have joined the text with another one on the same matter."),
        "split": _("We have split the text in two, so that each can be answered."),
        "hide": _("We have hidden the text."),
        "restore": _("The text can be read again."),
        "remove": _("We have removed the text."),
        "reinstate": _("We have looked at our decision once more and taken it back."),
    }
    return sentences.get(outcome, outcome)


def outcome_word(outcome: str) -> str:
    """What was decided, as a word for lists: published, returned."""
    words = {
        "publish": _("published"),
        "return": _("returned"),
        "redact": _("passage blacked out"),
        HOLD_BACK: _("attachment held back"),
        "reject": _("rejected"),
        "merge": _("merged"),
        "split": _("split"),
        "hide": _("hidden"),
        "restore": _("restored"),
        "remove": _("removed"),
    }
    return words.get(outcome, outcome)


def decision_subject(outcome: str, named: str) -> str:
    """Subject of the mail about a decision."""
    subjects = {
        "publish": _("Published: %(named)s", named=named),
        "return": _("%(named)s still needs a change", named=named),
        "redact": _("Published with one passage blacked out: %(named)s", named=named),
        HOLD_BACK: _("Published without an attachment: %(named)s", named=named),
        "reject": _("Not published: %(named)s", named=named),
        "hide": _("Hidden: %(named)s", named=named),
        "restore": _("Readable again: %(named)s", named=named),
        "remove": _("Removed: %(named)s", named=named),
        "merge": _("Joined with another text: %(named)s", named=named),
        "split": _("Split in two: %(named)s", named=named),
        "reinstate": _("Decision taken back: %(named)s", named=named),
    }
    return subjects.get(outcome, _("Decided: %(named)s", named=named))


def decision_heading(outcome: str) -> str:
    """Heading of the mail about a decision."""
    headings = {
        "publish": _("Your text is published"),
        "return": _("Your text still needs a change"),
        "redact": _("Your text is published with one passage blacked out"),
        HOLD_BACK: _("Your text is published without an attachment"),
        "reject": _("We will not publish your text"),
        "hide": _("We have hidden your text"),
        "restore": _("Your text can be read again"),
        "remove": _("We have removed your text"),
        "merge": _("We have joined your text with another one"),
        "split": _("We have split your text in two"),
        "reinstate": _("We have taken our decision back"),
    }
    return headings.get(outcome, _("We have decided about your text"))


def moment_of(value: str) -> str:
    """A stored moment in words of the present language."""
    return format_moment(datetime.fromisoformat(value))


def scope_sentence(outcome: str) -> str:
    """Where and how long a decision holds: Art. 17 (3) a."""
    scopes = {
        "return": _("This concerns the version that you sent, everywhere, until you have changed it."),
        "redact": _("This concerns the passages named, for all readers, everywhere and without an end."),
        HOLD_BACK: _("This concerns the attachments named, for all readers, everywhere and without an end."),
        "reject": _("This concerns the version that you sent, everywhere and without an end."),
        "merge": _("This holds everywhere and without an end; the address of the text leads to the other one."),
        "split": _("This holds everywhere and without an end."),
        "hide": _("This holds for all readers, everywhere, until we have decided for good."),
        "remove": _("This holds for all readers, everywhere and without an end."),
    }
    return scopes.get(outcome, "")


def _facts(decision: Decision) -> str:
    """What led to the decision: a report or our own initiative, Art. 17 (3) b. Who reported is never named."""
    if decision.facts.get("source") == REPORT or decision.facts.get("reports"):
        return _("We looked at the text because a reader had reported it, and checked it ourselves.")
    if decision.facts.get("source") == LOOK:
        return _("Nobody had reported the text; we looked at it on our own initiative and read it in full.")
    return _("We read the text in full before deciding.")


def _who(decision: Decision) -> str:
    """Whether software took part in finding or deciding: Art. 17 (3) c."""
    if decision.automated:
        return _("The decision was made by software. If you complain, a human being looks at it.")
    if decision.facts.get("signals"):
        return _("Software had pointed something out in the text. A human being read it and decided.")
    return _("A human being decided, without automatic pre-selection.")


def _basis(decision: Decision, language: str) -> str:
    """The law, or the clause of our rules, and why the text falls under it: Art. 17 (3) d and e."""
    if decision.ground == "law":
        return _("Basis: %(basis)s. We hold the content to be against this law for the reason named.",
                 basis=decision.legal_basis)  # fmt: skip
    entry = (decision.reason_texts or {}).get("title", {}).get(language) or reason_title(decision.reason, language)
    clause = _(
        "Basis: our rules, section “What is not published”, entry “%(entry)s”: %(address)s The text falls under it for the "
        "reason named.",
        entry=entry,
        address=address("pages.rules") + "#reasons",
    )
    also = _("See also: %(basis)s.", basis=decision.legal_basis) if decision.legal_basis else ""
    return f"{clause} {also}".strip()


def _redress(decision: Decision, complain_url: str) -> str:
    """What the author can do: complain here, turn to a body out of court, go to court. Art. 17 (3) f, 20, 21."""
    return _(
        "If you do not agree, you can complain until %(day)s, free of charge: %(address)s (decision %(number)s). Somebody "
        "else than the first time will decide. %(bodies)s You may also go to court.",
        day=format_day(complaint_until(decision.made_at) - timedelta(seconds=1)),
        address=complain_url,
        number=decision.number,
        bodies=dispute_bodies(),
    )


def statement_of(decision: Decision, language: str) -> Statement:
    """The statement in a language of the interface. The note stays in the language in which it was written."""
    with in_language(language):
        favourable = decision.outcome in FAVOURABLE
        complain_url = "" if favourable else complaint_address("author", decision.id)
        return Statement(
            language=language,
            what=outcome_sentence(spoken_outcome(decision)),
            passages=(*((text, remark) for text, remark in decision.passages), *_held_back(decision)),
            reason="" if favourable else reason_text(decision, language),
            note=decision.note,
            facts="" if favourable else _facts(decision),
            basis="" if favourable else _basis(decision, language),
            who="" if favourable else _who(decision),
            redress="" if favourable else _redress(decision, complain_url),
            scope="" if favourable else scope_sentence(spoken_outcome(decision)),
            complain_url=complain_url,
        )


def statement_for_parts(decision: Decision, language: str) -> Statement:
    """What is told of it to the authors of what is a part of the text by now: nothing in the words of others, and no way to
    complain in their name."""
    whole = statement_of(decision, language)
    note = whole.note
    for passage, _remark in sorted(whole.passages, key=lambda one: len(one[0]), reverse=True):
        note = note.replace(passage, PASSAGE) if passage.strip() else note
    return replace(whole, passages=(), note=note, redress="", complain_url="")


def reason_text(decision: Decision, language: str) -> str:
    """The template sentence of the reason as it was when the decision was made."""
    if decision.reason_texts:
        return decision.reason_texts.get("text", {}).get(language, "")
    term = vocabulary("moderation_reasons").get(decision.reason)
    return term.text("text", language) if term is not None else ""


def reason_of(decision: Decision) -> str:
    """The title of the reason as it was when the decision was made, in the present language."""
    kept = decision.reason_texts.get("title", {}) if decision.reason_texts else {}
    return kept.get(current_language()) or reason_title(decision.reason)


def statement_texts(decision: Decision) -> dict[str, str]:
    """The statement as it is stored with the decision."""
    return {language: statement_of(decision, language).text() for language in ("de", "en")}


# What templates of all rooms may use.
WORDS: dict[str, Any] = {
    "reason_title": reason_title,
    "restrictive_reasons": restrictive_reasons,
    "reason_of": reason_of,
    "outcome_word": outcome_word,
    "spoken_outcome": spoken_outcome,
    "decision_subject": decision_subject,
    "decision_heading": decision_heading,
    "moment_of": moment_of,
    "called": called,
    "called_here": marked,
}
