"""What a file is, by its content: pictures are made anew, documents are looked into, everything else is refused.

The name and type that the sender's program claims count for nothing. A picture is decoded and written again, so that
neither metadata (place, camera, name) nor appended bytes survive. Documents stay as they are, but must be what they begin
with from their first byte to their last, without macros, encryption or more content than their size allows.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import current_app

from consult.core.errors import Invalid
from consult.core.i18n import _
from consult.core.late import late
from consult.core.text import clean_line

if TYPE_CHECKING:
    from PIL import Image, ImageOps
else:
    Image = late("PIL.Image")
    ImageOps = late("PIL.ImageOps")

LARGEST = 10 * 1024 * 1024  # bytes of one file
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2_400  # pixels; larger pictures are made smaller
MOST_UNPACKED = 100 * 1024 * 1024  # bytes, of the parts of an office document
MOST_PARTS = 5_000
NAME_MAX = 120
OBJECT_STREAM_HEAD = 1_000  # bytes in which the head of an object stream of a PDF ends

PDF = "application/pdf"
IMAGES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
# first part of an office document -> its type and ending (ECMA-376 part 2)
OOXML = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
}
# `mimetype` of an OpenDocument file -> its ending (ISO/IEC 26300)
ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
OLE = b"\xd0\xcf\x11\xe0"  # compound file: office files before 2007, and objects of other programs in later ones
_RELATIONSHIP = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_FETCHED = re.compile(r"/(?:attachedTemplate|oleObject|subDocument|frame)\s*[\"']")
_ESCAPED_NAME = re.compile(rb"/[^\s/<>\[\]()%]*#[0-9A-Fa-f]{2}[^\s/<>\[\]()%]*")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|XFA|RichMedia)\b")


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its content as it is stored, its type, and a name that is safe on every system."""

    content: bytes
    media_type: str
    file_name: str
    width: int = 0
    height: int = 0

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


def check(content: bytes, claimed_name: str) -> Checked:
    """Look at a file. Invalid at `file` with a sentence for its sender."""
    if not content:
        raise _refused(_("The file is empty. Please choose another one."))
    if len(content) > LARGEST:
        raise _refused(_("The file is larger than 10 MB. Please send a smaller one."))
    if content.startswith(b"%PDF-"):
        return _pdf(content, claimed_name)
    if content.startswith(b"PK\x03\x04"):
        return _office(content, claimed_name)
    if content.startswith(OLE):
        raise _refused(
            _("This is an office file of the old kind. Please save it as DOCX, XLSX, PPTX, ODT or PDF first.")
        )
    return _image(content, claimed_name)


def _refused(sentence: str) -> Invalid:
    return Invalid({"file": sentence})


def safe_name(claimed: str, ending: str) -> str:
    """The claimed name without folders, controls and signs that a file system or a header could misread."""
    stem = PurePosixPath(claimed.replace("\\", "/")).name
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    stem = re.sub(r"[^\w \-().]", "", clean_line(stem)).strip(" .")[:NAME_MAX]
    return f"{stem or 'datei'}.{ending}"


def _pdf(content: bytes, claimed: str) -> Checked:
    if b"%%EOF" not in content[-1024:]:
        raise _refused(_("This PDF is damaged: its end is missing. Please export it once more."))
    if b"/Encrypt" in content:
        raise _refused(_("This PDF is protected. Please send it without a password."))
    if any(_ACTIVE_PDF.search(_unescaped(part)) for part in (content, *_object_streams(content))):
        raise _refused(_("This PDF holds scripts or other files. Please print it to a new PDF and send that."))
    return Checked(content, PDF, safe_name(claimed, "pdf"))


def _unescaped(part: bytes) -> bytes:
    """With names as they are read: any sign of one may stand as its number (`/J#61vaScript`; ISO 32000-1, 7.3.5)."""
    return _ESCAPED_NAME.sub(lambda name: _ESCAPE.sub(lambda sign: bytes([int(sign[1], 16)]), name[0]), part)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """What stands packed in object streams, where PDF since 1.5 keeps most of its objects (ISO 32000-1, 7.5.7)."""
    left, place = MOST_UNPACKED, content.find(b"/ObjStm")
    while place >= 0:
        start = content.find(b"stream", place, place + OBJECT_STREAM_HEAD)
        end = -1
        if start >= 0:
            end = content.find(b"endstream", start)
            if end < 0:
                return
            packed = content[start + len(b"stream") : end].lstrip(b"\r\n")
            with suppress(zlib.error):  # packed in another way, or damaged: then no viewer reads it either
                part = zlib.decompressobj().decompress(packed, left)
                left -= len(part)
                if left <= 0:
                    raise _refused(_("Unpacked, this file would be far too large. Please send a smaller one."))
                yield part
        place = content.find(b"/ObjStm", max(end, place + 1))


def _office(content: bytes, claimed: str) -> Checked:
    damaged = _refused(
        _("We cannot open this file. PDF, pictures (JPEG, PNG, WebP) and office documents are possible.")
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            _check_parts(parts)
            kind = _office_kind(packed, names)
            if kind is not None and any(_reaches_out(packed, part) for part in parts):
                raise _refused(
                    _("This file holds other files, or fetches some when it is opened. Please send it as PDF.")
                )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        raise damaged from None
    if kind is None:
        raise damaged
    media_type, ending = kind
    return Checked(content, media_type, safe_name(claimed, ending))


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refused(_("Unpacked, this file would be far too large. Please send a smaller one."))
    if any(part.flag_bits & 0x1 for part in parts):
        raise _refused(_("This file is protected. Please send it without a password."))
    lowered = [part.filename.casefold() for part in parts]
    if any("vbaproject" in name or name.startswith(("basic/", "scripts/")) or "/activex/" in name for name in lowered):
        raise _refused(_("This file holds macros. Please save it without macros."))
    if any(name.startswith("/") or ".." in name.split("/") for name in lowered):
        raise ValueError("a part outside of the document")


def _reaches_out(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part is an object of another program (OLE), which runs with it when somebody clicks, or names a template or
    an object elsewhere, which is fetched as soon as the document is opened. Diagrams with their table are no such objects.
    """
    with packed.open(part) as opened:
        if opened.read(len(OLE)) == OLE:
            return True
    if not part.filename.casefold().endswith(".rels"):
        return False
    raw = packed.read(part)
    text = unescape(raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace"))
    # a package has no document types (ECMA-376 part 2, 8.1.4), in which names could hide
    return "<!DOCTYPE" in text or any(_FETCHED.search(one) and "External" in one for one in _RELATIONSHIP.findall(text))


def _office_kind(packed: zipfile.ZipFile, names: set[str]) -> tuple[str, str] | None:
    if "[Content_Types].xml" in names:
        if b"macroEnabled" in packed.read("[Content_Types].xml"):
            raise _refused(_("This file holds macros. Please save it without macros."))
        return next((kind for first, kind in OOXML.items() if first in names), None)
    if "mimetype" in names:
        claimed = packed.read("mimetype").decode("ascii", "replace").strip()
        return (claimed, ODF[claimed]) if claimed in ODF else None
    return None


def _image(content: bytes, claimed: str) -> Checked:
    try:
        opened = Image.open(io.BytesIO(content), formats=tuple(IMAGES))
        kind = str(opened.format)
        if opened.width * opened.height > MOST_PIXELS:
            raise _refused(_("The picture has more than 40 million pixels. Please send a smaller one."))
        upright = ImageOps.exif_transpose(opened)
        if upright.mode.startswith(
            "I"
        ):  # 16 bits of grey, of which a conversion keeps the lowest: all but black turns white
            upright = upright.convert("I").point(lambda value: value / 257).convert("L")
        transparent = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        picture = upright.convert("RGBA" if transparent and kind != "JPEG" else "RGB")
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except Invalid:
        raise
    except Exception as error:  # a decoder fails in many ways on a damaged file; all mean the same to the sender
        current_app.logger.info("file refused: %s", type(error).__name__)
        raise _refused(
            _("We cannot open this file. PDF, pictures (JPEG, PNG, WebP) and office documents are possible.")
        ) from None
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    media_type, ending = IMAGES[kind]
    clean.save(out, kind, **({"quality": 85} if kind != "PNG" else {"optimize": True}))
    return Checked(out.getvalue(), media_type, safe_name(claimed, ending), clean.width, clean.height)
