"""How often a link may be mailed to one address: nobody's inbox is filled through our forms."""

from __future__ import annotations

from consult.core.forms import email_key
from consult.core.i18n import _
from consult.core.limits import TooMany, limits


def allow_link(email: str) -> None:
    """Count a mail to this address; TooMany when it had its number for the day, whoever it belongs to."""
    key = ("confirmations.recipient", email_key(email))
    if not limits().hit(*key):
        raise TooMany(
            _(
                "Links were asked for this address several times today. Please look into its inbox, or try again tomorrow."
            ),
            limits().wait(*key),
        )
