"""Mail of the demo, readable in the browser.

Messages carry links that sign people in, so the door is narrow: demo mode, a request from this very machine, addressed to
it by a loopback name and not handed on by a proxy. To everybody else the page does not exist.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, request
from sqlalchemy import select

from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.mail import Mail
from consult.core.paging import keyset
from consult.core.web import CSP

_LINK = re.compile(r"https?://[^\s<>\"']+")
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via")
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def _is_loopback(name: str | None) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address((name or "").strip("[]")).is_loopback
    except ValueError:
        return False


def is_open() -> bool:
    """Whether this request may read the demo's mail."""
    if not current_app.config["SETTINGS"].demo:
        return False
    if any(header in request.headers for header in _FORWARDED):
        return False
    return _is_loopback(request.remote_addr) and _is_loopback(urlsplit(f"//{request.host}").hostname)


def _need_open() -> None:
    if not is_open():
        raise NotFound()


def _mail(mail_id: int) -> Mail:
    _need_open()
    found = db.session.get(Mail, mail_id) if mail_id < 2**31 else None
    if found is None:
        raise NotFound()
    return found


def listing(after: str | None) -> str:
    """A page of messages, newest first."""
    _need_open()
    page = keyset(select(Mail), [(Mail.created_at, "desc"), (Mail.id, "desc")], after, 25)
    return render_template("pages/dev_mail.html", page=page)


def message(mail_id: int) -> Response:
    """One message; its links stand below the text, since the frame follows none."""
    mail = _mail(mail_id)
    links = list(dict.fromkeys(link.rstrip(".,;:)") for link in _LINK.findall(mail.text)))
    response = make_response(render_template("pages/dev_mail_message.html", mail=mail, links=links))
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def html(mail_id: int) -> Response:
    """The HTML part for the frame."""
    mail = _mail(mail_id)
    response = make_response(mail.html)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
