"""Activities as calendar entries (RFC 5545), with the time zone's rules inside, so that any calendar reads them alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import current_app

from consult.core.clock import LOCAL
from consult.core.i18n import _, current_language, pick
from consult.core.late import late
from consult.core.web import address
from consult.projects import words
from consult.projects.mails import has_calendar_entry
from consult.projects.models import Activity

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = late("icalendar")

STATUS = {"cancelled": "CANCELLED", "postponed": "CANCELLED", "completed": "CONFIRMED", "planned": "CONFIRMED"}


def _event(activity: Activity, host: str) -> icalendar.Event:
    event = icalendar.Event()
    language = {"LANGUAGE": current_language()}
    event.add("uid", f"activity-{activity.slug}@{host}")
    event.add("dtstamp", activity.edited_at or activity.created_at)
    event.add("sequence", activity.revision - 1)
    event.add("summary", pick(activity.title), parameters=language)
    event.add("description", pick(activity.summary), parameters=language)
    assert activity.starts_at is not None and activity.ends_at is not None
    start, end = activity.starts_at.astimezone(LOCAL), activity.ends_at.astimezone(LOCAL)
    if activity.all_day:
        event.add("dtstart", start.date())
        event.add("dtend", end.date() + timedelta(days=1))  # the end is the first day that no longer belongs to it
    else:
        event.add("dtstart", start)
        event.add("dtend", end)
    where = ", ".join(part for part in (activity.venue, words.place_words(activity)) if part)
    if where:
        event.add("location", where, parameters=language)
    event.add("url", icalendar.vUri(address("activities.show", slug=activity.slug)))
    event.add("status", STATUS.get(activity.status, "TENTATIVE"))
    return event


def calendar(activities: Iterable[Activity], name: str = "") -> bytes:
    """A calendar of those activities whose date is exact to the day; others are left out."""
    site = current_app.config["SETTINGS"]
    host = urlsplit(site.site_url).hostname or "localhost"
    found = icalendar.Calendar()
    found.add("prodid", f"-//{site.site_name}//consult//{current_language().upper()}")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name or _("Activities – %(site)s", site=site.site_name))
    dated = [activity for activity in activities if has_calendar_entry(activity)]
    for activity in dated:
        found.add_component(_event(activity, host))
    days = [activity.sort_at.date() for activity in dated] + [activity.over_at.date() for activity in dated]
    if days:  # the zone's rules for the years at hand, not for all since 1970
        found.add_missing_timezones(date(min(days).year, 1, 1), date(max(days).year + 1, 12, 31))
    return bytes(found.to_ical())
