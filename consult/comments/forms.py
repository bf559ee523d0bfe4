"""The form of a comment. `body` and `parent` are promised in `contract.md`; kind and organisation may be left out."""

from __future__ import annotations

from consult.comments.operations import LONGEST, Text
from consult.core.access import Actor
from consult.core.forms import ChoiceField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l, current_language
from consult.core.vocabularies import vocabulary

KINDS = ("question", "support", "experience", "offer", "objection")  # the others come by themselves or from the editors


class CommentForm(Form):
    """A comment or an answer."""

    body = TextField(_l("Your comment"), [required(_l("Please write something first.")), longest(LONGEST)])
    parent = LineField()
    kind = ChoiceField(_l("It is"), default="")
    organisation = ChoiceField(_l("Shown name"), default="")

    def offer(self, actor: Actor) -> None:
        """Offer the kinds, and the organisations of the actor; the first one is chosen unless the form says otherwise."""
        words = vocabulary("comment_kinds")
        self.kind.choices = [("", _("no particular kind")), *[(code, words.title(code)) for code in KINDS]]
        names = [(str(one.organisation_id), f"{actor.name}, {one.name}") for one in actor.memberships]
        self.organisation.choices = [*names, ("", actor.name or _("without an organisation"))]
        if names and not self.organisation.raw_data:
            self.organisation.data = names[0][0]

    def text(self) -> Text:
        """What was written, as the operation takes it."""
        parent, organisation = self.parent.data or "", self.organisation.data or ""
        is_answer = parent.isascii() and parent.isdigit() and len(parent) < 10
        return Text(
            body=self.body.data,
            # what is no number names no comment: 0 is nobody's id, so the answer says so
            parent=(int(parent) if is_answer else 0) if parent else None,
            kind="answer" if parent else self.kind.data or "",
            organisation_id=int(organisation) if organisation else None,
            language=current_language(),
        )
