"""How people object to a decision: the signed address of the complaint, until when, and who else can be asked.

The address needs no account (Regulation (EU) 2022/2065, Art. 20): it carries what it is about and a seal that only this
installation can make, so that whoever got the statement, and nobody else, reaches the form. Room `redress` answers there.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import hmac
import re
from datetime import datetime

from flask import current_app

from consult.core.clock import LOCAL, end_of_day
from consult.core.i18n import _, current_language
from consult.core.web import address, path

MONTHS = 6  # at least; Art. 20 (1)

# The letter in the address of a complaint: an author about a decision, a reader about a report, somebody about a measure.
LETTERS = {"author": "d", "reporter": "r", "measure": "s"}
_TOKEN = re.compile(r"^([drs])([1-9][0-9]{0,9})-([A-Za-z0-9_-]{24})$")


def _seal(party: str, number: int) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"complaint:{party}:{number}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def complaint_token(party: str, number: int) -> str:
    """The secret part of the address: 144 bits. `number` is that of the decision, report or measure."""
    return f"{LETTERS[party]}{number}-{_seal(party, number)}"


def read_token(token: str) -> tuple[str, int] | None:
    """(party, number) of a token of ours, None for every other text."""
    found = _TOKEN.match(token)
    if found is None:
        return None
    party = next(name for name, letter in LETTERS.items() if letter == found[1])
    number = int(found[2])
    if number >= 2**31 or not hmac.compare_digest(_seal(party, number).encode(), found[3].encode()):
        return None
    return party, number


def complaint_path(party: str, number: int) -> str:
    """Address on this site of the complaint's page, in the present language."""
    return path("redress.complaint", token=complaint_token(party, number))


def complaint_address(party: str, number: int) -> str:
    """Full address of the complaint's page, for mails and stored statements."""
    return address("redress.complaint", token=complaint_token(party, number))


def complaint_until(told_at: datetime) -> datetime:
    """The first moment at which it is too late: the end of the same day six months later, in Berlin."""
    day = told_at.astimezone(LOCAL).date()
    months = day.month - 1 + MONTHS
    year, month = day.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return end_of_day(day.replace(year=year, month=month, day=min(day.day, last)))


def dispute_bodies() -> str:
    """Who settles disputes out of court (Art. 21), as the operator has set it, in the present language."""
    set_text = current_app.config["SETTINGS"].dispute_bodies.get(current_language(), "")
    return set_text or _(
        "Certified out-of-court dispute settlement bodies are listed by the European Commission "
        "(digital-strategy.ec.europa.eu/en/policies/dsa-out-court-dispute-settlement) and, for Germany, by the Digital "
        "Services Coordinator at the Bundesnetzagentur (www.dsc.bund.de)."
    )
