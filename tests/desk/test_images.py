"""What people send becomes a JPEG of ours, or is refused: whatever it says it is."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from desk.images import MAX_JPEG_BYTES, NotAPhoto, make_photo


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    image.load()
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def claims(width: int, height: int) -> bytes:
    """A PNG that says it is this large, in a few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.requirement("D-50")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_become_jpegs(kind: str) -> None:
    photo = make_photo(encoded(Image.new("RGB", (300, 200), "red"), kind))

    image = opened(photo.jpeg)
    assert image.size == (photo.width, photo.height) == (300, 200)
    red, green, blue = image.getpixel((10, 10))  # type: ignore[misc]
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


@pytest.mark.requirement("D-50")
def test_place_and_camera_are_dropped_and_the_picture_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010F] = "MARQUE-SECRETE"
    exif.get_ifd(0x8825)[1] = "N"
    sent = encoded(Image.new("RGB", (300, 200)), exif=exif, comment=b"REMARQUE-SECRETE", icc_profile=b"PROFIL-SECRET")

    photo = make_photo(sent)

    assert b"SECRET" in sent
    assert b"SECRET" not in photo.jpeg
    assert (photo.width, photo.height) == (200, 300)
    assert dict(opened(photo.jpeg).getexif()) == {}


@pytest.mark.requirement("D-50")
def test_what_follows_a_picture_is_dropped() -> None:
    photo = make_photo(encoded(Image.new("RGB", (30, 20))) + b"<?php SECRET ?>")

    assert b"SECRET" not in photo.jpeg


@pytest.mark.requirement("D-50")
def test_noise_of_any_size_becomes_small_enough() -> None:
    sent = encoded(noise(3000, 2600), quality=95)

    photo = make_photo(sent)

    assert len(sent) > 4 * MAX_JPEG_BYTES
    assert len(photo.jpeg) <= MAX_JPEG_BYTES
    assert max(photo.width, photo.height) >= 1280


@pytest.mark.requirement("D-50")
def test_transparent_becomes_white_and_the_first_of_many_frames_counts() -> None:
    clear = make_photo(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    many = make_photo(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]))

    assert opened(clear.jpeg).getpixel((5, 5)) == (255, 255, 255)
    red, _green, blue = opened(many.jpeg).getpixel((5, 5))  # type: ignore[misc]
    assert red > blue


@pytest.mark.requirement("D-51")
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4 image/jpeg",
        encoded(Image.new("P", (20, 20)), "GIF"),
        encoded(Image.new("RGB", (20, 20)), "TIFF"),
        encoded(Image.new("RGB", (200, 200), "red"))[:400],
        claims(60_000, 60_000),
        encoded(Image.new("1", (8000, 7000)), "PNG"),
        claims(2**31 - 1, 2**31 - 1),
        claims(0, 0),
    ],
    ids=["nothing", "svg", "pdf", "gif", "tiff", "cut", "bomb", "large", "huge", "empty"],
)
def test_what_is_no_photo_or_too_many_pixels_is_refused(sent: bytes) -> None:
    with pytest.raises(NotAPhoto):
        make_photo(sent)


@pytest.mark.requirement("D-51")
@pytest.mark.filterwarnings("ignore::UserWarning")  # of damaged metadata, which is dropped anyway
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_pictures_are_refused_or_read_and_never_fail(kind: str) -> None:
    chance = random.Random(11)
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = encoded(Image.effect_noise((80, 60), 60).convert("RGB"), kind, exif=exif)

    for _try in range(300):
        damaged = bytearray(whole)
        for _byte in range(chance.randint(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            photo = make_photo(bytes(damaged))
        except NotAPhoto:
            continue
        assert len(photo.jpeg) <= MAX_JPEG_BYTES
