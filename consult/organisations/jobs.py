"""What organisations clear away by themselves: invitations that nobody answered."""

from __future__ import annotations

from typing import Any

from consult.core import jobs
from consult.organisations import membership


@jobs.every("organisations.lapse", minutes=720)
def lapse(_payload: dict[str, Any]) -> None:
    """End invitations whose time is over."""
    membership.lapse_invitations()
