"""Deadlines as calendar entries (RFC 5545): an all-day entry on the last day, or the moment where there is a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app

from consult.core.clock import local
from consult.core.i18n import _, current_language, pick
from consult.core.late import late
from consult.core.web import address
from consult.programmes import rules
from consult.programmes.models import Call

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = late("icalendar")


def _event(call: Call, programme: str, host: str) -> icalendar.Event:
    assert call.closes_at is not None
    language = {"LANGUAGE": current_language()}
    event = icalendar.Event()
    event.add("uid", f"call-{call.slug}@{host}")
    event.add("dtstamp", call.updated_at)
    event.add("sequence", call.revision - 1)
    event.add("summary", _("Deadline: %(title)s", title=pick(call.title)), parameters=language)
    if pick(call.summary):
        event.add("description", pick(call.summary), parameters=language)
    if rules.ends_with_day(call.closes_at):
        day = local(rules.last_day(call.closes_at)).date()
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", local(call.closes_at))
        event.add("dtend", local(call.closes_at))
    event.add("url", icalendar.vUri(f"{address('programmes.show', slug=programme)}#call-{call.slug}"))
    return event


def calendar(calls: Iterable[Call], programmes: Mapping[int, str], name: str = "") -> bytes:
    """A calendar of the deadlines of those calls that have one; `programmes` are the addresses of programmes by id."""
    site = current_app.config["SETTINGS"]
    found = icalendar.Calendar()
    found.add("prodid", f"-//{site.site_name}//consult//{current_language().upper()}")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name or _("Deadlines – %(site)s", site=site.site_name))
    host = urlsplit(site.site_url).hostname or "localhost"
    dated = [call for call in calls if call.closes_at is not None]
    for call in dated:
        found.add_component(_event(call, programmes[call.programme_id], host))
    days = [local(call.closes_at).date() for call in dated if call.closes_at is not None]
    if days:
        found.add_missing_timezones(date(min(days).year, 1, 1), date(max(days).year + 1, 12, 31))
    return bytes(found.to_ical())
