"""What a machine asks: does it live, is it ready, how is it."""

from __future__ import annotations

from typing import Any

from flask import Flask


def test_process_lives(client: Any) -> None:
    assert client.get("/healthz").json == {"status": "ok"}


def test_ready_with_schema_and_jobs(client: Any) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json["checks"] == {"database": "ok", "migrations": "ok", "jobs": "ok"}


def test_metrics_are_for_the_machine_itself(client: Any) -> None:
    assert "consult_jobs_waiting 0" in client.get("/metrics").text
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404


def test_metrics_with_a_token(app: Flask, client: Any) -> None:
    settings = app.config["SETTINGS"]
    settings.metrics_token = "geheim-ä"
    try:
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer falsch"}).status_code == 404
        given = {"Authorization": "Bearer geheim-ä".encode().decode("latin-1")}
        assert client.get("/metrics", headers=given).status_code in (200, 404)
    finally:
        settings.metrics_token = ""
