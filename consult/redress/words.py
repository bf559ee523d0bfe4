"""The words of redress: what came of a report or a complaint, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from consult.core.i18n import _, _l, format_day
from consult.moderation.models import Decision, Report
from consult.moderation.objecting import complaint_until, dispute_bodies
from consult.moderation.rules import FAVOURABLE
from consult.moderation.statements import outcome_word, spoken_outcome
from consult.redress.models import AUTHOR, CONCERNED, REPORTER

UPHOLD, PARTLY, REJECT = "uphold", "partly", "reject"
OUTCOMES = (UPHOLD, PARTLY, REJECT)

OUTCOME_LABELS = {
    UPHOLD: _l("The complaint is justified"),
    PARTLY: _l("The complaint is justified in part"),
    REJECT: _l("The complaint is not justified"),
}

# Why a complaint was decided as it was, with the outcomes for which the reason can stand.
REASONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "facts": (_l("The facts were not as assumed"), (UPHOLD, PARTLY)),
    "rule": (_l("The rule or provision does not apply"), (UPHOLD, PARTLY)),
    "proportion": (_l("A milder step is enough"), (UPHOLD, PARTLY)),
    "overlooked": (_l("Something was overlooked"), (UPHOLD, PARTLY)),
    "confirmed": (_l("The decision is right"), (REJECT,)),
    "nothing-new": (_l("The complaint gives no reason that changes anything"), (REJECT,)),
}

STEP_LABELS = {"warning": _l("Warning"), "suspension": _l("Suspension")}
SCOPE_LABELS = {"texts": _l("Writing texts"), "notices": _l("Reports and complaints")}
DISPUTE_OUTCOMES = {
    "operator": _l("Decided as we had decided"),
    "complainant": _l("Decided for the person who complained"),
    "settled": _l("Settled by agreement"),
    "withdrawn": _l("Withdrawn"),
}


def reason_word(code: str) -> str:
    """Why a complaint was decided as it was."""
    found = REASONS.get(code)
    return str(found[0]) if found is not None else code


def _word(table: Mapping[str, Any], code: str) -> str:
    return str(table[code]) if code in table else code


def complaint_outcome_word(code: str) -> str:
    """What came of a complaint, as a sentence without its full stop."""
    return _word(OUTCOME_LABELS, code)


def step_word(code: str) -> str:
    """Warning or suspension."""
    return _word(STEP_LABELS, code)


def scope_word(code: str) -> str:
    """What a measure is about."""
    return _word(SCOPE_LABELS, code)


def measure_word(status: str) -> str:
    """How a measure stands."""
    words = {"active": _("in force"), "ended": _("ended"), "lifted": _("lifted after a complaint")}
    return words.get(status, status)


def dispute_word(code: str) -> str:
    """What a body out of court decided."""
    return _word(DISPUTE_OUTCOMES, code) if code else _("under way")


def party_word(code: str) -> str:
    """Who complains."""
    words = {
        AUTHOR: _("author of the text"),
        REPORTER: _("who reported the text"),
        CONCERNED: _("whom a measure concerns"),
    }
    return words.get(code, code)


def mail_party_word(code: str) -> str:
    """To whom a mail went."""
    words = {
        "author": _("author of the text"),
        "reporter": _("who reported the text"),
        "complainant": _("who complains"),
    }
    return words.get(code, code)


# ---- reports --------------------------------------------------------------------------------------------------------


def report_answer(report: Report, decision: Decision | None) -> str:
    """What came of a report, said to who sent it."""
    if decision is None:
        return _("Its author has withdrawn the text meanwhile.")
    if decision.facts.get("left") or decision.outcome in FAVOURABLE:
        return _("We have checked the text. It breaks neither the rules nor the law as far as we can see, so it stays.")
    if decision.outcome in ("return", "redact"):
        return _("We have checked the text. It is changed before anyone can read it again.")
    if decision.outcome in ("hide", "remove", "reject"):
        return _("We have checked the text. It can no longer be read.")
    return _("We have checked the text and decided: %(outcome)s.", outcome=outcome_word(spoken_outcome(decision)))


def was_refused(decision: Decision) -> bool:
    """Whether who reported got less than asked for: then they can complain, as authors can against a restriction."""
    return bool(decision.facts.get("left")) or decision.outcome not in ("hide", "remove", "reject")


def report_how(decision: Decision) -> str:
    """Whether software took part in the answer to a report (Art. 16 (6))."""
    if decision.automated:
        return _("The decision was made by software; if you complain, a human being looks at it.")
    return _("A human being decided. Software neither decided nor chose what is looked at.")


def report_redress(decision: Decision) -> str:
    """What can be done about the answer to a report (Art. 16 (5), 20, 21)."""
    court = _("You may also go to court.")
    if not was_refused(decision):
        return f"{dispute_bodies()} {court}"
    return " ".join(
        [
            _(
                "If you do not agree, you can complain until %(day)s, free of charge; somebody else than the first time "
                "will decide about it.",
                day=format_day(last_day(decision.made_at)),
            ),
            dispute_bodies(),
            court,
        ]
    )


def last_day(told_at: datetime) -> datetime:
    """A moment on the last day on which a complaint is taken in."""
    return complaint_until(told_at) - timedelta(seconds=1)


# What templates of all rooms may use.
WORDS: dict[str, Any] = {
    "report_answer": report_answer,
    "report_how": report_how,
    "report_redress": report_redress,
    "was_refused": was_refused,
    "reason_word": reason_word,
    "complaint_outcome_word": complaint_outcome_word,
    "step_word": step_word,
    "scope_word": scope_word,
    "dispute_word": dispute_word,
    "dispute_bodies": dispute_bodies,
    "measure_word": measure_word,
    "mail_party_word": mail_party_word,
    "party_word": party_word,
    "last_day": last_day,
}
