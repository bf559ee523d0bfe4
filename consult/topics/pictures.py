"""Pictures of articles: checked by their content, made anew without anything that came along, named by what they show.

Whatever a file calls itself, only what opens as JPEG, PNG or WebP is taken. It is decoded and written again as WebP, so
that no metadata, no appended bytes and no other format's tricks survive. The name is the hash of the stored picture.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from consult.core.errors import Invalid
from consult.core.i18n import _
from consult.core.late import late

if TYPE_CHECKING:
    from PIL import Image, ImageOps
else:
    Image = late("PIL.Image")
    ImageOps = late("PIL.ImageOps")

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_WIDTH = 400
WIDTHS = (1600, 800)
FORMATS = ("JPEG", "PNG", "WEBP")
_NAME = re.compile(r"([0-9a-f]{40})-([0-9]{3,4})\.webp")


@dataclass(frozen=True)
class Picture:
    """A stored picture: its name and [width, height] of each size, the largest first."""

    name: str
    sizes: list[list[int]]


def folder() -> Path:
    """Where uploads lie, below the data directory."""
    found: Path = current_app.config["SETTINGS"].data_dir / "uploads"
    return found


def file_name(name: str, width: int) -> str:
    return f"{name}-{width}.webp"


def parse_name(file: str) -> tuple[str, int] | None:
    """The picture's name and width behind a file's name, or None if it is none of ours."""
    found = _NAME.fullmatch(file)
    return (found[1], int(found[2])) if found else None


def _opened(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise Invalid({"file": _("The picture has more than 40 million pixels. Please send a smaller one.")})
        if picture.width < LEAST_WIDTH:
            raise Invalid({"file": _("The picture is narrower than 400 pixels. Please send a larger one.")})
        upright = ImageOps.exif_transpose(picture)
        transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        return upright.convert("RGBA" if transparent else "RGB")
    except Invalid:
        raise
    except Exception as error:  # a decoder fails in many ways on a damaged file; all mean the same to the sender
        current_app.logger.info("picture refused: %s", type(error).__name__)
        raise Invalid({"file": _("This is no picture that we can read. Please send JPEG, PNG or WebP.")}) from None


def _encoded(picture: Image.Image, width: int) -> tuple[bytes, list[int]]:
    if picture.width > width:
        height = max(1, round(picture.height * width / picture.width))
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=82, method=4)
    return out.getvalue(), [clean.width, clean.height]


def store(content: bytes) -> Picture:
    """Check a picture, write it anew in our sizes and return its name. Invalid at `file` for what is no picture."""
    if not content:
        raise Invalid({"file": _("Please choose a file.")})
    picture = _opened(content)
    made = [
        _encoded(picture, min(width, picture.width)) for width in WIDTHS if width < picture.width or width == WIDTHS[0]
    ]
    name = hashlib.sha256(made[0][0]).hexdigest()[:40]
    for encoded, size in made:
        _write(folder() / file_name(name, size[0]), encoded)
    return Picture(name, [size for _encoded_bytes, size in made])


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all; the same content may be there already."""
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:  # whatever it is, no half-written file stays behind
        Path(temporary).unlink(missing_ok=True)
        raise
