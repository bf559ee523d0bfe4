"""Settings: read once at start from the environment (and `.env`), never looked up elsewhere.

`docs/` and `consult doctor` list the names; the promise to operators is that they do not change without an alias.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = (
    "CONSULT_DATA_DIR",
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
    "SITE_NAME",
    "OPERATOR_NAME",
    "OPERATOR_ADDRESS",
    "OPERATOR_EMAIL",
    "OPERATOR_PHONE",
    "OPERATOR_ON_BEHALF",
    "OPERATOR_RESPONSIBLE",
    "OPERATOR_LAND",
    "DEFAULT_LANGUAGE",
    "MAIL_URL",
    "MAIL_FROM",
    "CONSULT_DEMO_PASSWORD",
    "CONSULT_DEMO",
    "TRUSTED_PROXIES",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "METRICS_TOKEN",
    "COMPLAINT_DAYS",
    "RELEASE_REMINDER_DAYS",
    "DISPUTE_BODIES_DE",
    "DISPUTE_BODIES_EN",
    "SESSION_IDLE_DAYS",
    "SESSION_IDLE_HOURS_OF_HOUSE",
    "SESSION_DAYS",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "STORAGE_URL",
    "CLAMAV_URL",
    "SENTENCE_VECTORS",
)


@dataclass
class Settings:
    """All settings with their defaults applied. `origins` tells for each name where its value came from."""

    data_dir: Path
    database_url: str
    redis_url: str
    secret_key: str
    site_url: str
    site_name: str
    default_language: str
    mail_url: str
    mail_from: str
    demo: bool
    demo_password: str
    trusted_proxies: int
    log_level: str
    log_format: str
    metrics_token: str
    session_idle_days: int
    session_idle_hours: int  # of people with a role of the house
    session_days: int
    oidc: dict[str, str]
    operator: dict[str, str]
    storage_url: str = ""  # where attachments lie: file:///... or s3://...
    clamav_url: str = ""  # the virus scanner: unix:///... or tcp://...; empty: nothing is scanned
    complaint_days: int = 10  # promised working days until a complaint is answered
    release_reminder_days: int = 2  # working days until those who release are reminded of what waits
    sentence_vectors: bool = False  # similar ideas by sense, too: needs the extra "semantic"
    dispute_bodies: dict[str, str] = field(default_factory=dict)  # by language; empty: where the lists are
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def https(self) -> bool:
        """Whether visitors come by TLS: decides Secure cookies, the `__Host-` prefix and HSTS."""
        return self.site_url.startswith("https://")


def _read_env_file(path: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    if not path.is_file():
        return values
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line and not line.startswith("#") and "=" in line:
            name, _, value = line.partition("=")
            values[name.strip()] = value.strip().strip("\"'")
    return values


def _secret_key(data_dir: Path) -> str:
    """The key in the data directory, made on first start and readable by its owner only."""
    path = data_dir / "secret_key"
    if path.is_file():
        return path.read_text(encoding="ascii").strip()
    data_dir.mkdir(parents=True, exist_ok=True)
    key = secrets.token_hex(32)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(key + "\n")
    except FileExistsError:  # another process was first: its key counts
        return path.read_text(encoding="ascii").strip()
    return key


def _number(text: str, default: int) -> int:
    """A number of days or hours, at least one; what is no number is the default."""
    return max(1, int(text)) if text.isdigit() else default


def _operator(get: Callable[..., str]) -> dict[str, str]:
    """Who runs the site, as imprint and letters name them."""
    return {
        "name": get("OPERATOR_NAME", "Clusteragentur Musterland"),
        "on_behalf": get("OPERATOR_ON_BEHALF", "im Auftrag des Wirtschaftsministeriums Musterland"),
        "address": get("OPERATOR_ADDRESS", "Musterstraße 1, 00000 Musterstadt"),
        "email": get("OPERATOR_EMAIL", "kontakt@clusteragentur.example"),
        "phone": get("OPERATOR_PHONE"),
        "responsible": get("OPERATOR_RESPONSIBLE", "Leitung der Clusteragentur Musterland"),
        "land": get("OPERATOR_LAND", "TH"),
    }


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Settings from `overrides`, the environment and `.env`, in this order of precedence."""
    file_values = _read_env_file(Path(".env"))
    origins: dict[str, str] = {}

    def get(name: str, default: str = "") -> str:
        if overrides and overrides.get(name) is not None:
            origins[name] = "argument"
            return str(overrides[name])
        if os.environ.get(name):
            origins[name] = "environment"
            return os.environ[name]
        if file_values.get(name):
            origins[name] = ".env"
            return file_values[name]
        origins[name] = "default"
        return default

    data_dir = Path(get("CONSULT_DATA_DIR", "instance")).absolute()
    url = get("DATABASE_URL") or f"sqlite:///{data_dir / 'consult.sqlite3'}"
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            url = "postgresql+psycopg://" + url.removeprefix(old)
    if url.startswith("sqlite:///") and ":memory:" not in url:
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    proxies = get("TRUSTED_PROXIES", "0")
    return Settings(
        data_dir=data_dir,
        database_url=url,
        redis_url=get("REDIS_URL"),
        secret_key=get("SECRET_KEY") or _secret_key(data_dir),
        site_url=get("SITE_URL", "http://127.0.0.1:5000").rstrip("/"),
        site_name=get("SITE_NAME", "Offene Region"),
        default_language=get("DEFAULT_LANGUAGE", "de"),
        mail_url=get("MAIL_URL"),
        mail_from=get("MAIL_FROM", "consult@localhost"),
        demo=get("CONSULT_DEMO", "") in ("1", "true", "yes"),
        demo_password=get("CONSULT_DEMO_PASSWORD"),
        trusted_proxies=int(proxies) if proxies.isdigit() else 0,
        log_level=get("LOG_LEVEL", "INFO").upper(),
        log_format=get("LOG_FORMAT", "text"),
        metrics_token=get("METRICS_TOKEN"),
        complaint_days=min(60, _number(get("COMPLAINT_DAYS", "10"), 10)),
        release_reminder_days=min(60, _number(get("RELEASE_REMINDER_DAYS", "2"), 2)),
        dispute_bodies={"de": get("DISPUTE_BODIES_DE"), "en": get("DISPUTE_BODIES_EN")},
        session_idle_days=_number(get("SESSION_IDLE_DAYS", "14"), 14),
        session_idle_hours=_number(get("SESSION_IDLE_HOURS_OF_HOUSE", "12"), 12),
        session_days=_number(get("SESSION_DAYS", "30"), 30),
        sentence_vectors=get("SENTENCE_VECTORS", "") in ("1", "true", "yes", "on"),
        oidc={
            "issuer": get("OIDC_ISSUER").rstrip("/"),
            "client_id": get("OIDC_CLIENT_ID"),
            "client_secret": get("OIDC_CLIENT_SECRET"),
            "name": get("OIDC_NAME", "OpenID Connect"),
        },
        operator=_operator(get),
        storage_url=get("STORAGE_URL") or (data_dir / "files").as_uri(),
        clamav_url=get("CLAMAV_URL"),
        origins=origins,
    )
