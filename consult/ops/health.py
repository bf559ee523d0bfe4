"""`/healthz` (the process), `/readyz` (database, schema, jobs), `/metrics` (Prometheus; token or loopback only)."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Response, abort, current_app, jsonify, request
from sqlalchemy import text

from consult.core import jobs
from consult.core.access import access
from consult.core.db import db
from consult.core.web import plain_blueprint
from consult.ops.schema import schema_is_current

blueprint = plain_blueprint("ops", __name__)

_LOOPBACK = ("127.0.0.1", "::1")


@blueprint.get("/healthz")
@access("public")
def healthz() -> Any:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access("public")
def readyz() -> Any:
    checks: dict[str, str] = {}
    try:
        db.session.execute(text("select 1"))
        checks["database"] = "ok"
        checks["migrations"] = "ok" if schema_is_current() else "behind"
        counts = jobs.counts()
        checks["jobs"] = "ok" if counts["overdue"] < 100 else "overdue"
    except Exception as error:  # whatever it is, the answer is "not ready"
        current_app.logger.warning("readyz: %s", type(error).__name__)
        checks["database"] = "unreachable"
    ready = all(value == "ok" for value in checks.values())
    return jsonify(status="ok" if ready else "not ready", checks=checks), 200 if ready else 503


@blueprint.get("/metrics")
@access("public")
def metrics() -> Any:
    token = current_app.config["SETTINGS"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = hmac.compare_digest(token.encode(), given.encode()) if token else request.remote_addr in _LOOPBACK
    if not allowed:
        abort(404)
    lines = []
    for name, value in jobs.counts().items():
        lines += [f"# TYPE consult_jobs_{name} gauge", f"consult_jobs_{name} {value}"]
    version = db.session.execute(text("select version from content_version where id = 1")).scalar() or 0
    lines += ["# TYPE consult_content_version counter", f"consult_content_version {version}", ""]
    return Response("\n".join(lines), mimetype="text/plain; version=0.0.4")
