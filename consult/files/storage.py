"""Where files lie: a folder, or a bucket of the S3 kind. A name is the hash of the content, so nothing is ever overwritten.

What `put` returned from is there after a power cut: on disk the file is written, synced and only then named.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from consult.core.clock import now
from consult.core.late import late

if TYPE_CHECKING:
    import boto3
    from botocore import config, exceptions
else:
    boto3, config, exceptions = late("boto3"), late("botocore.config"), late("botocore.exceptions")

_NAME = re.compile(r"[0-9a-f]{64}")
PATIENCE = 10.0  # seconds for each of two tries with a bucket: somebody waits for the page


class Missing(LookupError):
    """There is no file of this name."""


class Unavailable(OSError):
    """The bucket does not answer, or refuses; a disk says it by an OSError of its own."""


class Storage(Protocol):
    """What keeps files. Names are those of `name_of`."""

    def put(self, name: str, content: bytes) -> None:
        """Keep it; keeping the same again changes nothing."""

    def get(self, name: str) -> bytes:
        """The content. Missing where there is none."""

    def delete(self, name: str) -> None:
        """Let it go; it may be gone already."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every name with the moment it was last kept."""


def name_of(content: bytes) -> str:
    """The name under which a content is kept: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Disk:
    """Files in a folder, in 256 parts of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise Missing(name)
        return self.folder / name[:2] / name

    def put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            os.utime(path, _moment())  # it is wanted again: the sweep must not take it
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            os.utime(temporary, _moment())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except BaseException:  # whatever it is, no half-written file stays behind
            Path(temporary).unlink(missing_ok=True)
            raise

    def get(self, name: str) -> bytes:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise Missing(name) from None

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self.folder.glob("??/*"):
            if _NAME.fullmatch(path.name):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _moment() -> tuple[float, float]:
    return now().timestamp(), now().timestamp()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Bucket:
    """Files in a bucket of the S3 kind. Keys and addresses of the account come from the environment (`AWS_...`)."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None, region: str | None) -> None:
        self.bucket, self.prefix = bucket, prefix
        patient = config.Config(
            connect_timeout=PATIENCE, read_timeout=PATIENCE, retries={"mode": "standard", "total_max_attempts": 2}
        )
        self.client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=patient)

    def _key(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise Missing(name)
        return self.prefix + name

    def put(self, name: str, content: bytes) -> None:
        key = self._key(name)
        with _answering():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def get(self, name: str) -> bytes:
        key = self._key(name)
        with _answering(name):
            return bytes(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def delete(self, name: str) -> None:
        key = self._key(name)
        with _answering():
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def names(self) -> Iterator[tuple[str, datetime]]:
        with _answering():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
            for page in pages:
                for entry in page.get("Contents", []):
                    name = entry["Key"].removeprefix(self.prefix)
                    if _NAME.fullmatch(name):
                        yield name, entry["LastModified"]


@contextmanager
def _answering(name: str = "") -> Iterator[None]:
    """Unavailable where the bucket does not answer as it should; Missing where it says that there is no `name`."""
    try:
        yield
    except exceptions.ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if name and code in ("NoSuchKey", "404"):
            raise Missing(name) from None
        raise Unavailable(f"the bucket refuses: {code}") from error
    except (exceptions.BotoCoreError, exceptions.HTTPClientError) as error:
        raise Unavailable(f"the bucket does not answer: {type(error).__name__}") from error


def open_storage(url: str) -> Storage:
    """The storage of a `STORAGE_URL`: `file:///folder` or `s3://bucket/prefix?endpoint=https://...&region=...`.

    ValueError for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return Disk(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        query = parse_qs(parts.query)
        prefix = parts.path.strip("/")
        return Bucket(
            parts.netloc,
            f"{prefix}/" if prefix else "",
            query.get("endpoint", [None])[0],
            query.get("region", [None])[0],
        )
    raise ValueError(f"STORAGE_URL is neither file:///... nor s3://...: {parts.scheme}")


def storage() -> Storage:
    """The storage that the operator set."""
    found: Storage | None = current_app.extensions.get("consult_storage")
    if found is None:
        found = current_app.extensions["consult_storage"] = open_storage(current_app.config["SETTINGS"].storage_url)
    return found
