"""Editing the written pages: what there is, a new version with preview, and its day."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.core.access import access, current_actor
from consult.core.clock import today
from consult.core.db import db, set_reading
from consult.core.errors import Conflict, Invalid, NotFound
from consult.core.i18n import _, current_language, in_language
from consult.core.web import LANGUAGE_PREFIX, flash_done, path, see_other
from consult.pages import markup, operations, texts, versions
from consult.pages.forms import PageForm
from consult.pages.views import blueprint


@blueprint.get(f"{LANGUAGE_PREFIX}/editorial/pages/")
@access("pages.edit")
def edit_index() -> str:
    """All written pages with the version that counts and the one that is planned."""
    rows = [
        (name, text, versions.counting(name), [one for one in versions.versions_of(name) if one.valid_from > today()])
        for name, text in texts.TEXTS.items()
    ]
    return render_template("pages/edit_index.html", rows=rows)


def _known(name: str) -> texts.Text:
    if name not in texts.TEXTS:
        raise NotFound()
    return texts.TEXTS[name]


def _begin(form: PageForm, name: str) -> None:
    """Begin with the newest stored version, or with what is shipped."""
    stored = versions.versions_of(name)
    if stored:
        form.body_de.data, form.body_en.data = stored[-1].body.get("de", ""), stored[-1].body.get("en", "")
    else:
        for language, field in (("de", form.body_de), ("en", form.body_en)):
            with in_language(language):
                field.data = markup.from_html(texts.shipped_body(name))
    form.seen.data = str(stored[-1].number if stored else 0)
    form.valid_from.data = today()


@blueprint.route(f"{LANGUAGE_PREFIX}/editorial/pages/<name>", methods=["GET", "POST"])
@access("pages.edit")
def edit(name: str) -> Any:
    """Write a new version; "preview" shows it, "publish" stores it."""
    text = _known(name)
    form = PageForm()
    if request.method != "POST":
        _begin(form, name)
        return _page(form, name, text)
    if "preview" in request.form or not form.validate():
        return _page(form, name, text, 422 if form.errors else 200, preview=True)
    try:
        operations.publish(
            current_actor(),
            name,
            body={"de": form.body_de.data, "en": form.body_en.data},
            change={"de": form.change_de.data, "en": form.change_en.data},
            valid_from=form.valid_from.data or today(),
            significant=form.significant.data,
            seen=int(form.seen.data) if (form.seen.data or "").isdigit() else -1,
        )
    except Invalid as invalid:
        form.take_errors(invalid)
        return _page(form, name, text, 422)
    except Conflict as conflict:
        db.session.rollback()
        set_reading(True)
        form.form_errors.append(str(conflict.message))
        form.seen.data = str(versions.newest_number(name))
        return _page(form, name, text, 409, newest=versions.versions_of(name)[-1])
    flash_done(_("The new version is stored."))
    return see_other(path("pages.edit_index"))


def _page(form: PageForm, name: str, text: texts.Text, status: int = 200, **more: Any) -> Any:
    braces, _given = texts.words_for(name)
    shown = []
    if more.get("preview"):
        for language, body in (("de", form.body_de.data), ("en", form.body_en.data)):
            with in_language(language):
                shown.append((language, markup.sections(body, texts.words_for(name)[0])))
    body = render_template(
        "pages/edit.html",
        form=form,
        name=name,
        text=text,
        shown=shown,
        newest=more.get("newest"),
        braces=sorted(braces),
        language=current_language(),
    )
    return body, status
