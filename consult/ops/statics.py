"""Static files: compressed once at start, served by WhiteNoise with caching for ever, since addresses carry a hash.

The compressed copies stand in the data directory under the hash of what they were made of, so a new version makes new
ones and nothing has to be built or committed.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

COMPRESSIBLE = (".css", ".js", ".svg", ".json", ".txt")


def _folder(source: Path, data_dir: Path) -> Path:
    digest = hashlib.sha256()
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(source)}:{file.stat().st_size}:{file.stat().st_mtime_ns}\n".encode())
    return data_dir / "static" / digest.hexdigest()[:16]


def prepare_static(source: Path, data_dir: Path) -> Path:
    """Copy the static files with .br and .gz beside them; does nothing where that was done. Returns the folder."""
    target = _folder(source, data_dir)
    if target.is_dir():
        return target
    half_done = target.with_suffix(".tmp")
    shutil.rmtree(target.parent, ignore_errors=True)
    shutil.copytree(source, half_done)
    for file in [path for path in half_done.rglob("*") if path.suffix in COMPRESSIBLE and path.stat().st_size > 500]:
        content = file.read_bytes()
        file.with_name(file.name + ".br").write_bytes(brotli.compress(content, quality=10))
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(content, 9))
    half_done.rename(target)
    return target


def serve_static(app: Flask) -> None:
    """Serve the prepared files in front of the application."""
    folder = _folder(Path(app.static_folder or ""), app.config["SETTINGS"].data_dir)
    if folder.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app, root=str(folder), prefix="static/", max_age=31_536_000, add_headers_function=_headers
        )


def _headers(headers: object, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"  # type: ignore[index]
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"  # type: ignore[index]
