"""Answers for programs: conditional ones, and the address of what was asked for."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, request
from werkzeug.datastructures import MultiDict

from consult.core.i18n import current_language


def conditional(response: Response) -> Response:
    """The same with ETag and language; 304 without body where the reader has it already."""
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    # a signed-in reader's answer carries the renewed session cookie, which nobody else may get
    response.headers["Cache-Control"] = "private, no-cache" if request.cookies else "public, no-cache"
    response.headers["Content-Language"] = current_language()
    return response.make_conditional(request)  # type: ignore[return-value]


def self_address(**changes: Any) -> str:
    """The full address of what was asked for, with parameters changed."""
    query: MultiDict[str, Any] = MultiDict(request.args)
    for name, value in changes.items():
        query[name.replace("__", "[") + "]" if "__" in name else name] = value
    base = current_app.config["SETTINGS"].site_url + request.path
    return f"{base}?{urlencode(list(query.items(multi=True)))}" if query else base
