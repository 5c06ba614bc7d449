"""`python -m bench [NAME...] [--quick]`: measure, print, save."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from bench import (
    ad_calls,
    alert_run,
    assist_plans,
    desk,
    glpi_webhook,
    idle,
    mcp_calls,
    redis_helper,
    startup,
    web,
    webhook,
)
from bench.report import Sections, save, show
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoFailed
from shared.logs import configure_logs

TABLE_WIDTH = 126
ROOT = Path(__file__).resolve().parent.parent
BENCHES = {
    "idle": idle.measure,
    "redis": redis_helper.measure,
    "mcp": mcp_calls.measure,
    "ad": ad_calls.measure,
    "run": alert_run.measure,
    "rules": alert_run.measure_rules,
    "assist": assist_plans.measure,
    "webhook": webhook.measure,
    "glpi-webhook": glpi_webhook.measure,
    "desk": desk.measure,
    "web": web.measure,
    "startup": startup.measure,
}
"""In this order: idle wants a system that nobody has used, and startup counts the starts before it."""


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the system as real processes.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(BENCHES)}; all when none")
    parser.add_argument("--quick", action="store_true", help="few calls: under a minute, saved in var/bench only")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    configure_logs("bench", level="WARNING")
    console = Console(width=max(Console().width, TABLE_WIDTH))
    names = [name for name in BENCHES if not options.names or name in options.names]
    try:
        sections = _measure(names, Scale(quick=options.quick), console)
    except (DemoFailed, alert_run.RunMissing) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("stopped.")
        return 130
    show(sections, console)
    if len(names) == len(BENCHES):
        folder, name = (ROOT / "var/bench", "quick") if options.quick else (ROOT / "bench/results", "latest")
        save(sections, folder, name, quick=options.quick)
        console.print(f"[dim]saved in {folder.relative_to(ROOT)}/{name}.json and .md[/dim]")
    return 0


def _measure(names: list[str], scale: Scale, console: Console) -> Sections:
    worlds = Worlds(ROOT / "var/bench")
    sections: Sections = {}
    try:
        for name in names:
            started = time.monotonic()
            sections[name] = BENCHES[name](scale, worlds)
            console.print(f"[dim]{name} measured in {time.monotonic() - started:.0f} s[/dim]")
    finally:
        worlds.stop()
    return sections


if __name__ == "__main__":
    sys.exit(main())
