"""Pages of the room."""

from __future__ import annotations

from consult.core.web import room_blueprint

blueprint = room_blueprint("redress", __name__)
