"""Pictures drawn by hand, as small as their formats allow, and courses that show them."""

from __future__ import annotations

import struct
import zlib

from tests.course.check.small import a_lesson, small_course


def a_png(width: int = 2, height: int = 1, *, shade: int = 0, filling: int = 0) -> bytes:
    """A grey PNG (ISO/IEC 15948), all of one shade, with a comment of that many bytes."""
    rows = (b"\0" + bytes([shade]) * width) * height
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"tEXt", b"Comment\0" + b"x" * filling),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def a_gif(width: int = 2, height: int = 1) -> bytes:
    """The beginning of a GIF89a, which is all that tells its size."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff;"


def a_jpeg(width: int = 2, height: int = 1) -> bytes:
    """The beginning of a JPEG: what tells its size, and no picture."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(frame) + 2) + frame + b"\xff\xd9"


def a_webp(width: int = 2, height: int = 1) -> bytes:
    """The head of an extended WebP."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


AN_SVG = b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def a_course_showing(markdown: str, **assets: bytes) -> dict[str, bytes]:
    """The small course, whose first lesson has that text; `desk_png` is the content of assets/desk.png."""
    named = {f"assets/{name[::-1].replace('_', '.', 1)[::-1]}": content for name, content in assets.items()}
    return {**small_course(a_lesson(markdown)), **named}
