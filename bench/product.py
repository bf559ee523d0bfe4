"""The product as the benchmark serves it: the same but for limits, which would end a measurement after a minute."""

from __future__ import annotations

from consult import create_app
from consult.core.limits import DEFAULTS

app = create_app({"LIMITS": dict.fromkeys(DEFAULTS, "1000000/minute")})
