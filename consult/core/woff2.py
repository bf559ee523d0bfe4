"""From the web's font files (WOFF2) to plain TrueType, which typesetting needs: the vendored fonts are kept once.

The tables of a WOFF2 file are packed together with Brotli; outlines (`glyf`, `loca`) are also rearranged, field by field,
and are put back here as <https://www.w3.org/TR/WOFF2/> describes in section 5. Instructions for screens are kept. Files come
from the package alone, so a damaged one is an error of ours and raises ValueError.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import brotli

_TAGS = """
    cmap head hhea hmtx maxp name OS/2 post cvt_ fpgm glyf loca prep CFF_ VORG EBDT EBLC gasp hdmx kern LTSH PCLT VDMX
    vhea vmtx BASE GDEF GPOS GSUB EBSC JSTF MATH CBDT CBLC COLR CPAL SVG_ sbix acnt avar bdat bloc bsln cvar fdsc feat
    fmtx fvar gvar hsty just lcar mort morx opbd prop trak Zapf Silf Glat Gloc Feat Sill
""".split()  # noqa: SIM905 - as words, in the order of their numbers
_MORE, _INSTRUCTED = 0x20, 0x100  # flags of a part of a composite glyph


class _Bytes:
    """A place in a run of bytes that moves on with every reading."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, length: int) -> bytes:
        part = self.data[self.at : self.at + length]
        if len(part) < length:
            raise ValueError("the font file ends too early")
        self.at += length
        return part

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def i16(self) -> int:
        return int.from_bytes(self.take(2), "big", signed=True)

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def base128(self) -> int:
        """A number of seven bits a byte, the last byte without the eighth."""
        found = 0
        for _byte in range(5):
            byte = self.u8()
            found = found << 7 | byte & 0x7F
            if byte < 0x80:
                return found
        raise ValueError("a number in the font file is too long")

    def short(self) -> int:
        """A number that is mostly small: one byte up to 252."""
        code = self.u8()
        if code == 253:
            return self.u16()
        if code == 254:
            return self.u8() + 506
        return self.u8() + 253 if code == 255 else code


@dataclass
class _Table:
    tag: str
    length: int
    packed: int
    transformed: bool


def to_truetype(data: bytes, family: str = "") -> bytes:
    """The same font as a TrueType file, under another name where one is given."""
    head = _Bytes(data)
    if head.take(4) != b"wOF2":
        raise ValueError("this is no WOFF2 file")
    flavour, _length, count = head.take(4), head.u32(), head.u16()
    head.take(2 + 4)
    packed_size = head.u32()
    head.at = 48
    directory = [_entry(head) for _table in range(count)]
    stream = _Bytes(brotli.decompress(head.take(packed_size)))
    tables = {one.tag: stream.take(one.packed) for one in directory}
    if any(one.tag == "glyf" and one.transformed for one in directory):
        long_places = tables["head"][50:52] != b"\x00\x00"
        tables["glyf"], tables["loca"] = _outlines(tables["glyf"], long_places)
    if any(one.tag == "hmtx" and one.transformed for one in directory):
        raise ValueError("the widths of this font are packed in a way that none of ours is")
    if family:
        tables["name"] = _names(family)
    return _file(flavour, tables)


def _names(family: str) -> bytes:
    """The table of names: family, style, full name and name for printers."""
    words = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    head, body = struct.pack(">3H", 0, len(words), 6 + 12 * len(words)), b""
    for code, name in words.items():
        encoded = name.encode("utf-16-be")
        head += struct.pack(">6H", 3, 1, 0x409, code, len(encoded), len(body))
        body += encoded
    return head + body


def _entry(head: _Bytes) -> _Table:
    flags = head.u8()
    tag = head.take(4).decode("ascii") if flags & 0x3F == 63 else _TAGS[flags & 0x3F].replace("_", " ")
    version, length = flags >> 6, head.base128()
    transformed = version == 0 if tag in ("glyf", "loca") else version != 0
    return _Table(tag, length, head.base128() if transformed else length, transformed)


def _file(flavour: bytes, tables: dict[str, bytes]) -> bytes:
    """The tables as one file, with their sums."""
    count = len(tables)
    power = count.bit_length() - 1
    found = bytearray(flavour + struct.pack(">4H", count, 16 << power, power, 16 * count - (16 << power)))
    place, body = 12 + 16 * count, bytearray()
    for tag, content in sorted(tables.items()):
        padded = content + b"\x00" * (-len(content) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        found += tag.encode("ascii") + struct.pack(">3I", total, place + len(body), len(content))
        body += padded
    return bytes(found + body)


# ---- outlines -------------------------------------------------------------------------------------------------------


def _outlines(data: bytes, long_places: bool) -> tuple[bytes, bytes]:
    """`glyf` and `loca` from their rearranged form."""
    head = _Bytes(data)
    head.u16()
    has_overlaps = bool(head.u16() & 1)
    count = head.u16()
    head.u16()
    sizes = [head.u32() for _stream in range(7)]
    parts, place = [], head.at
    for size in sizes:
        parts.append(data[place : place + size])
        place += size
    overlaps = data[place:] if has_overlaps else b""
    reader = _Outlines([_Bytes(part) for part in (*parts[:5], parts[6])], parts[5], count, overlaps)
    glyphs, places, at = bytearray(), [0], 0
    for number in range(count):
        glyph = reader.glyph(number)
        glyphs += glyph + b"\x00" * (-len(glyph) % 4)
        at = len(glyphs)
        places.append(at)
    if long_places:
        return bytes(glyphs), struct.pack(f">{count + 1}I", *places)
    return bytes(glyphs), struct.pack(f">{count + 1}H", *(one // 2 for one in places))


class _Outlines:
    """The seven runs of bytes that outlines are kept in, read glyph by glyph."""

    def __init__(self, streams: list[_Bytes], boxes: bytes, count: int, overlaps: bytes) -> None:
        self.contours, self.points, self.flags, self.places, self.composites, self.instructions = streams
        bitmap = (count + 31) // 32 * 4
        self.has_box, self.boxes = boxes[:bitmap], _Bytes(boxes, bitmap)
        self.overlaps = overlaps

    def _bit(self, bits: bytes, number: int) -> bool:
        return bool(bits and bits[number >> 3] & 0x80 >> (number & 7))

    def glyph(self, number: int) -> bytes:
        """The next glyph as `glyf` keeps it; empty for a space."""
        contours = self.contours.i16()
        if contours == 0:
            return b""
        box = self.boxes.take(8) if self._bit(self.has_box, number) else b""
        if contours < 0:
            return struct.pack(">h", -1) + box + self._composite()
        return self._simple(contours, box, self._bit(self.overlaps, number))

    def _composite(self) -> bytes:
        found, instructed, more = bytearray(), False, True
        while more:
            flags = self.composites.u16()
            more, instructed = bool(flags & _MORE), instructed or bool(flags & _INSTRUCTED)
            size = 2 + (4 if flags & 1 else 2)
            size += 2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0
            found += struct.pack(">H", flags) + self.composites.take(size)
        if instructed:
            length = self.places.short()
            found += struct.pack(">H", length) + self.instructions.take(length)
        return bytes(found)

    def _simple(self, contours: int, box: bytes, overlaps: bool) -> bytes:
        ends, last = [], -1
        for _contour in range(contours):
            last += self.points.short()
            ends.append(last)
        points = [self._point() for _one in range(last + 1)]
        length = self.places.short()
        code = self.instructions.take(length)
        if not box:
            x = y = 0
            xs, ys = [], []
            for dx, dy, _on in points:
                x, y = x + dx, y + dy
                xs.append(x)
                ys.append(y)
            box = struct.pack(">4h", min(xs), min(ys), max(xs), max(ys))
        head = struct.pack(f">h8s{contours}HH", contours, box, *ends, length)
        return head + code + _points(points, overlaps)

    def _point(self) -> tuple[int, int, bool]:
        """The step to the next point, and whether it lies on the curve; one to four bytes, as the flag says."""
        flag = self.flags.u8()
        kind, on_curve = flag & 0x7F, flag < 0x80
        take = self.places.u8
        if kind < 10:
            dx, dy = 0, _signed(kind, ((kind & 14) << 7) + take())
        elif kind < 20:
            dx, dy = _signed(kind, (((kind - 10) & 14) << 7) + take()), 0
        elif kind < 84:
            rest, byte = kind - 20, take()
            dx = _signed(kind, 1 + (rest & 0x30) + (byte >> 4))
            dy = _signed(kind >> 1, 1 + ((rest & 0x0C) << 2) + (byte & 15))
        elif kind < 120:
            rest = kind - 84
            dx = _signed(kind, 1 + (rest // 12 << 8) + take())
            dy = _signed(kind >> 1, 1 + (rest % 12 >> 2 << 8) + take())
        elif kind < 124:
            first, second, third = take(), take(), take()
            dx = _signed(kind, (first << 4) + (second >> 4))
            dy = _signed(kind >> 1, ((second & 15) << 8) + third)
        else:
            dx, dy = _signed(kind, self.places.u16()), _signed(kind >> 1, self.places.u16())
        return dx, dy, on_curve


def _signed(kind: int, size: int) -> int:
    return size if kind & 1 else -size


def _points(points: list[tuple[int, int, bool]], overlaps: bool) -> bytes:
    """Flags and steps as `glyf` keeps them, each step as short as it can be."""
    flags, xs, ys = bytearray(), bytearray(), bytearray()
    for dx, dy, on_curve in points:
        flag = 1 if on_curve else 0
        flag |= _step(dx, xs, 0x02, 0x10) | _step(dy, ys, 0x04, 0x20)
        flags.append(flag)
    if overlaps and flags:
        flags[0] |= 0x40
    return bytes(flags + xs + ys)


def _step(step: int, into: bytearray, is_short: int, same: int) -> int:
    if step == 0:
        return same
    if -256 < step < 256:
        into.append(abs(step))
        return is_short | (same if step > 0 else 0)
    into += struct.pack(">h", step)
    return 0
