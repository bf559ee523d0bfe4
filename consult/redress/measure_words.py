"""The statement of reasons of a warning or a suspension: what, how long, on which facts, on what basis, what can be done.

Its parts are those of Regulation (EU) 2022/2065, Art. 17 (3) and 23 (3); it is stored as it is sent.
"""

from __future__ import annotations

from consult.core.i18n import _, format_day, in_language
from consult.moderation.objecting import complaint_address, dispute_bodies
from consult.redress.models import CONCERNED, SUSPENSION, TEXTS, Measure
from consult.redress.words import last_day


def statement_texts(measure: Measure) -> dict[str, str]:
    """The statement in both languages; what the moderator wrote stays in its language."""
    texts = {}
    for language in ("de", "en"):
        with in_language(language):
            texts[language] = "\n\n".join(_parts(measure))
    return texts


def _parts(measure: Measure) -> list[str]:
    return [
        what_sentence(measure),
        _("The facts: %(note)s", note=measure.note),
        _facts(measure),
        _("How serious it is: %(text)s", text=measure.gravity),
        _("What can be seen of the intention: %(text)s", text=measure.intention),
        _(
            "Basis: our rules, section “Report content”, and Art. 23 of Regulation (EU) 2022/2065. A human being looked at "
            "each case and decided; no software decided or chose."
        ),
        _(
            "If you do not agree, you can complain until %(day)s, free of charge; somebody else than the first time will "
            "decide: %(address)s",
            day=format_day(last_day(measure.decided_at)),
            address=complaint_address(CONCERNED, measure.id),
        ),
        dispute_bodies() + " " + _("You may also go to court."),
    ]


def what_sentence(measure: Measure) -> str:
    """What the measure means."""
    if measure.step == SUSPENSION:
        day = format_day(measure.ends_at)
        if measure.scope == TEXTS:
            return _(
                "Until %(day)s you can publish nothing on this site. It ends by itself then. You can still read "
                "everything, take your data out and complain.",
                day=day,
            )
        return _(
            "Until %(day)s we do not process reports from you, nor complaints about them. It ends by itself then. "
            "Everything else stays open to you.",
            day=day,
        )
    if measure.scope == TEXTS:
        return _(
            "We warn you: if you send manifestly illegal texts again, we can suspend you for a time. "
            "Nothing is restricted now."
        )
    return _(
        "We warn you: if you report or complain again without any apparent ground, we can stop processing it for a time. "
        "Nothing is restricted now."
    )


def _facts(measure: Measure) -> str:
    """Numbers and proportion, Art. 23 (3) a and b."""
    share = round(100 * measure.number_manifest / measure.number_all) if measure.number_all else 0
    values = {"manifest": measure.number_manifest, "all": measure.number_all, "share": share}
    if measure.scope == TEXTS:
        return _("Of %(all)s texts within twelve months, %(manifest)s were manifestly illegal: %(share)s %%.", **values)
    return _(
        "Of %(all)s reports and complaints within twelve months, %(manifest)s were manifestly unfounded: %(share)s %%.",
        **values,
    )
