"""Files as people send them: good ones, and such as must be refused."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
# the harmless text that every scanner reports: EICAR's test file, put together here so that no scanner takes this one
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def image(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, (20, 60, 160)).save(out, kind, **options)
    return out.getvalue()


def photo() -> bytes:
    """A JPEG with what a telephone writes into it: place, camera, and turned on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Beispielwerk", "Modell Geheim", 6
    exif.get_ifd(0x8825)[1] = "N"
    return image("JPEG", (60, 40), exif=exif) + b"<script>appended</script>"


def packed(parts: dict[str, bytes], mimetype: str = "") -> bytes:
    """A ZIP of these parts; `mimetype` first and unpacked, as OpenDocument wants it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def packed_pdf(objects: bytes) -> bytes:
    """A PDF of which these objects stand packed in an object stream."""
    stream = zlib.compress(objects)
    head = b"2 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n" % len(stream)
    return PDF.replace(b"trailer", head + stream + b"\nendstream endobj\ntrailer")


def docx(**more: bytes) -> bytes:
    """A Word document, with further parts by name."""
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>", **more})


def relations(kind: str, target: str, mode: str = "External", encoding: str = "utf-8") -> bytes:
    """A part that says what a document refers to: something of this kind at `target`."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    one = f'<Relationship Id="rId1" Type="{kind}" Target="{target}" TargetMode="{mode}"/>'
    return f"<Relationships>{one}</Relationships>".encode(encoding)


def odt() -> bytes:
    """An OpenDocument text."""
    return packed({"content.xml": b"<office/>"}, "application/vnd.oasis.opendocument.text")


def encrypted() -> bytes:
    """A document whose parts say that they are encrypted."""
    content = bytearray(docx())
    for start in (i for i in range(len(content)) if content[i : i + 4] in (b"PK\x03\x04", b"PK\x01\x02")):
        content[start + (6 if content[start + 2] == 3 else 8)] |= 1
    return bytes(content)
