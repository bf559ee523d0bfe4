"""The application as a web process of `consult serve` loads it: with static files served before Flask."""

from __future__ import annotations

from consult import create_app
from consult.core import logs
from consult.core.db import limit_waiting
from consult.ops.statics import serve_static

BLOCKING_THREADS = 4

app = create_app()
logs.setup(app.config["SETTINGS"].log_level, app.config["SETTINGS"].log_format)
serve_static(app)
limit_waiting(BLOCKING_THREADS // 2)
