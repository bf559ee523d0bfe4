"""A page with every part of the front end on it: what the tests of this folder look at."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g, render_template_string
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from consult.core.access import Actor
from consult.core.forms import ChoiceField, EmailField, Form, LineField, TextField, required
from consult.core.paging import Page

TEMPLATE = Path(__file__).with_name("sample.html")


def choices(**labels: str) -> list[SelectChoice]:
    """Choices of a field by their codes."""
    return [SelectChoice(code, label) for code, label in labels.items()]


AUDIENCES = choices(public="Öffentlich", anonymous="Ohne Namen", agency="Agentur", ministry="Ministerium")

IDEAS: list[dict[str, Any]] = [
    {
        "title": "Ein Prüfstand für zwölf",
        "url": "/de/ideas/OR-2026-00042",
        "kicker": "Frage 3: Öffnung",
        "summary": "Unsere Messtechnik steht <still>.",
        "org": "Beispiel GmbH, Jena",
        "cross": {"a": "TH", "b": "BW", "crosses": True},
        "support": 24,
        "comments": 1,
        "status": "answered",
        "reference": "OR-2026-00042",
    },
    {"title": "A contract on two pages", "url": "/de/ideas/OR-2026-00043", "lang": "en"},
]
GROUPS: list[dict[str, Any]] = [
    {
        "name": "question",
        "legend": "Frage",
        "options": [
            {"value": "1", "label": "1 Nutzen", "count": 1758, "checked": True},
            {"value": "2", "label": "2 Instrumente", "count": 0},
        ],
    },
    {
        "name": "sort",
        "legend": "Sortieren",
        "kind": "radio",
        "options": [{"value": "new", "label": "neueste zuerst", "checked": True}],
    },
    {"name": "empty", "legend": "Ohne Auswahl", "options": []},
]


class SampleForm(Form):
    """One field of each kind."""

    title = LineField("Titel Ihrer Idee", [required()])
    email = EmailField("E-Mail")
    body = TextField("Ihre Antwort")
    note = TextField("Ein Satz dazu")
    reason = ChoiceField("Grund", choices=choices(rules="Entspricht den Spielregeln", ad="Werbung"))
    role = RadioField("Teilnahme", choices=choices(here="In Erfurt", online="Online"))
    audience = RadioField("Wer darf diese Antwort lesen?", choices=AUDIENCES, default="public")
    topics = SelectMultipleField("Themen", choices=choices(a="Photonik", b="Textil"))
    clusters = SelectMultipleField("Cluster", choices=choices(opto="OptoNet", medways="medways"))
    consent = BooleanField("Ich bin einverstanden")


class PairForm(Form):
    """A text in both languages."""

    pairs = {"lede": 200}
    lede_de = LineField("Vorspann auf Deutsch")
    lede_en = LineField("Vorspann auf Englisch")
    lede_origin = ChoiceField("Herkunft", choices=choices(human="von Menschen übersetzt", machine="maschinell"))


def sample(app: Flask, typed: dict[str, Any] | None = None, query: str = "q=Mess&after=x", **context: Any) -> str:
    """The page as HTML; with `typed` the form was sent and found wanting where it is."""
    address = f"/de/ideas/?{query}"
    request = {"method": "POST", "data": typed} if typed is not None else {}
    with app.test_request_context(address, **request):
        g.lang = "de"
        form = SampleForm()
        if typed is not None:
            form.validate()
            form.form_errors.append("Die Fassung hat sich geändert.")
        return render_template_string(
            TEMPLATE.read_text("utf-8"),
            **{
                **frame(),
                "form": form,
                "pair_form": PairForm(formdata=None),
                "ideas": IDEAS,
                "groups": GROUPS,
                "page": Page([], "n-1", "p-1", False),
                **context,
            },
        )


def frame(signed_in: bool = False, **context: Any) -> dict[str, Any]:
    """What the application gives to the frame, in a small way."""
    actor: Any = SimpleNamespace(signed_in=True) if signed_in else Actor()
    names = ("Fragen", "Ideen", "Cluster", "Projekte", "Termine", "Themen", "Suche")
    return {
        "nav": [{"label": name, "url": f"/de/{name.lower()}/", "current": name == "Ideen"} for name in names],
        "footer": [("Mitmachen", [("Alle fünf Fragen", "/de/consultations/open-region")])],
        "alternate_urls": {"de": "/de/ideas/", "en": "/en/ideas/"},
        "actor": actor,
        "can": lambda permission: signed_in,
        **context,
    }
