"""The directory as coroutines: what is read is retried, what was sent without an answer is OutcomeUnknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import anyio
from ldap3 import BASE, LEVEL, SUBTREE, Connection
from pydantic import SecretStr
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from servers.ad.codes import SYSTEM, Operation, error_from_result
from servers.ad.entry import Entry
from servers.ad.pool import Pool
from shared.errors import NotFound, OutcomeUnknown, UpstreamUnavailable

PAGING = "1.2.840.113556.1.4.319"
SIZE_LIMIT_EXCEEDED = 4
MAX_CONNECTIONS = 8
WAIT_S = 10.0
"""For one of them to be free: as long as one answer may take."""
T = TypeVar("T")

Change = tuple[str, Sequence[str | bytes]]
"""One of ldap3's MODIFY_* words and its values."""
Check = Callable[[], Awaitable[object]]
"""What must still be true before a write is tried once more; raises when it is not."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `truncated` when there is more."""

    entries: list[Entry]
    truncated: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    result: int
    message: str
    entries: list[Entry]
    more: bool


class AdSession:
    """One domain controller. Every method raises UpstreamUnavailable and UpstreamUnauthorized."""

    def __init__(self, pool: Pool, *, wait_s: float = WAIT_S) -> None:
        self._pool = pool
        self._wait_s = wait_s
        self._threads = ThreadPoolExecutor(MAX_CONNECTIONS, thread_name_prefix="ad")

    async def search(
        self, base: str, query: str, attributes: Sequence[str], *, limit: int, one_level: bool = False
    ) -> Found:
        """Up to `limit` entries below `base`. Raises NotFound when there is no base.

        Always paged: Samba takes no notice of a size limit, and Windows refuses over 1,000 without.
        """
        ask = {"search_scope": LEVEL if one_level else SUBTREE, "paged_size": limit + 1}
        answer = await self._read(base, query, attributes, ask)
        return Found(answer.entries[:limit], len(answer.entries) > limit or answer.more)

    async def find(self, dn: str, query: str, attributes: Sequence[str]) -> Entry | None:
        """The entry of this name if it fits the query."""
        try:
            answer = await self._read(dn, query, attributes, {"search_scope": BASE})
        except NotFound:
            return None
        return answer.entries[0] if answer.entries else None

    async def _read(self, base: str, query: str, attributes: Sequence[str], ask: Mapping[str, Any]) -> _Answer:
        def work(connection: Connection) -> Any:
            return connection.search(base, query, attributes=list(attributes), **ask)

        return await self._retried(partial(self._send, Operation.READ, work))

    async def modify(
        self, operation: Operation, dn: str, changes: Mapping[str, Sequence[Change]], *, again: Check | None = None
    ) -> None:
        """Change an entry, all or nothing. Raises OutcomeUnknown when it was sent and no answer came.

        again: checked before each further try; what was true before the first one may have changed meanwhile.
        """
        await self._write(operation, lambda connection: connection.modify(dn, dict(changes)), again)

    async def add(self, dn: str, classes: Sequence[str], values: Mapping[str, str]) -> None:
        """Make an entry. Raises OutcomeUnknown."""
        await self._write(Operation.CREATE, lambda connection: connection.add(dn, list(classes), dict(values)))

    async def move(self, dn: str, *, rdn: str, to: str, again: Check) -> None:
        """Put an entry elsewhere under the same name; `again` as in `modify`. Raises OutcomeUnknown."""
        await self._write(Operation.MOVE, lambda connection: connection.modify_dn(dn, rdn, new_superior=to), again)

    async def try_bind(self, user: str, password: SecretStr) -> str:
        """Sign in as somebody else, once, never repeated; "" or the sub-code of the refusal."""
        return await self._in_thread(partial(self._pool.try_bind, user, password))

    async def aclose(self) -> None:
        """Close the connections; what still waits for an answer ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await anyio.to_thread.run_sync(self._pool.close)

    async def _write(self, operation: Operation, work: Callable[[Connection], Any], again: Check | None = None) -> None:
        await self._retried(partial(self._send, operation, work), again)

    async def _retried(self, once: Callable[[], _Answer], again: Check | None = None) -> _Answer:
        """Only what surely was not done is UpstreamUnavailable."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(UpstreamUnavailable),
            stop=stop_after_attempt(4) | stop_after_delay(12),
            wait=wait_random_exponential(multiplier=0.2, max=2.0),
            reraise=True,
        )

        async for attempt in retrying:
            with attempt:
                if again is not None and attempt.retry_state.attempt_number > 1:
                    await again()
                return await self._in_thread(once)
        raise AssertionError("a last try returns or raises")

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """A caller that leaves need not wait: the thread ends by itself within the deadline.

        Until then it counts: threads of our own, since anyio forgets those whose callers have left. Raises
        UpstreamUnavailable when none becomes free in time; then nothing was sent.
        """
        job = self._threads.submit(work)
        given_up = False

        def give_up() -> None:
            nonlocal given_up
            given_up = job.cancel()  # false once a thread has taken it

        timer = asyncio.get_running_loop().call_later(self._wait_s, give_up)
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not given_up or (task and task.cancelling()):
                raise
            text = "Active Directory does not answer: every connection to it waits"
            raise UpstreamUnavailable(text, system=SYSTEM) from None
        finally:
            timer.cancel()

    def _send(self, operation: Operation, work: Callable[[Connection], Any]) -> _Answer:
        writes = operation is not Operation.READ
        with self._pool.connection(probe=writes) as connection:
            try:
                answer = _answer(work(connection))
            except Exception as error:  # bytes that are no LDAP raise KeyError and others
                raise _lost(operation, type(error).__name__) from error
        if operation is Operation.READ and answer.result == SIZE_LIMIT_EXCEEDED:
            return answer
        if refusal := error_from_result(operation, answer.result, answer.message):
            raise refusal
        return answer


def _answer(returned: Any) -> _Answer:
    _ok, result, response, _request = returned
    entries = [
        Entry(item["dn"], {name.lower(): values for name, values in item["raw_attributes"].items()})
        for item in response or ()
        if item["type"] == "searchResEntry"  # searches from the top also yield references to other partitions
    ]
    page = (result.get("controls") or {}).get(PAGING)
    more = bool(page and page["value"]["cookie"]) or result["result"] == SIZE_LIMIT_EXCEEDED
    return _Answer(int(result["result"]), str(result["message"]), entries, more)


def _lost(operation: Operation, why: str) -> UpstreamUnavailable | OutcomeUnknown:
    if operation is Operation.READ:
        return UpstreamUnavailable(f"Active Directory does not answer ({why})", system=SYSTEM)
    text = f"Active Directory, {operation}: no answer ({why}); it may have been done"
    return OutcomeUnknown(text, system=SYSTEM, may_come_late=True)


def guid_dn(guid: UUID) -> str:
    """A name that stays the account's own, whatever it is renamed to and wherever it is moved."""
    return f"<GUID={guid}>"
