"""Forms of redress. Fields of report and complaint are named as `contract.md` promises."""

from __future__ import annotations

from wtforms import BooleanField

from consult.core.forms import ChoiceField, EmailField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l
from consult.moderation.catalogue import reason_choices


class ReportForm(Form):
    """A reader's report with the elements of Art. 16 (2): a explanation, b address, c name and e-mail, d good faith.

    Name and address are asked for and not demanded: the law forbids to demand them where sexual abuse of children is
    suspected, and nobody should have to say what it is before they are heard.
    """

    url = LineField(
        _l("Address of the text"), [required(_l("Please enter the address of the text that you mean.")), longest(2000)]
    )
    reason = ChoiceField(
        _l("What is wrong with it?"), [required(_l("Please choose what is wrong; the closest entry is enough."))]
    )
    explanation = TextField(
        _l("Explanation"), [required(_l("Please say in a sentence or two what is wrong.")), longest(5000)]
    )
    name = LineField(_l("Your name"), [longest(120)])
    email = EmailField(_l("Your e-mail address"))
    good_faith = BooleanField(
        _l("To the best of my knowledge these statements are correct and complete."),
        [required(_l("Please confirm this; the law asks for it."))],
    )

    def offer(self) -> None:
        """Offer the reasons of the catalogue that speak against a text."""
        self.reason.choices = [("", _("Please choose")), *reason_choices(restrictive=True)]
