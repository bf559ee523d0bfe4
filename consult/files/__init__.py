"""Files from people: looked at by their content, cleaned, scanned where a scanner is set, and kept on disk or in S3.

The room knows no tables and no pages. Who keeps a file remembers its `name`, which is made of its content, and decides who
may read it.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Nothing to register: the storage is opened when it is first used."""
