"""A few questions that lead to one of the forms: a help to think, no test. Nothing is stored.

Four things are kept apart: a field of competence has firms and no organisation of its own; an innovation network passes on
knowledge; a cluster has enough members that cooperate regularly and develop it together; the carrier is the legal body
that employs the staff and may carry any of them. The definitions are those of `forms.csv`, the questions follow from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.core.i18n import _

YES, NO, UNKNOWN = "yes", "no", "unknown"
FIELD, NETWORK, CLUSTER, LOCATION, CARRIER = (
    "competence-field", "innovation-network", "cluster", "location-association", "carrier",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question with its parameter and a sentence that helps to answer it."""

    name: str
    text: str
    help: str


@dataclass(frozen=True)
class Result:
    """The form that fits, why, and what would have to be different for the next one. `form` is "" while it is open."""

    form: str
    because: tuple[str, ...]
    missing: tuple[str, ...]


def questions() -> list[Question]:
    """The questions in their order."""
    return [
        Question(
            "place", _("Does it work for a place or a region, whatever the industry?"),
            _("For example for an industrial area in which firms of many industries lie."),
        ),
        Question(
            "many", _("Are there many companies of one value chain in one place?"),
            _("Suppliers, manufacturers and service providers that build on each other."),
        ),
        Question(
            "cooperate", _("Do companies and institutions work together regularly?"),
            _("With meetings, projects or a shared office, not only by chance."),
        ),
        Question(
            "strategy", _("Do they develop what they have in common strategically?"),
            _("For example with goals that all have agreed on and that are looked at again."),
        ),
        Question(
            "knowledge", _("Is the passing on of knowledge and technology the main thing?"),
            _("Without being tied to one industry that uses it."),
        ),
        Question(
            "legal", _("Is it meant to be the legal body itself, such as the association or the company?"),
            _("The body that employs staff, signs contracts and receives money for all."),
        ),
    ]  # fmt: skip


def answers_of(arguments: Mapping[str, str]) -> dict[str, str]:
    """What was answered, by question; whatever else stands in the address counts as not answered."""
    return {
        one.name: arguments.get(one.name, "")
        for one in questions()
        if arguments.get(one.name, "") in (YES, NO, UNKNOWN)
    }


def result(answers: Mapping[str, str]) -> Result | None:
    """Which form fits these answers; None where nothing is answered, an empty form where they do not suffice."""
    if not answers:
        return None
    if answers.get("legal") == YES:
        return Result(CARRIER, (_("You mean the body that carries it, not what it carries."),), ())
    if answers.get("place") == YES:
        return Result(LOCATION, (_("It works for a place or a region, not for an industry."),), ())
    if answers.get("cooperate") == YES:
        return _cooperating(answers)
    if answers.get("many") == YES and answers.get("cooperate") == NO:
        return Result(
            FIELD, (_("Many companies of one value chain lie in one place."),),
            (_("For a network or a cluster, regular cooperation is missing."),),
        )  # fmt: skip
    return Result("", (), _open(answers))


def _cooperating(answers: Mapping[str, str]) -> Result:
    if answers.get("strategy") == YES and answers.get("many") == YES:
        return Result(
            CLUSTER,
            (
                _("There are enough companies and institutions, and they work together regularly."),
                _("They develop the whole strategically together."),
            ),
            (),
        )
    if answers.get("knowledge") == YES:
        missing = []
        if answers.get("many") != YES:
            missing.append(_("For a cluster, enough companies of one value chain are missing."))
        if answers.get("strategy") != YES:
            missing.append(_("For a cluster, a strategy of all is missing."))
        because = (_("Knowledge and technology are passed on in regular cooperation."),)
        return Result(NETWORK, because, tuple(missing))
    return Result("", (), _open(answers))


def _open(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The questions whose answer would decide."""
    return tuple(one.text for one in questions() if answers.get(one.name, UNKNOWN) == UNKNOWN)
