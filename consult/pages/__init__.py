"""Home, my page, legal and explanatory pages: what joins the rooms and belongs to none of them.

The home page shows the questions first and what the other rooms register for it; the legal pages are written texts in both
languages with the day of their version.
"""

from __future__ import annotations

from flask import Flask

from consult.core.i18n import _l
from consult.core.registry import FooterItem, registries
from consult.pages import views


def init_app(app: Flask) -> None:
    """Register the pages and their places in the footer."""
    app.register_blueprint(views.blueprint)
    registries.footer += [
        FooterItem(20, _l("Take part"), "pages.rules", _l("Rules and periods")),
        FooterItem(50, _l("Verify"), "pages.about", _l("About this platform")),
        FooterItem(80, _l("Legal and access"), "pages.imprint", _l("Imprint")),
        FooterItem(81, _l("Legal and access"), "pages.privacy", _l("Privacy")),
        FooterItem(82, _l("Legal and access"), "pages.accessibility", _l("Accessibility")),
        FooterItem(83, _l("Legal and access"), "pages.easy_language", _l("Easy language")),
        FooterItem(84, _l("Legal and access"), "pages.sign_language", _l("Sign language")),
    ]
