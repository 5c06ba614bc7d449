"""`python -m cli.health URL`: ends with 0 when URL answers with success, with 1 otherwise.

For the health checks of containers: the image has no other HTTP client, and the `widip` command takes ten times as long
to start.
"""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

TIMEOUT_S = 4.0


def is_healthy(url: str) -> bool:
    """Whether `url` (plain HTTP, and no proxy between) answers with a 2xx."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status // 100 == 2
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_healthy(sys.argv[1]))
