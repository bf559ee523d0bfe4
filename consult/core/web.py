"""The way of a request: language, actor, gate, view, one commit, headers; and the error pages.

A view loads, calls one operation or query and renders or redirects. It never commits: `Application.dispatch_request`
does, once, and only if the answer is a success. What an operation refuses becomes a page in the reader's language, or a
problem document below `/api/`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
import uuid
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, IntegerConverter, Map, MapAdapter

from consult.core import audit, errors
from consult.core.access import PERMISSIONS, current_actor, declared_access
from consult.core.db import db, is_busy, set_reading
from consult.core.i18n import LANGUAGES, _, current_language
from consult.core.logs import safe_path
from consult.core.registry import registries

log = logging.getLogger(__name__)
csrf = CSRFProtect()

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
LANGUAGE_PREFIX = "/<any(de, en):lang_code>"


class Application(Flask):
    """Flask with one transaction a request: committed after the view, before anything is sent, if the view succeeded."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.url_map.converters["int"] = BoundedInteger

    def dispatch_request(self) -> Any:
        response = self.make_response(super().dispatch_request())
        if request.method not in SAFE:
            if response.status_code < 400:
                db.session.commit()
            else:
                db.session.rollback()
        return response


class BoundedInteger(IntegerConverter):
    """Numbers in addresses that a database column can hold; longer ones are unknown addresses."""

    def __init__(self, map: Map, *arguments: Any, **options: Any) -> None:
        options.setdefault("max", 2**31 - 1)
        super().__init__(map, *arguments, **options)


def room_blueprint(name: str, import_name: str) -> Blueprint:
    """Blueprint whose addresses live below the language; `lang_code` never reaches a view, `url_for` adds it."""
    return Blueprint(name, import_name, url_prefix=LANGUAGE_PREFIX)


def plain_blueprint(name: str, import_name: str, prefix: str = "") -> Blueprint:
    """Blueprint outside the languages (API, feeds, health)."""
    return Blueprint(name, import_name, url_prefix=prefix or None)


def see_other(url: str) -> Response:
    """Answer to a successful POST: go and look there (303)."""
    return redirect(url, code=303)  # type: ignore[return-value]


def flash_done(message: Any) -> None:
    """Say on the next page what happened."""
    flash(str(message), "done")


def path(endpoint: str, **values: Any) -> str:
    """Address on this site, in the current language, with or without a request around it."""
    adapter, expecting = _addresses()
    if endpoint in expecting and "lang_code" not in values:
        values["lang_code"] = current_language()
    given = {key: value for key, value in values.items() if value is not None}
    if all(type(value) in (str, int) for value in given.values()):
        return _built(adapter, endpoint, tuple((key, type(value), value) for key, value in given.items()))
    return adapter.build(endpoint, given)


@lru_cache(maxsize=4096)
def _built(adapter: MapAdapter, endpoint: str, values: tuple[tuple[str, type, Any], ...]) -> str:
    """An address, put together once: a page holds dozens, most of them the same as on the page before."""
    return adapter.build(endpoint, {key: value for key, _kind, value in values})


def _addresses() -> tuple[MapAdapter, frozenset[str]]:
    """What builds addresses, and the endpoints that live below a language: worked out once all of them are there."""
    known: tuple[int, tuple[MapAdapter, frozenset[str]]] | None = current_app.extensions.get("consult_addresses")
    size = len(current_app.view_functions)
    if known is None or known[0] != size:
        rules = current_app.url_map.iter_rules()
        expecting = frozenset(rule.endpoint for rule in rules if "lang_code" in rule.arguments)
        known = size, (current_app.url_map.bind("site.invalid"), expecting)
        current_app.extensions["consult_addresses"] = known
    return known[1]


def address(endpoint: str, **values: Any) -> str:
    """Full address for mails, feeds and metadata: built on SITE_URL, never on what the client calls us."""
    return current_app.config["SETTINGS"].site_url + path(endpoint, **values)


LONGEST_NEXT = 2000  # lists by many facets have long addresses, and whoever signs in there comes back to what they saw


def safe_next(target: str | None) -> str | None:
    """A path on this site to go on to, or None: nothing that a browser could read as another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or len(target) > LONGEST_NEXT:
        return None
    if any(ord(c) < 32 or c == "\\" for c in target):
        return None
    return target


@lru_cache(maxsize=256)
def _file_hash(file: str, _stamp: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """Address of a static file with its hash, so that it can be cached for ever."""
    known: dict[str, str] = current_app.extensions.setdefault("consult_static", {})
    url = known.get(name)
    if url is None:
        file = f"{current_app.static_folder}/{name}"
        try:
            version = _file_hash(file, os.stat(file).st_mtime_ns)
        except OSError:  # there is none, or it is a folder
            version = "0"
        url = f"/static/{name}?v={version}"
        if not current_app.debug:  # files change with a new start; who works on them sees them at once
            known[name] = url
    return url


def _language_of_path() -> str | None:
    first = request.path.split("/", 2)[1] if "/" in request.path else ""
    return first if first in LANGUAGES else None


def _pull_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    language = (values or {}).pop("lang_code", None) or _language_of_path()
    if language:
        g.lang = language


def _push_language(endpoint: str, values: dict[str, Any]) -> None:
    if "lang_code" not in values and endpoint in _addresses()[1]:
        values["lang_code"] = current_language()


def _gate() -> Any:
    """Load the actor, then let the request in if its route's declared access allows it."""
    g.request_id = uuid.uuid4().hex[:16]
    g.started = time.perf_counter()
    if "\x00" in request.path:
        abort(404)
    if request.endpoint is None or request.endpoint == "static":
        return None
    set_reading(True)
    g.actor = registries.load_actor()
    set_reading(request.method in SAFE)
    if request.method not in SAFE:
        db.session.rollback()  # the view's own transaction begins as a writer
    needed = declared_access(current_app.view_functions.get(request.endpoint))
    if needed is None:
        log.error("route %s declares no access and is closed", request.endpoint)
        abort(404)
    if needed == "public":
        return None
    actor = current_actor()
    if not actor.signed_in:
        return _ask_to_sign_in()
    if needed != "signed-in" and not actor.may(needed):
        if actor.factor_missing & PERMISSIONS[needed] and request.method in SAFE:
            return redirect(url_for("accounts.second_factor", next=request.full_path.rstrip("?")), code=303)
        audit.record_apart("access.refused", actor, endpoint=request.endpoint, needed=needed)
        raise errors.Refused(_("Your account has no right to this page."))
    return None


def _ask_to_sign_in() -> Any:
    if request.path.startswith("/api/"):
        abort(401)
    if request.method in SAFE:
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), code=303)
    return again_page(
        403,
        _("Please sign in again"),
        _(
            "You are signed out by now. Sign in in a new window, then send the form again here: "
            "what you typed is kept below."
        ),
        sign_in=True,
    )


def typed_fields() -> list[tuple[str, str]]:
    """What was sent, without tokens and passwords: so that an error page can hand it back."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and "password" not in name and isinstance(value, str)
    ][:200]


def again_page(
    status: int, heading: str, text: str, sign_in: bool = False, calm: bool = False, over: bool = False,
    shown: Collection[str] = (),
) -> Any:  # fmt: skip
    """A page that keeps what was typed and offers to send it again; `calm` where nothing went wrong: no error is named;
    `over` where it is too late for that: then the text is there to be copied. With `shown` only these fields are, however
    short they are.
    """
    body = render_template(
        "errors/again.html",
        code="" if calm else status,
        heading=heading,
        text=text,
        fields=typed_fields(),
        sign_in=sign_in,
        over=over,
        shown=shown,
        token=generate_csrf(),
    )
    return current_app.make_response((body, status))


def wants_problem() -> bool:
    """Whether the answer to this request is for a program."""
    return request.path.startswith(("/api/", "/metrics", "/healthz", "/readyz"))


def problem(status: int, title: str, detail: str = "", **extra: Any) -> Response:
    """An error for programs, as RFC 9457 describes it."""
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    body = current_app.json.dumps(content)
    return Response(body, status=status, mimetype="application/problem+json")


def error_texts(status: int) -> tuple[str, str]:
    """Heading and explanation of an error page in the reader's language."""
    known = {
        400: (_("We could not read this request"), _("Something in the address or the form was damaged on its way.")),
        403: (_("This is not open to you"), _("The page exists, but your account has no right to it.")),
        404: (_("We do not have this page"), _("It may have moved, or the address has a typing error.")),
        405: (_("This does not work this way"), _("The address exists, but not for this kind of request.")),
        409: (
            _("Somebody was faster"),
            _("It has changed since you opened it. Please look at the present state first."),
        ),
        410: (_("This is no longer here"), _("The link has expired, or the text was withdrawn.")),
        413: (
            _("That is too much at once"),
            _(
                "Please go back one page in your browser: what you typed still stands there. "
                "Then shorten the text or choose a smaller file."
            ),
        ),
        422: (_("Something is still missing"), _("Please check what you entered.")),
        429: (_("Please wait a moment"), _("Too many requests came from here in a short time.")),
        503: (_("Please try again in a moment"), _("The system is very busy just now. Nothing of yours was lost.")),
    }
    fallback = (
        _("Something went wrong on our side"),
        _("We have noted it. Nothing that was confirmed to you is lost."),
    )
    return known.get(status, fallback)


def error_page(status: int, message: Any = "", retry_after: int | None = None) -> Response:
    """The answer to an error: page or problem document, with the typed text where a form was sent."""
    heading, text = error_texts(status)
    if wants_problem():
        response = problem(status, heading, str(message or text))
    elif request.method == "POST" and status in (400, 409, 429, 500, 503) and typed_fields():
        response = again_page(status, heading, str(message or text))
    else:
        steps = [(_("To the home page"), path("pages.home")), (_("All ideas"), path("ideas.index"))]
        body = render_template(
            "errors/error.html", code=status, heading=heading, text=str(message or text), steps=steps
        )
        response = current_app.make_response((body, status))
    if retry_after or status == 503:
        response.headers["Retry-After"] = str(retry_after or 2)
    return response


def _on_http(error: HTTPException) -> Any:
    db.session.rollback()
    status = error.code or 500
    if status < 400:
        return error
    if status == 404:
        _set_missing_language()
    response = error_page(status)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            response.headers[name] = value
    return response


def _set_missing_language() -> None:
    if "lang" not in g and (language := _language_of_path()):
        g.lang = language


def _on_domain(error: errors.DomainError) -> Any:
    db.session.rollback()
    if isinstance(error, errors.SignInNeeded):
        return _ask_to_sign_in()
    if isinstance(error, errors.Over) and not wants_problem():
        return again_page(error.status, _("The time for this is over"), str(error.message), calm=True, over=True)
    if isinstance(error, errors.Outside) and request.method == "POST" and not wants_problem() and typed_fields():
        return again_page(error.status, error_texts(error.status)[0], str(error.message))
    return error_page(error.status, error.message, getattr(error, "retry_after", None))


def _on_csrf(_error: CSRFError) -> Any:
    db.session.rollback()
    if request.method == "POST" and not wants_problem() and typed_fields():
        return again_page(
            400,
            _("Nothing is lost: please send it once more"),
            _(
                "Your session has ended, or the page was open for a long time. What you typed stands here, and is stored "
                "once you press the button. If you were signed in, you are asked to do so first."
            ),
            calm=True,
        )
    return error_page(
        400, _("The page was open for a long time, or cookies are switched off. Please send the form once more.")
    )


def _on_stale(_error: StaleDataError) -> Any:
    db.session.rollback()
    return error_page(409)


def _first_line(error: DBAPIError) -> str:
    """What the database says is wrong; the lines after it quote values, which may be somebody's address."""
    return str(error.orig).split("\n", 1)[0][:200]


def _on_database(error: OperationalError) -> Any:
    db.session.rollback()
    log.warning("database: %s", _first_line(error))
    return error_page(503 if is_busy(error) else 500, retry_after=2)


def _on_integrity(error: IntegrityError) -> Any:
    """Two did the same thing at the same moment and a unique rule of the database kept one of them."""
    db.session.rollback()
    log.warning("integrity: %s", _first_line(error))
    return error_page(409)


def _on_any(error: Exception) -> Any:
    db.session.rollback()
    log.exception("unexpected error in %s %s", request.method, safe_path(), exc_info=error)
    try:
        return error_page(500)
    except Exception:  # the frame of the page itself is broken: words without it are better than none
        log.exception("the error page failed")
        heading, text = error_texts(500)
        language = current_language()
        return current_app.make_response(
            (
                f'<!doctype html><html lang="{language}"><title>{heading}</title><h1>{heading}</h1><p>{text}</p></html>',
                500,
            )
        )


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    if current_app.config["SETTINGS"].https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static" and response.status_code == 200:
        if request.args.get("v"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in headers:
        # asked past the proxy, which would count this very look as an access
        touched = request_ctx._session is not None and (request_ctx._session.accessed or request_ctx._session.modified)
        personal = current_actor().signed_in or touched or response.status_code >= 400
        headers["Cache-Control"] = "private, no-store" if personal else "public, no-cache"
    if has_request_context() and "request_id" in g:
        headers.setdefault("X-Request-Id", g.request_id)
    return response


def alternate_urls() -> dict[str, str]:
    """The present page in each language: for the switch and `hreflang`."""
    if not request.endpoint or request.url_rule is None or "lang_code" not in request.url_rule.arguments:
        return {language: f"/{language}/" for language in LANGUAGES}
    query = request.query_string.decode("utf-8", "replace")
    urls = {}
    for language in LANGUAGES:
        try:
            base = path(request.endpoint, **{**(request.view_args or {}), "lang_code": language})
        except BuildError:
            base = f"/{language}/"
        urls[language] = f"{base}?{query}" if query and request.method == "GET" else base
    return urls


def _context() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    actor = current_actor()
    return {
        "lang": current_language(),
        "actor": actor,
        "can": actor.may,
        "site": site(),
        "demo_mode": settings.demo,
        "static_url": static_url,
        "alternate_urls": alternate_urls() if has_request_context() else {},
        "address": address,
        "path": path,
    }


def site() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    return {"name": settings.site_name, "url": settings.site_url, "operator": settings.operator}


def init_app(app: Flask) -> None:
    """Attach the whole way of a request to the application."""
    settings = app.config["SETTINGS"]
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
    )
    csrf.init_app(app)
    app.url_value_preprocessor(_pull_language)
    app.url_defaults(_push_language)
    # the gate stands before Flask-WTF's check, so that its error page knows language and actor
    app.before_request_funcs.setdefault(None, []).insert(0, _gate)
    app.after_request(_headers)
    app.context_processor(_context)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(errors.DomainError, _on_domain)
    app.register_error_handler(StaleDataError, _on_stale)
    app.register_error_handler(IntegrityError, _on_integrity)
    app.register_error_handler(OperationalError, _on_database)
    app.register_error_handler(Exception, _on_any)
