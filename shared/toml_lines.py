"""Where in a TOML file a value stands: faults are reported with their line."""

from __future__ import annotations

import re


def line_of(text: str, loc: tuple[int | str, ...]) -> int:
    """The line of a fault that pydantic places at `loc`: of the n-th [[site]], its m-th [[site.device]], the key.

    As near as the file lets us.
    """
    lines = text.splitlines()
    at, name, i = 0, "", 0
    while i < len(loc):
        part = loc[i]
        index = loc[i + 1] if i + 1 < len(loc) and isinstance(loc[i + 1], int) else None
        path = f"{name}.{part}" if name else str(part)
        header = re.compile(rf"^\s*\[\[?\s*{re.escape(path)}\s*\]\]?")
        hits = [n for n in range(at, len(lines)) if header.match(lines[n])]
        if hits:
            at, name = hits[min(int(index or 0), len(hits) - 1)], path
        else:
            # Only as far as the next table: the same key further down belongs to somebody else.
            end = next((n for n in range(at + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
            keys = [n for n in range(at, end) if re.match(rf"^\s*{re.escape(str(part))}\s*=", lines[n])]
            return (keys[0] if keys else at) + 1
        i += 2 if index is not None else 1
    return at + 1
