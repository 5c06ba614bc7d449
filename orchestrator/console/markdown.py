"""A timeline as Markdown, to be pasted into a ticket or a mail to colleagues."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime

from orchestrator.console.timeline import EntryType, Evidence, TimelineEntry, Totals

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")
MAX_CELL = 200


def to_markdown(
    title: str,
    facts: Sequence[tuple[str, str]],
    entries: Sequence[TimelineEntry],
    totals: Totals,
    evidence: Evidence | None,
) -> str:
    """The whole page. What strangers wrote cannot make a link, an image or a heading of it."""
    lines = [f"# {escape(title)}", ""]
    lines += [f"- **{escape(name)}**: {escape(value)}" for name, value in facts if value]
    lines += [f"- **{escape('cost')}**: {_in_words(totals)}", ""]
    if evidence is not None:
        lines += ["## Verdict", "", f"{evidence.responsible} ({evidence.confidence:.0%}, {evidence.rule})", ""]
        lines += [*(f"- {escape(fact)}" for fact in evidence.facts), ""]
    lines += ["## Timeline", "", "| time (UTC) | what | result | ms | tokens |", "|---|---|---|---:|---:|"]
    lines += [_row(entry) for entry in entries]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text as text: one line, nothing in it is Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _row(entry: TimelineEntry) -> str:
    what = f"{entry.kind} {entry.name}".strip()
    what = f"**{escape(what)}**" if entry.is_effect else escape(what)
    if entry.arguments:
        what += f" {escape(_cut(json.dumps(entry.arguments, ensure_ascii=False)))}"
    result = " ".join(part for part in (entry.outcome, entry.verdict, entry.code, entry.reason) if part)
    if not result and entry.type is EntryType.NOTE:
        result = json.dumps(entry.detail, ensure_ascii=False)
    tokens = "" if entry.prompt_tokens is None else f"{entry.prompt_tokens}+{entry.output_tokens or 0}"
    took = "" if entry.ms is None else f"{entry.ms:g}"
    return f"| {_time(entry.at)} | {what} | {escape(_cut(result))} | {took} | {tokens} |"


def _in_words(totals: Totals) -> str:
    return (
        f"{totals.duration_ms / 1000:.1f} s, {totals.tool_calls} tool calls, {totals.effects} effects, "
        f"{totals.model_calls} model calls, {totals.prompt_tokens}+{totals.output_tokens} tokens"
    )


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
