"""States of taking part, and who moves them: the tables of the design as code.

A participation begins as requested (where the host accepts), confirmed or waiting, a membership as asked or, for the
degree without duties, as accepted.
"""

from __future__ import annotations

from consult.core import audit
from consult.core.states import Machine, Transition

PERSON, HOST, LEAD, SYSTEM = "person", "host", "lead", "system"

PARTICIPATION = Machine(
    "participation",
    "requested",
    [
        Transition("requested", "accept", "confirmed", HOST),
        Transition("requested", "enlist", "waiting", HOST),
        Transition("requested", "decline", "cancelled", HOST),
        Transition("requested", "cancel", "cancelled", PERSON),
        Transition("waiting", "offer", "offered", SYSTEM),
        Transition("waiting", "cancel", "cancelled", PERSON),
        Transition("offered", "confirm", "confirmed", PERSON),
        Transition("offered", "lapse", "lapsed", SYSTEM),
        Transition("offered", "cancel", "cancelled", PERSON),
        Transition("confirmed", "cancel", "cancelled", PERSON),
        Transition("confirmed", "attend", "attended", HOST),
        Transition("confirmed", "miss", "absent", HOST),
        Transition("attended", "miss", "absent", HOST),
        Transition("absent", "attend", "attended", HOST),
    ],
    {
        "accept": "participation.accepted",
        "enlist": "participation.enlisted",
        "decline": "participation.declined",
        "cancel": "participation.cancelled",
        "offer": "participation.offered",
        "confirm": "participation.confirmed",
        "lapse": "participation.lapsed",
        "attend": "participation.attended",
        "miss": "participation.missed",
    },
)

MEMBERSHIP = Machine(
    "membership",
    "asked",
    [
        Transition("asked", "accept", "accepted", LEAD),
        Transition("asked", "decline", "declined", LEAD),
        Transition("asked", "leave", "left", PERSON),
        Transition("accepted", "leave", "left", PERSON),
        Transition("accepted", "end", "ended", LEAD),
    ],
    {
        "accept": "membership.accepted",
        "decline": "membership.declined",
        "leave": "membership.left",
        "end": "membership.ended",
    },
)

# "announced" is what a source said of a date; who enters an activity here plans it.
ACTIVITY = Machine(
    "activity",
    "planned",
    [
        Transition("planned", "cancel", "cancelled", HOST),
        Transition("announced", "cancel", "cancelled", HOST),
        Transition("postponed", "cancel", "cancelled", HOST),
        Transition("planned", "postpone", "postponed", HOST),
        Transition("announced", "postpone", "postponed", HOST),
        Transition("postponed", "resume", "planned", HOST),
        Transition("cancelled", "resume", "planned", HOST),
        Transition("planned", "complete", "completed", HOST),
        Transition("announced", "complete", "completed", HOST),
    ],
    {
        "cancel": "activity.cancelled",
        "postpone": "activity.postponed",
        "resume": "activity.resumed",
        "complete": "activity.completed",
    },
)

audit.declare("project.created", "revision")
audit.declare("project.edited", "revision")
audit.declare("activity.created", "revision")
audit.declare("activity.edited", "revision", "told")
audit.declare("participation.joined", "activity_id", "to")
audit.declare("membership.asked", "project_id", "role", "to")
