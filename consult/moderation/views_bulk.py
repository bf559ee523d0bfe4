"""Pages for many cases at once: choose them and the decision, read what would happen, then let it happen."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from wtforms import RadioField

from consult.core.access import access, current_actor
from consult.core.db import set_reading
from consult.core.forms import ChoiceField, Form, TextField
from consult.core.i18n import _l
from consult.moderation import bulk
from consult.moderation.catalogue import DEFAULT_REASON, reason_choices
from consult.moderation.checks import Choice
from consult.moderation.forms import OUTCOME_CHOICES
from consult.moderation.views import blueprint


class BulkForm(Form):
    """One decision for many cases."""

    outcome = RadioField(_l("Decision"), validate_choice=False)
    reason = ChoiceField(_l("Reason"), validate_choice=False, default=DEFAULT_REASON)
    note = TextField(_l("One sentence about it"))
    internal_note = TextField(_l("Internal remark"))

    def offer(self, outcomes: tuple[str, ...]) -> None:
        """Offer these outcomes and the reasons of the catalogue."""
        self.outcome.choices = [(code, str(OUTCOME_CHOICES[code][0])) for code in outcomes]
        self.reason.choices = reason_choices()

    def choice(self) -> Choice:
        """What was chosen."""
        return Choice(
            self.outcome.data or "", self.reason.data or "", self.note.data, internal_note=self.internal_note.data
        )


def _numbers(values: list[str]) -> list[int]:
    return [int(value) for value in values[: bulk.MOST] if _is_number(value)]


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10


def _listed() -> list[tuple[int, str]]:
    """Number and version of each case, as the list had them: "17:204"."""
    pairs = [value.partition(":") for value in request.form.getlist("case")[: bulk.MOST]]
    return [(int(number), version) for number, _colon, version in pairs if _is_number(number)]


def _possible(items: list[bulk.Item]) -> tuple[str, ...]:
    """The outcomes that at least one of them allows."""
    return tuple(code for code in bulk.OUTCOMES if any(code in item.outcomes for item in items))


@blueprint.get("/moderation/bulk")
@access("moderation.decide")
def bulk_choose() -> str:
    """The chosen cases (`case`), or those with the same words as one (`same`) or of the same author (`author`)."""
    actor = current_actor()
    same, author = _numbers(request.args.getlist("same")), _numbers(request.args.getlist("author"))
    if same:
        ids = bulk.same_words(actor, same[0])
    elif author:
        ids = bulk.same_author(actor, author[0])
    else:
        ids = _numbers(request.args.getlist("case"))
    items = bulk.items(actor, ids)
    form = BulkForm(formdata=None)
    form.offer(_possible(items))
    return render_template("moderation/bulk.html", items=items, form=form, chosen={item.case.id for item in items})


@blueprint.post("/moderation/bulk")
@access("moderation.decide")
def bulk_decide() -> Any:
    """Without `go` the list of what would happen, with it the decisions and what became of each."""
    actor, form = current_actor(), BulkForm()
    listed, choice = _listed(), form.choice()
    found = bulk.faults(choice)
    if not found and listed and "go" in request.form:
        return render_template("moderation/bulk_done.html", results=bulk.decide_all(actor, listed, choice))
    set_reading(True)
    if found or not listed:  # the list as it was, ticked or not
        items = bulk.items(actor, _numbers(request.form.getlist("shown")) or [number for number, _version in listed])
        form.offer(_possible(items))
        for name, words in found.items():
            form[name].errors = [*form[name].errors, words]
        chosen = {number for number, _version in listed}
        page = render_template("moderation/bulk.html", items=items, form=form, chosen=chosen, nothing=not listed)
        return page, 422
    items = bulk.items(actor, [number for number, _version in listed], choice.outcome)
    form.offer(bulk.OUTCOMES)
    listing = dict(listed)
    ready = [item for item in items if not item.obstacle and listing.get(item.case.id) == item.version]
    left = [item for item in items if item not in ready]
    return render_template(
        "moderation/bulk_preview.html", ready=ready, left=left, form=form, choice=choice, effect=bulk.effect
    )
