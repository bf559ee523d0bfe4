"""The form of a comment. `body` and `parent` are promised in `contract.md`; kind and organisation may be left out."""

from __future__ import annotations

from wtforms.widgets import HiddenInput

from consult.comments.operations import LONGEST, Text
from consult.core.access import Actor
from consult.core.forms import ChoiceField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l, current_language
from consult.core.vocabularies import vocabulary
from consult.organisations.acting import ActingField

KINDS = ("question", "support", "experience", "offer", "objection")  # the others come by themselves or from the editors


def as_id(text: str) -> int | None:
    """The number in a field, or None where it is no number of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class CommentForm(Form):
    """A comment or an answer."""

    body = TextField(_l("Your comment"), [required(_l("Please write something first.")), longest(LONGEST)])
    parent = LineField(widget=HiddenInput())
    kind = ChoiceField(_l("It is"), default="")
    organisation = ActingField()

    def offer(self, actor: Actor) -> None:
        """Offer the kinds, and for whom the actor may write."""
        words = vocabulary("comment_kinds")
        self.kind.choices = [("", _("no particular kind")), *[(code, words.title(code)) for code in KINDS]]
        self.organisation.offer(actor)

    def text(self) -> Text:
        """What was written, as the operation takes it."""
        parent = self.parent.data or ""
        return Text(
            body=self.body.data,
            # what is no number names no comment: 0 is nobody's id, so the answer says so
            parent=(as_id(parent) or 0) if parent else None,
            kind="answer" if parent else self.kind.data or "",
            organisation_id=self.organisation.organisation_id,
            language=current_language(),
        )
