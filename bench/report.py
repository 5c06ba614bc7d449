"""The table on the screen and in bench/results: how many times better first, figures after."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.processes import machine_memory_gb
from bench.rows import Row, format_value

Sections = dict[str, list[Row]]
COLUMNS = ("against n8n", "what", "figure", "p50 / p95 / p99 ms", "n8n 2.40", "of the brief's limit", "note")
_NUMBERS = ("figure", "p50 / p95 / p99 ms", "n8n 2.40")


def show(sections: Sections, console: Console) -> None:
    """Print the table."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in COLUMNS[:-1]:
        table.add_column(column, justify="right" if column in _NUMBERS else "left", no_wrap=True)
    for rows in sections.values():
        for row in rows:
            ratio, *cells, _note = (escape(cell) for cell in _cells(row))
            colour = "bold green" if (row.ratio or 0) >= 1 else "bold red"
            table.add_row(f"[{colour}]{ratio}[/{colour}]", *cells)
        table.add_section()
    console.print(table, soft_wrap=True)


def save(sections: Sections, folder: Path, name: str, *, quick: bool) -> None:
    """Write NAME.json and NAME.md; they name the machine's size, not the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = machine_facts()
    content = {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "quick": quick,
        "machine": machine,
        "benches": {bench: [_as_json(row) for row in rows] for bench, rows in sections.items()},
    }
    (folder / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [_heading(content), "", _line(COLUMNS), _line(["---"] * len(COLUMNS))]
    lines += [_line(_cells(row)) for rows in sections.values() for row in rows]
    (folder / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def machine_facts() -> dict[str, Any]:
    """What a reader needs to compare."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": machine_memory_gb(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _heading(content: dict[str, Any]) -> str:
    machine = content["machine"]
    size = f"{machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}"
    quick = " Quick run: few calls." if content["quick"] else ""
    return f"`make bench` on {content['measured_on']}: {size}; real processes on loopback, simulators included.{quick}"


def _cells(row: Row) -> tuple[str, ...]:
    percentiles = " / ".join(f"{row.timings.percentile(p):.1f}" for p in (50, 95, 99)) if row.timings else ""
    n8n = format_value(row.n8n, row.unit) if row.n8n is not None else ""
    return (row.ratio_text, row.name, format_value(row.value, row.unit), percentiles, n8n, row.limit_text, row.note)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _as_json(row: Row) -> dict[str, Any]:
    timings = row.timings
    percentiles = {f"p{p}_ms": round(timings.percentile(p), 3) for p in (50, 95, 99)} if timings else {}
    return {
        "name": row.name.strip(),
        "value": round(row.value, 3),
        "unit": row.unit,
        "ratio_to_n8n": round(row.ratio, 2) if row.ratio is not None else None,
        "n8n": row.n8n,
        "brief_limit": row.limit,
        **percentiles,
        "calls": len(timings.ms) if timings else None,
        "note": row.note,
    }
