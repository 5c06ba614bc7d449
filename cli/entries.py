"""Files of hashed tokens grow by one entry at a time, and stay as they were when that would break them."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from shared.errors import InvalidInput
from shared.mcp_tokens import NAME


def add_entry(file: Path, entry: str, *, table: str, name: str, check: Callable[[Path], object]) -> None:
    """Append a `[[table]]` called `name`; the file is made if absent, readable by its owner alone.

    Raises InvalidInput when the name is none or there already, `check` finds the result unusable, or it cannot be
    written.
    """
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    _check_name(before, file, table, name)
    _replace(file, f"{before}\n{entry}", check)


def set_value(
    file: Path, *, table: str, name: str, key: str, value: str | bool, check: Callable[[Path], object]
) -> None:
    """Set one key of the `[[table]]` called `name`; everything else, comments too, stays as it is.

    Raises InvalidInput when there is none of that name, `check` finds the result unusable, or it cannot be written.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from None
    first, end = _find_block(lines, table, name, file)
    line = f"{key} = {json.dumps(value)}"
    there = [n for n in range(first, end) if re.match(rf"\s*{re.escape(key)}\s*=", lines[n])]
    if there:
        lines[there[0]] = line
    else:
        lines.insert(max(n for n in range(first, end) if lines[n].strip()) + 1, line)
    _replace(file, "\n".join(lines) + "\n", check)


def _find_block(lines: list[str], table: str, name: str, file: Path) -> tuple[int, int]:
    """The lines of one entry, its header too: the first, and the one after the last."""
    heads = [n for n, line in enumerate(lines) if line.lstrip().startswith("[")] + [len(lines)]
    for first, end in itertools.pairwise(heads):
        if re.match(rf"\s*\[\[\s*{table}\s*\]\]", lines[first]):
            entry = tomllib.loads("\n".join(lines[first:end]))[table][0]
            if entry.get("name") == name:
                return first, end
    raise InvalidInput(f"{file} has no {table} named {name}")


def _replace(file: Path, text: str, check: Callable[[Path], object]) -> None:
    draft = file.with_suffix(".new")
    try:
        draft.touch(mode=0o600)
        draft.chmod(0o600)
        draft.write_text(text, encoding="utf-8")
        check(draft)
        draft.replace(file)
    except InvalidInput as error:
        draft.unlink(missing_ok=True)
        raise InvalidInput(str(error).replace(str(draft), str(file))) from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}") from None


def _check_name(before: str, file: Path, table: str, name: str) -> None:
    if not re.fullmatch(NAME, name):
        raise InvalidInput(f"{name!r} is no name: lower-case letters, digits, - and _, 40 at most")
    try:
        entries = tomllib.loads(before).get(table, [])
    except tomllib.TOMLDecodeError:
        return  # the check of the whole says what is wrong
    if any(isinstance(entry, dict) and entry.get("name") == name for entry in entries):
        article = "an" if table[0] in "aeiou" else "a"
        raise InvalidInput(f"{file} already has {article} {table} named {name}")
