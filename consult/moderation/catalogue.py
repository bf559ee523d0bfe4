"""The catalogue of reasons: the shipped list, and what administrators have written over it or added to it.

Each entry has a legal or rule ground and a template sentence in both languages. Decisions keep the words of the version
they were made with; this is what may be chosen now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import g, has_app_context
from sqlalchemy import select

from consult.core.db import db
from consult.core.i18n import current_language
from consult.core.memory import remembered
from consult.core.vocabularies import vocabulary
from consult.moderation.models import Reason

DEFAULT_REASON = "meets-rules"
GROUNDS = ("terms", "law")


@dataclass(frozen=True)
class Entry:
    """One reason in its present words. `version` 1 is the shipped one."""

    code: str
    version: int
    position: int
    title: dict[str, str] = field(hash=False)
    text: dict[str, str] = field(hash=False)
    ground: str
    legal_basis: str
    is_offered: bool = True

    def words(self, language: str | None = None) -> str:
        """The title."""
        return self.title.get(language or current_language()) or self.title.get("de") or self.code


def shipped() -> dict[str, Entry]:
    """The list that comes with the product."""
    return {
        term.code: Entry(
            code=term.code,
            version=1,
            position=10 * place,
            title={"de": term.title_de, "en": term.title_en},
            text={"de": term.text("text", "de"), "en": term.text("text", "en")},
            ground=term.extra.get("ground", "") or "terms",
            legal_basis=term.extra.get("legal_basis", ""),
        )
        for place, term in enumerate(vocabulary("moderation_reasons"), 1)
    }


def entry_of(row: Reason) -> Entry:
    """A stored version as an entry."""
    return Entry(
        row.code,
        row.version,
        row.position,
        dict(row.title),
        dict(row.text),
        row.ground,
        row.legal_basis,
        row.is_offered,
    )


def _merged(rows: Iterable[Reason]) -> dict[str, Entry]:
    found = shipped() | {row.code: entry_of(row) for row in rows}
    return dict(sorted(found.items(), key=lambda one: (one[1].position, one[0])))


def _read() -> dict[str, Entry]:
    return _merged(db.session.execute(select(Reason).where(Reason.replaced_at.is_(None))).scalars().all())


def catalogue() -> dict[str, Entry]:
    """All entries by code, in their order; those that are no longer offered too. One query a request at most."""
    if not has_app_context():
        return _merged(())
    if "moderation_reasons" not in g:
        g.moderation_reasons = remembered("moderation.reasons", _read, lasting=True)
    found: dict[str, Entry] = g.moderation_reasons
    return found


# Whether administrators have changed anything, for who asks the database anyway; hand a "no" to `note_unchanged`.
is_changed_column = select(Reason.id).exists().label("catalogue_is_changed")


def note_unchanged() -> None:
    """Another query has told that the shipped list is all there is: no need to ask once more in this request."""
    g.moderation_reasons = shipped()


def forget() -> None:
    """After a change within this request."""
    g.pop("moderation_reasons", None)


def entry(code: str | None) -> Entry | None:
    """The entry of a code, or None."""
    return catalogue().get(code or "")


def reason_title(code: str | None, language: str | None = None) -> str:
    """Title of a reason; a code that nobody knows stands for itself. For templates of all rooms."""
    found = entry(code)
    return found.words(language) if found is not None else (code or "")


def restrictive_reasons() -> list[Entry]:
    """What may be said against a text, in order: for the page that lists the rules."""
    return [one for one in catalogue().values() if one.is_offered and one.code != DEFAULT_REASON]


def reason_choices(*, restrictive: bool = False) -> list[tuple[str, str]]:
    """The reasons that may be chosen, as pairs of code and title; `restrictive` leaves out that all is well."""
    return [
        (one.code, one.words())
        for one in catalogue().values()
        if one.is_offered and not (restrictive and one.code == DEFAULT_REASON)
    ]
