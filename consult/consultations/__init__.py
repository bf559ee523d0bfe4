"""Consultations: a region's questions to its companies, one to twelve of them, with phases by date.

Words: a *consultation* has *questions*; a question keeps its earlier *wordings*. What always holds: a question that has
answers is never deleted, only closed or reworded with a visible date; the phase follows from the dates; nothing here or
elsewhere knows how many questions there are or with which letters numbers begin.
"""

from __future__ import annotations

from flask import Flask

from consult.consultations import admin, exchange, loading, panels, subjects, views
from consult.core.i18n import _l
from consult.core.registry import FooterItem, Loader, NavigationItem, Searchable, SubjectKind, registries


def init_app(app: Flask) -> None:
    """Register pages, menu, subjects, search and the shipped content."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(admin.blueprint)
    app.jinja_env.globals.update(
        rendered_panels=panels.rendered_panels,
        rendered_parts=panels.rendered_parts,
        shared_panels=panels.shared_panels,
    )
    registries.navigation.append(NavigationItem(10, "consultations", "consultations.current", _l("Questions")))
    registries.footer.append(FooterItem(10, _l("Take part"), "consultations.current", _l("All questions")))
    registries.footer.append(FooterItem(11, _l("Take part"), "consultations.index", _l("All consultations")))
    registries.subjects["consultation"] = SubjectKind(
        "consultation", _l("Consultation"), subjects.describe_consultations, subjects.find_consultation
    )
    registries.subjects["question"] = SubjectKind(
        "question", _l("Question"), subjects.describe_questions, subjects.find_question
    )
    registries.resolvers["consultations.question"] = subjects.resolve_question
    registries.searchables["question"] = Searchable("question", subjects.question_documents, _l("Questions"))
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(30, "facts", "consultations", loading.load, loading.shift))
