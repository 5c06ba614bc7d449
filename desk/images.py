"""Photos that people send: taken for what they are by their content, and made anew, so that nothing else is in them."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

MAX_UPLOAD_BYTES = 10_000_000
MAX_JPEG_BYTES = 2_000_000
MAX_PIXELS = 50_000_000
"""As the file claims them, before any is decoded: 150 MB of memory at most."""

FORMATS = ("JPEG", "PNG", "WEBP")
_SIDES, _QUALITIES = (2560, 1920, 1280), (85, 65)
# What Pillow's readers raise at files that were made or cut to hurt them.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class NotAPhoto(Exception):
    """Nothing that we read as a picture, or one with too many pixels."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG of ours: upright, without metadata, MAX_JPEG_BYTES at most."""

    jpeg: bytes
    width: int
    height: int


def make_photo(content: bytes) -> Photo:
    """Encode a picture anew. Raises NotAPhoto. Takes processor time: not for the event loop."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAPhoto("too many pixels")
            return _encode(_bare(_upright(image)))
    except _UNREADABLE as error:
        raise NotAPhoto("no picture that we can read") from error


def _upright(image: Image.Image) -> Image.Image:
    """The first frame, turned as its metadata says, on white where it was transparent."""
    image.draft("RGB", (_SIDES[0], _SIDES[0]))
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((_SIDES[0], _SIDES[0]))
    if not turned.has_transparency_data:
        return turned.convert("RGB")
    seen = turned.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")


def _bare(image: Image.Image) -> Image.Image:
    """Its pixels alone: Pillow writes a comment on, and would a profile."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def _encode(image: Image.Image) -> Photo:
    """The best that fits; the last try always does: 1.2 bytes a pixel is more than the worst noise takes there."""
    for side in _SIDES:
        image.thumbnail((side, side))
        for quality in _QUALITIES:
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality)
            if out.tell() <= MAX_JPEG_BYTES:
                return Photo(out.getvalue(), image.width, image.height)
    raise NotAPhoto("does not become small enough")
