"""The whole run with a model that answers at once: from the webhook to the mail in GLPI's queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx

from bench.deliveries import PATH, new_delivery
from bench.http_line import post_once
from bench.load import from_clients
from bench.processes import cpu_ms
from bench.references import (
    LIMIT_NOTIFIER_MS,
    LIMIT_RUN_MS,
    LIMIT_SENTINEL_MS,
    N8N_RULES_MS,
    N8N_RULES_PER_S,
    N8N_RUN_CPU_MS,
    N8N_RUN_MS,
    N8N_RUNS_PER_S,
)
from bench.rows import Row, Timings, latency_row
from bench.worlds import OUR_PROGRAMS, Scale, Worlds, fail_ports, pids
from cli.demo_world import DemoWorld

END_S = 120.0
NOWHERE = "http://127.0.0.1:1"
PAGE = 200
LOOK_S = 0.05
BURST_LOOK_S = 0.3


class RunMissing(Exception):
    """A run did not end well; the text says what was seen."""


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """Alerts one after the other, then many at once."""
    world = worlds.shared()
    fail_ports(world)
    alone = _measure_serial(world, scale.pick(full=40, quick=20))
    burst = run_burst(world, scale.pick(full=120, quick=40))
    return [*_latency_rows(alone), *burst.rows()]


def measure_rules(scale: Scale, worlds: Worlds) -> list[Row]:
    """The same without a model: nothing answers where it should be."""
    with worlds.fresh(OLLAMA_BASE_URL=NOWHERE) as world, _api(world) as api:
        fail_ports(world)
        for _ in range(2):
            _time_mail(world, api)
        spent = [_time_mail(world, api) for _ in range(scale.pick(full=40, quick=15))]
        burst = run_burst(world, scale.pick(full=120, quick=40))
    timings = Timings(spent, sum(spent) / 1000)
    note = "ticket, rules on a fresh look at the site, followup, mail"
    rate = burst.count / burst.seconds
    return [
        latency_row("alert to queued mail without a model", timings, n8n=N8N_RULES_MS, limit=LIMIT_RUN_MS, note=note),
        Row(name="runs without a model in a burst", value=rate, unit="/s", n8n=N8N_RULES_PER_S),
    ]


def _time_mail(world: DemoWorld, api: httpx.Client) -> float:
    sent_at, journal = _play(world, api)
    return _ms(sent_at, _last(journal, "email"))


def _play(world: DemoWorld, api: httpx.Client) -> tuple[datetime, list[dict[str, Any]]]:
    """One alert to the end of its run: when it was sent, and the run's journal."""
    known = _ids(_list_runs(api, PAGE))
    sent_at = datetime.now(UTC)
    asyncio.run(_post(world))
    run = _wait_ended(api, known, 1, look_s=LOOK_S)[0]
    return sent_at, api.get(f"/api/runs/{run['id']}").raise_for_status().json()["journal"]


@dataclass(frozen=True, slots=True)
class _Stages:
    """One run, in milliseconds."""

    total: float
    sentinel: float
    notifier: float


def _measure_serial(world: DemoWorld, count: int) -> list[_Stages]:
    with _api(world) as api:
        _one_run(world, api)  # the first one opens connections and fills caches
        return [_one_run(world, api) for _ in range(count)]


def _one_run(world: DemoWorld, api: httpx.Client) -> _Stages:
    sent_at, journal = _play(world, api)
    return _stages(journal, sent_at)


def _stages(journal: list[dict[str, Any]], sent_at: datetime) -> _Stages:
    """Sentinel's share goes from the rules' verdict to its last word, the notifier's from there to its own."""
    return _Stages(
        total=_ms(sent_at, _last(journal, "email")),
        sentinel=_ms(_last(journal, "verdict"), _last(journal, "model_call", agent="sentinel")),
        notifier=_ms(
            _last(journal, "model_call", agent="sentinel"), _last(journal, "model_call", agent="notificateur")
        ),
    )


def _last(journal: list[dict[str, Any]], kind: str, **detail: str) -> datetime:
    """When a line of this kind, with these details, was noted last."""
    fitting = [line["at"] for line in journal if line["kind"] == kind and detail.items() <= line["detail"].items()]
    if not fitting:
        raise RunMissing(f"the journal has no {kind} {detail or ''}; it has {[line['kind'] for line in journal]}")
    return datetime.fromisoformat(fitting[-1])


def _ms(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() * 1000


def _latency_rows(runs: list[_Stages]) -> list[Row]:
    def timings(values: Iterable[float]) -> Timings:
        spent = list(values)
        return Timings(spent, sum(spent) / 1000)

    note = "a site each; ticket, rules, model, mail"
    total = timings(run.total for run in runs)
    return [
        latency_row("alert to queued mail, one at a time", total, n8n=N8N_RUN_MS, limit=LIMIT_RUN_MS, note=note),
        latency_row("  of it Sentinel", timings(run.sentinel for run in runs), limit=LIMIT_SENTINEL_MS),
        latency_row("  of it Notificateur", timings(run.notifier for run in runs), limit=LIMIT_NOTIFIER_MS),
    ]


@dataclass(frozen=True, slots=True)
class Burst:
    """Alerts that came at once."""

    count: int
    seconds: float
    used_ms: dict[str, float]

    def rows(self) -> list[Row]:
        """Runs per second, and the processor time of one run."""
        per_run = {name: spent / self.count for name, spent in self.used_ms.items()}
        listed = ", ".join(f"{name} {spent:.0f}" for name, spent in per_run.items())
        ours = sum(per_run[name] for name in OUR_PROGRAMS)
        return [
            Row(
                name=f"runs in a burst of {self.count}",
                value=self.count / self.seconds,
                unit="/s",
                n8n=N8N_RUNS_PER_S,
                note="two at a time, simulators on the same cores",
            ),
            Row(name="processor per run, orchestrator", value=per_run["orchestrator"], unit="ms", n8n=N8N_RUN_CPU_MS),
            Row(name="processor per run, three programs", value=ours, unit="ms", n8n=N8N_RUN_CPU_MS, note=listed),
        ]


def run_burst(world: DemoWorld, count: int) -> Burst:
    """Post `count` new alerts at once and wait for the last mail. Raises RunMissing unless each run ended well."""
    watched = pids(world)
    mails = _count_mails(world)
    with _api(world) as api:
        known = _ids(_list_runs(api, PAGE))
        before = cpu_ms(watched)
        started = datetime.now(UTC)
        asyncio.run(_post_all(world, count))
        runs = _wait_ended(api, known, count, look_s=BURST_LOOK_S)
    used = {name: spent - before[name] for name, spent in cpu_ms(watched).items()}
    if _count_mails(world) - mails != count:
        raise RunMissing(f"{_count_mails(world) - mails} mails for {count} alerts")
    ended = max(datetime.fromisoformat(run["ended_at"]) for run in runs)
    return Burst(count, (ended - started).total_seconds(), used)


async def _post(world: DemoWorld) -> None:
    await post_once(world.orchestrator, world.webhook_token, PATH, new_delivery())


async def _post_all(world: DemoWorld, count: int) -> None:
    await from_clients([partial(_post, world)] * 10, count)


def _api(world: DemoWorld) -> httpx.Client:
    headers = {"Authorization": f"Bearer {world.api_token}"}
    return httpx.Client(base_url=world.orchestrator, headers=headers, timeout=10, trust_env=False)


def _list_runs(api: httpx.Client, limit: int) -> list[dict[str, Any]]:
    return list(api.get("/api/runs", params={"limit": limit}).raise_for_status().json()["runs"])


def _ids(runs: list[dict[str, Any]]) -> set[str]:
    return {run["id"] for run in runs}


def _wait_ended(api: httpx.Client, known: set[str], count: int, *, look_s: float) -> list[dict[str, Any]]:
    """The `count` runs that were not `known`, when all have ended."""
    deadline = time.monotonic() + END_S
    while time.monotonic() < deadline:
        time.sleep(look_s)
        runs = [run for run in _list_runs(api, count) if run["id"] not in known]
        failed = [run for run in runs if run["state"] == "failed"]
        if failed:
            raise RunMissing(f"{len(failed)} runs failed: {failed[0]['summary']}")
        if len(runs) == count and all(run["state"] == "done" for run in runs):
            return runs
    raise RunMissing(f"{len(runs)} of {count} runs seen within {END_S:.0f} s")


def _count_mails(world: DemoWorld) -> int:
    state = httpx.get(f"{world.simulators['glpi']}/_sim/state", timeout=30, trust_env=False).json()
    return len(state["queued_notifications"])
