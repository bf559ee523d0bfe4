"""The public interface for programs: the read-only API below `/api/v1`, its description, and the Atom feeds.

Words: a *resource* is what an address gives, a *place* is the variable part of its address, a *listing* is a page of a
list. What always holds: only what everyone may read, the same for every reader; an answer without name stands at its
question only; every error is a problem document (RFC 9457); every list is bounded and pages by cursor.
"""

from __future__ import annotations

from flask import Flask

from consult.api import docs, feeds, layer, offers, response_list, similar
from consult.core.i18n import _l
from consult.core.registry import FooterItem, registries

__all__ = ["init_app", "offers", "response_list", "similar"]


def init_app(app: Flask) -> None:
    """Register the endpoints, their description, the feeds and where pages name them."""
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(feeds.blueprint)
    app.after_request(layer.allow_everyone)
    app.context_processor(feeds.named_feeds)
    registries.footer.append(FooterItem(60, _l("Verify"), "api.docs", _l("Interface for programs (API)")))
