"""Durable workflows on DBOS. Every trap of contracts/durable.md section 5 and contracts/spike.md is dealt with here.

A workflow is stored with the row that caused it, in one commit, and then picked up from its queue. DBOS finds work by
polling; a nudge wakes its loop at once, so that the safety poll can be slow. The nudge uses a private function of DBOS:
it is pinned to 3.4 and has a contract test (tests/shared/test_engine.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from dbos._dbos import ScheduleInput, _get_dbos_instance  # private, like the next: see above
from dbos._queue import queue_worker_thread

from shared.connections import open_engine
from shared.database import Database

T = TypeVar("T")
Workflow = Callable[..., Awaitable[Any]]

APPLICATION_VERSION = "1"
"""Pinned: DBOS's default hashes the source, and a deployment would then strand the runs of the one before it."""
MAX_RECOVERIES = 5
ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
SAFETY_POLL_S = 1.0
NOTICE_S = 0.1
"""Nobody sends notifications here: all that this is good for is how soon that thread of DBOS notices the end."""
SLOT_FREED_S = 0.004


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue of workflows. concurrency: at once, in this process."""

    name: str
    concurrency: int


class _Nudge(threading.Event):
    """DBOS's stop event, whose wait also ends when poked."""

    def __init__(self) -> None:
        super().__init__()
        self.poke = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.poke.wait(timeout)
        self.poke.clear()
        return self.is_set()

    def set(self) -> None:
        super().set()
        self.poke.set()


class DrainGate:
    """Counts running workflows. Once closed, newcomers are parked for ever: the next process has them."""

    def __init__(self) -> None:
        self._inside = 0
        self._closed = False
        self._empty = asyncio.Event()
        self._empty.set()

    @contextlib.asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Hold the process up for as long as the workflow runs."""
        if self._closed:
            await asyncio.Event().wait()
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._empty.set()

    async def drain(self, timeout_s: float) -> bool:
        """Let nobody else in and wait for those inside; False when some did not finish in time."""
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        return not self._inside


class Engine:
    """The workflow engine of one program. Register workflows, then `start`, then `enqueue` inside a write."""

    def __init__(self, database: Database, *, name: str, executor_id: str, queues: tuple[QueueSpec, ...]) -> None:
        self._database = database
        self._name = name
        self._executor_id = executor_id
        self._queues = {queue.name: queue for queue in queues}
        self._nudges: dict[str, _Nudge] = {}
        self._threads: list[threading.Thread] = []
        self._gate = DrainGate()
        self._own_engine: sa.Engine | None = None
        self._client: DBOSClient | None = None
        self._active: dict[str, int] = dict.fromkeys(self._queues, 0)
        self._schedules: list[ScheduleInput] = []
        self._serializer = DBOSPortableJSONSerializer()
        config: dict[str, Any] = {
            "name": name,
            "system_database_url": database.url.render_as_string(hide_password=False),
            "executor_id": executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": self._serializer,
            "max_executor_threads": 8,
            "notification_listener_polling_interval_sec": NOTICE_S,
            "log_level": "WARNING",
            **self._pool(),
        }
        DBOS(config=cast("DBOSConfig", config))
        own_logger = logging.getLogger("dbos")
        own_logger.handlers.clear()  # it prints by itself otherwise, and not as JSON
        own_logger.propagate = True

    def _pool(self) -> dict[str, Any]:
        if self._database.url.get_backend_name() != "sqlite":
            return {"sys_db_pool_size": 4}
        self._own_engine = open_engine(self._database.url, synchronous="NORMAL")
        return {"system_database_engine": self._own_engine}

    def workflow(self, name: str, queue: str, function: Workflow) -> None:
        """Register `function` as a workflow called `name` that runs from `queue`. Before `start`.

        After a crash it runs again from its beginning: it keeps in its own rows what it has decided, and its writes
        carry keys named after their effect. (A durable step would cost 2.3 ms and keep the same thing a second time.)
        """

        async def run(*args: Any) -> Any:
            self._active[queue] += 1
            try:
                async with self._gate.enter():
                    return await function(*args)
            finally:
                self._active[queue] -= 1
                # The slot is free only once DBOS has written the outcome, a few milliseconds from now.
                asyncio.get_running_loop().call_later(SLOT_FREED_S, self.nudge, queue)

        run.__qualname__ = run.__name__ = name
        DBOS.workflow(name=name, max_recovery_attempts=MAX_RECOVERIES)(run)

    def schedule(self, name: str, cron: str, function: Callable[[], Awaitable[object]]) -> None:
        """Run `function` as a workflow at each tick of `cron` (six fields, seconds first, UTC). Before `start`.

        Once per tick, however many replicas run; a tick that nobody was there for is skipped.
        """

        async def run(_scheduled_at: Any, _context: Any) -> None:
            await function()

        run.__qualname__ = run.__name__ = name
        registered = DBOS.workflow(name=name, max_recovery_attempts=MAX_RECOVERIES)(run)
        self._schedules.append(
            {
                "schedule_name": name,
                "workflow_fn": registered,
                "schedule": cron,
                "context": None,
                "cron_timezone": "UTC",
            }
        )

    async def start(self) -> None:
        """Launch: recovers what the process before left. Call from the event loop that workflows shall run on."""
        DBOS.listen_queues([])  # none polled by DBOS itself: our threads do, with nudges
        DBOS.launch()
        self._client = DBOSClient(
            system_database_engine=self._database.writer_engine,
            application_name=self._name,
            serializer=self._serializer,
        )
        for queue in self._queues.values():
            await DBOS.register_queue_async(
                queue.name, worker_concurrency=queue.concurrency, polling_interval_sec=SAFETY_POLL_S
            )
            await asyncio.to_thread(self._watch, queue.name)
        if self._schedules:
            await DBOS.apply_schedules_async(self._schedules)

    def _watch(self, queue: str) -> None:
        dbos = _get_dbos_instance()
        nudge = self._nudges[queue] = _Nudge()
        registered = dbos._sys_db.get_queue(queue)  # noqa: SLF001
        if registered is None:
            raise RuntimeError(f"queue {queue} was not registered")
        thread = threading.Thread(target=queue_worker_thread, args=(nudge, dbos, registered), daemon=True)
        thread.start()
        nudge.poke.set()
        self._threads.append(thread)

    def enqueue(self, connection: sa.Connection, workflow: str, queue: str, workflow_id: str, *args: Any) -> None:
        """Store a workflow in the caller's transaction. The same id again is the same workflow: nothing new runs.

        Arguments and results must be JSON. Nudge the queue after the commit.
        """
        if self._client is None:
            raise RuntimeError("the engine is not started")
        options: dict[str, Any] = {
            "workflow_name": workflow,
            "queue_name": queue,
            "workflow_id": workflow_id,
            "app_version": APPLICATION_VERSION,
        }
        self._client.enqueue_in_transaction(connection, options, *args)  # type: ignore[arg-type]

    def nudge(self, queue: str) -> None:
        """Look at the queue now, if there is room for another run."""
        if queue in self._nudges and self._active[queue] < self._queues[queue].concurrency:
            self._nudges[queue].poke.set()

    async def has_ended(self, workflow_id: str) -> bool:
        """True for a workflow that will not run any more, well or badly ended or unknown."""
        status = await DBOS.get_workflow_status_async(workflow_id)
        return status is None or status.status not in ("PENDING", "ENQUEUED")

    async def remove_ended(self, before: datetime, *, limit: int) -> int:
        """Remove workflows that were started before then and have ended, `limit` at most; returns how many."""
        client = self._client
        if client is None:
            raise RuntimeError("the engine is not started")

        def remove() -> int:
            found = client.list_workflows(
                status=list(ENDED), end_time=before.isoformat(), limit=limit, load_input=False, load_output=False
            )
            if found:
                client.delete_workflows([workflow.workflow_id for workflow in found])
            return len(found)

        return await asyncio.to_thread(remove)

    async def stop(self, *, drain_s: float = 20.0) -> bool:
        """Let workflows finish, then stop. False when some had to be left; they are recovered at the next start."""
        drained = await self._gate.drain(drain_s)
        for nudge in self._nudges.values():
            nudge.set()
        await asyncio.gather(*(asyncio.to_thread(thread.join, 5) for thread in self._threads))
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True, workflow_completion_timeout_sec=0)
        # DBOS made its executor the loop's default and has shut it down: give the loop a live one.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        if self._own_engine is not None:
            self._own_engine.dispose()
        return drained
