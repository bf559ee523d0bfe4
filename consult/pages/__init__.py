"""Home, my page, legal and explanatory pages: what joins the rooms and belongs to none of them.

The home page shows the questions first and what the other rooms register for it; the legal pages are written texts in both
languages with the day of their version.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask

from consult.core import pagecache
from consult.core.i18n import _, _l, format_day, pick
from consult.core.registry import PLAIN_MAIL, FooterItem, NoticeKind, PersonalData, registries
from consult.core.web import path
from consult.pages import texts, versions, views, views_editing

__all__ = ["init_app", "views_editing"]


def _changed(context: Any) -> str:
    name, change = texts.TEXTS[context["page"]].title, pick(context["change"])
    day = format_day(date.fromisoformat(context["day"]))
    words = _("From %(day)s a new version of “%(page)s” counts.", day=day, page=name)
    return f"{words} {change}".strip()


def init_app(app: Flask) -> None:
    """Register the pages and their places in the footer."""
    app.register_blueprint(views.blueprint)
    registries.rules_version = texts.rules_version
    registries.notice_kinds["page.changed"] = NoticeKind(
        "page.changed", _changed, lambda context: path(f"pages.{context['page']}"), PLAIN_MAIL
    )
    registries.personal_data["pages"] = PersonalData(
        "pages", ("page_text",), versions.export_person, versions.erase_person
    )
    pagecache.add_boundary("pages", versions.next_change)
    registries.footer += [
        FooterItem(20, _l("Take part"), "pages.rules", _l("Rules and periods")),
        FooterItem(50, _l("Verify"), "pages.about", _l("About this platform")),
        FooterItem(80, _l("Legal and access"), "pages.imprint", _l("Imprint")),
        FooterItem(81, _l("Legal and access"), "pages.privacy", _l("Privacy")),
        FooterItem(82, _l("Legal and access"), "pages.accessibility", _l("Accessibility")),
        FooterItem(83, _l("Legal and access"), "pages.easy_language", _l("Easy language")),
        FooterItem(84, _l("Legal and access"), "pages.sign_language", _l("Sign language")),
    ]
