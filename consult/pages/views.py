"""The home page, my page, and what stands outside the languages for browsers and search engines."""

from __future__ import annotations

from flask import Response, current_app, redirect, render_template, request, url_for

from consult.consultations import words
from consult.consultations.queries import current_consultation
from consult.consultations.views import answer_url, path_rows
from consult.core.access import access, current_actor
from consult.core.i18n import current_language, picked_language, preferred_language
from consult.core.registry import registries
from consult.core.web import LANGUAGE_PREFIX, plain_blueprint
from consult.pages import mailbox, outside, texts

blueprint = plain_blueprint("pages", __name__)


@blueprint.get("/")
@access("public")
def root() -> Response:
    """On to the home page in the browser's language."""
    settings = current_app.config["SETTINGS"]
    response = redirect(url_for("pages.home", lang_code=preferred_language(settings.default_language)))
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "public, no-cache"
    return response  # type: ignore[return-value]


@blueprint.get(f"{LANGUAGE_PREFIX}/")
@access("public")
def home() -> str:
    """The guiding questions first, then what happens with an answer and what the other rooms have."""
    consultation = current_consultation(with_questions=True)
    return render_template(
        "pages/home.html",
        consultation=consultation,
        questions=path_rows(consultation) if consultation else [],
        answer_url=answer_url(consultation) if consultation else "",
        answers=sum(question.answer_count for question in consultation.questions) if consultation else 0,
        words=words,
        other=_other,
    )


def _other(value: dict[str, str]) -> str | None:
    """The language of a text where it is not the page's."""
    found = picked_language(value)
    return found if found != current_language() else None


@blueprint.get(f"{LANGUAGE_PREFIX}/me/")
@access("signed-in")
def me() -> str:
    """My page: what every room has for this person."""
    actor = current_actor()
    sections = [
        (panel.template, found)
        for panel in sorted(registries.me_sections, key=lambda one: one.order)
        if (found := panel.load(actor.person_id or 0, actor)) is not None
    ]
    return render_template("pages/me.html", sections=sections)


# ---- written pages --------------------------------------------------------------------------------------------------


def _add_text(name: str) -> None:
    def show() -> str:
        asked = request.args.get("version", "")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else None
        return texts.render(name, number)

    show.__doc__ = f"The written page `{name}`."
    rule = f"{LANGUAGE_PREFIX}/{name.replace('_', '-')}"
    blueprint.add_url_rule(rule, name, access("public")(show), methods=["GET"])


for _name in texts.TEXTS:
    _add_text(_name)


# ---- outside the languages ------------------------------------------------------------------------------------------


@blueprint.get("/robots.txt")
@access("public")
def robots() -> Response:
    """What search engines may read; nothing in demo mode, since sample data is no news."""
    return Response(outside.robots(), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@access("public")
def sitemap() -> Response:
    """Public pages for search engines: an index of parts, or the part that `part` names."""
    return Response(outside.sitemap(request.args.get("part", "")), mimetype="application/xml")


@blueprint.get("/.well-known/security.txt")
@access("public")
def security() -> Response:
    """Where a weakness is reported (RFC 9116)."""
    return Response(outside.security(), mimetype="text/plain")


@blueprint.get("/dev/mail")
@access("public")
def dev_mail() -> str:
    """The messages that the demo has written, newest first; from this machine only."""
    return mailbox.listing(request.args.get("after"))


@blueprint.get("/dev/mail/<int:mail_id>")
@access("public")
def dev_mail_show(mail_id: int) -> Response:
    """One message as text, with a frame that shows its HTML."""
    return mailbox.message(mail_id)


@blueprint.get("/dev/mail/<int:mail_id>/html")
@access("public")
def dev_mail_html(mail_id: int) -> Response:
    """The HTML of a message, locked up: no script, no form, no address but ours."""
    return mailbox.html(mail_id)
