"""A secret as it may lie about: in clear and in the encodings that programs put text into."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def disguises(secret: str) -> dict[str, bytes]:
    """By name: what to look for, as bytes."""
    found: dict[str, bytes] = {}
    for direction, text in (("", secret), ("reversed ", secret[::-1])):
        for encoding in ENCODINGS:
            raw = text.encode(encoding)
            found[f"{direction}{encoding}"] = raw
            found[f"{direction}hex of {encoding}"] = raw.hex().encode()
            found[f"{direction}HEX of {encoding}"] = raw.hex().upper().encode()
            for shift in range(3):
                found[f"{direction}base64 of {encoding}, {shift} bytes in"] = _in_base64(raw, shift)
                found[f"{direction}base64url of {encoding}, {shift} bytes in"] = _in_base64(raw, shift).translate(_URL)
        found[f"{direction}in a URL"] = quote(text, safe="").encode()
        found[f"{direction}in a path"] = quote(text).encode()
        found[f"{direction}in a form"] = quote_plus(text).encode()
        for times in (1, 2, 3):
            found[f"{direction}in JSON, {times} deep"] = _in_json(text, times).encode()
        found[f"{direction}escaped byte by byte"] = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
    return found


def _in_json(text: str, times: int) -> str:
    for _ in range(times):
        text = json.dumps(text)[1:-1]
    return text


_URL = bytes.maketrans(b"+/", b"-_")


def _in_base64(raw: bytes, shift: int) -> bytes:
    """What base64 makes of it when so many bytes stand before it: without the characters that its neighbours change."""
    encoded = base64.b64encode(b"\x00" * shift + raw)
    first = -(-shift * 8 // 6)
    whole = (shift + len(raw)) * 8 // 6
    return encoded[first:whole]


def find(secret: str, haystack: bytes) -> list[str]:
    """The names of the disguises that the secret wears in there."""
    return [name for name, needle in disguises(secret).items() if needle in haystack]
