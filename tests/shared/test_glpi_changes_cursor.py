"""Reading what changed in GLPI: nothing lost, nothing told twice (contracts/glpi.md, section 5)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UpstreamMalformed, UpstreamUnavailable
from shared.glpi_changes import ChangeCursor, TicketChange, open_cursor, read_changes
from tests.shared.changing_glpi import ChangingGlpi, Reader, second

Step = Callable[[ChangingGlpi], None]
TICKETS = st.integers(1, 12)


def ids(changes: Any) -> list[int]:
    return [change.ticket_id for change in changes]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Some tickets change, some go to the bin, the clock moves on or stays; a slow request ends."""
    now = draw(st.lists(TICKETS, max_size=4))
    late = draw(st.lists(st.tuples(TICKETS, st.integers(1, 20)), max_size=1))
    binned = draw(st.lists(TICKETS, max_size=1))
    wait = draw(st.sampled_from((0, 0, 0, 1, 7)))

    def step(glpi: ChangingGlpi) -> None:
        glpi.clock += wait
        for ticket_id in now:
            glpi.change(ticket_id)
        for ticket_id, seconds in late:
            # A ticket with a date that it had before looks like no change to anybody.
            if glpi.newest.get(ticket_id, -1) < glpi.clock - seconds:
                glpi.change(ticket_id, at=max(0, glpi.clock - seconds))
        for ticket_id in binned:
            glpi.dates.pop(ticket_id, None)

    return step


@pytest.mark.requirement("G-24")
@given(
    page_size=st.integers(2, 6),
    dates=st.dictionaries(TICKETS, st.integers(0, 3)),
    polls=st.lists(st.lists(steps(), max_size=12), min_size=1, max_size=4),
    max_pages=st.sampled_from((3, 5000)),
)
def test_every_change_is_told_and_none_twice_whatever_happens_while_it_is_read(
    page_size: int, dates: dict[int, int], polls: list[list[Step]], max_pages: int
) -> None:
    async def check() -> None:
        glpi = ChangingGlpi(page_size, clock=30)
        for ticket_id, at in dates.items():
            glpi.change(ticket_id, at=at)
        reader = Reader(glpi)

        for during in polls:
            glpi.steps = [*during]
            await reader.poll(max_pages=max_pages)
            for step in glpi.steps:  # what no page was asked for happens before the next poll
                step(glpi)
            glpi.steps.clear()
        glpi.clock += 5
        await reader.poll()
        await reader.poll()

        assert len(set(reader.told)) == len(reader.told)
        final = {TicketChange(ticket_id, second(at)) for ticket_id, at in glpi.dates.items()}
        assert final <= set(reader.told)
        # Told by a page that was read after the last change, not before another one in the same second.
        assert [n for n in glpi.dates if reader.moments[n] < glpi.changed[n]] == []

    anyio.run(check)


@pytest.mark.requirement("G-24")
@pytest.mark.parametrize("page_size", [2, 3, 7, 100])
async def test_three_hundred_tickets_closed_in_one_second_are_all_told(page_size: int) -> None:
    glpi = ChangingGlpi(page_size, {n: 10 for n in range(1, 301)} | {n: 5000 for n in range(301, 304)}, clock=5005)
    reader = Reader(glpi)

    told = await reader.poll()

    assert sorted(ids(told)) == [*range(1, 304)]
    assert len(glpi.asked) < 2 * 2 * (304 / (page_size - 1) + 2)


@pytest.mark.requirement("G-24")
async def test_ticket_that_leaves_a_crowded_second_while_it_is_read_hides_no_other() -> None:
    glpi = ChangingGlpi(3, {20: 9000}, clock=9005)
    reader = Reader(glpi)
    await reader.poll()
    for ticket_id in range(1, 12):
        glpi.change(ticket_id, at=6000)

    def leave(glpi: ChangingGlpi) -> None:
        glpi.change(1)
        glpi.change(2)

    glpi.steps = [lambda _: None, lambda _: None, leave]
    told = await reader.poll(deep=True)

    assert {*ids(told)} == {*range(1, 12)}


@pytest.mark.requirement("G-24")
async def test_offsets_are_not_raised_while_tickets_change() -> None:
    glpi = ChangingGlpi(3, {n: n * 10 for n in range(1, 41)}, clock=500)
    glpi.steps = [lambda g, n=n: g.change(n, at=500 + n) for n in range(1, 16)]  # type: ignore[misc]
    reader = Reader(glpi)

    told = await reader.poll()

    assert {*ids(told)} >= {*range(1, 41)}
    assert {start for _, start in glpi.asked} == {0}


async def test_database_without_an_order_among_equals_hides_none_after_some_polls() -> None:
    chance = random.Random(7)
    glpi = ChangingGlpi(100, dict.fromkeys(range(1, 251), 10), clock=60, order=lambda row: (row[1], chance.random()))
    reader = Reader(glpi)

    for _ in range(3):
        await reader.poll()

    assert sorted(ids(reader.told)) == [*range(1, 251)]


@pytest.mark.requirement("G-24")
async def test_second_change_within_the_second_of_the_first_is_not_lost() -> None:
    glpi = ChangingGlpi(10, {1: 5}, clock=12)
    glpi.change(1)
    reader = Reader(glpi)
    again: list[Step] = [lambda _: None, lambda g: g.change(1, at=12)]
    glpi.steps = again

    await reader.poll()
    for step in again:
        step(glpi)
    await reader.poll()

    assert ids(reader.told) == [1]
    assert reader.moments[1] > glpi.changed[1]


@pytest.mark.requirement("G-25")
async def test_date_from_the_future_hides_no_change_until_then() -> None:
    """A ticket's date may be anything: nothing checks what an import writes."""
    glpi = ChangingGlpi(10, {1: 5, 2: 100_000_000}, clock=10)
    reader = Reader(glpi)
    first = await reader.poll()

    glpi.clock = 60
    glpi.change(3)
    second_time = await reader.poll()

    assert sorted(ids(first)) == [1, 2]
    assert ids(second_time) == [3]


@pytest.mark.requirement("G-25")
@pytest.mark.parametrize("ahead_s", [-7200, -30, 30, 7200])
async def test_clock_that_differs_from_glpis_loses_and_repeats_nothing(ahead_s: int) -> None:
    glpi = ChangingGlpi(10, {1: 9990}, clock=10_000)
    reader = Reader(glpi)

    for ticket_id in range(2, 30):
        glpi.clock += 60
        glpi.change(ticket_id)
        await reader.poll(now=glpi.clock - ahead_s)

    assert ids(reader.told) == [*range(1, 30)]


@pytest.mark.requirement("G-25")
async def test_what_a_slow_request_writes_late_is_found_by_the_overlap() -> None:
    glpi = ChangingGlpi(10, {1: 100}, clock=200)
    reader = Reader(glpi)
    await reader.poll()

    glpi.change(2, at=10)
    glpi.change(3, at=100 - 119)
    on_time = await reader.poll()

    assert ids(on_time) == [3, 2]


async def test_deep_look_finds_what_glpi_wrote_in_the_hour_that_autumn_repeats() -> None:
    glpi = ChangingGlpi(10, {1: 7200}, clock=7210)
    reader = Reader(glpi)
    await reader.poll()

    glpi.change(2, at=7200 - 3500)
    shallow = await reader.poll()
    deep = await reader.poll(deep=True)
    again = await reader.poll(deep=True)

    assert (ids(shallow), ids(deep), ids(again)) == ([], [2], [])


async def test_reading_that_broke_goes_on_where_it_was() -> None:
    glpi = ChangingGlpi(2, {n: n for n in range(1, 9)}, clock=60)
    reader = Reader(glpi)

    def cut(_: ChangingGlpi) -> None:
        raise UpstreamUnavailable("no answer", system="GLPI")

    glpi.steps = [lambda _: None, lambda _: None, cut]
    with pytest.raises(UpstreamUnavailable):
        await reader.poll()
    half = ids(reader.told)
    since_before = glpi.asked[-1][0]
    await reader.poll()

    assert 0 < len(half) < 8
    assert ids(reader.told) == [*range(1, 9)]
    assert glpi.asked[2][0] is not None
    assert since_before is None or glpi.asked[2][0] > since_before


async def test_ticket_seen_in_a_poll_that_stopped_before_the_second_look_is_told_by_the_next() -> None:
    glpi = ChangingGlpi(2, {1: 10, 2: 10, 3: 10, 9: 9000}, clock=9000)
    reader = Reader(glpi)
    await reader.poll(max_pages=4)
    assert not reader.cursor.is_reading
    assert {*reader.cursor.held} == {1, 2, 9}

    await reader.poll()

    assert sorted(ids(reader.told)) == [1, 2, 3, 9]


async def test_poll_without_changes_asks_once_and_waits_for_nothing() -> None:
    glpi = ChangingGlpi(10, {n: n for n in range(1, 6)}, clock=60)
    reader = Reader(glpi)
    await reader.poll()
    glpi.asked.clear()

    async def never(_: float) -> None:
        raise AssertionError("nothing to wait for")

    pages = [changes async for _, changes in read_changes(reader.cursor, glpi.fetch_page, now=second(60), pause=never)]

    assert pages == [()]
    assert len(glpi.asked) == 1


async def test_memory_forgets_what_can_no_longer_come_back() -> None:
    glpi = ChangingGlpi(100, {n: n for n in range(1, 51)}, clock=60)
    reader = Reader(glpi)
    await reader.poll()

    glpi.clock = 100_000
    glpi.change(60)
    await reader.poll()
    await reader.poll()

    assert [*reader.cursor.told] == [60]


async def test_cursor_opened_at_the_newest_change_tells_only_what_comes_after() -> None:
    glpi = ChangingGlpi(2, {n: n * 1000 for n in range(1, 9)}, clock=9000)
    reader = Reader(glpi, await open_cursor(glpi.fetch_page, now=second(9000)))
    asked = len(glpi.asked)

    glpi.change(3)
    told = await reader.poll()

    assert asked == 2
    assert ids(told) == [8, 3]  # 8 is within the overlap


@pytest.mark.requirement("G-25")
async def test_cursor_opened_on_a_date_from_the_future_starts_now() -> None:
    glpi = ChangingGlpi(2, {1: 1000, 2: 100_000_000}, clock=9000)
    reader = Reader(glpi, await open_cursor(glpi.fetch_page, now=second(9000)))

    glpi.change(3)

    assert sorted(ids(await reader.poll())) == [2, 3]


async def test_ticket_that_never_rests_does_not_keep_a_poll_going() -> None:
    glpi = ChangingGlpi(10, {1: 5}, clock=10)
    glpi.steps = [lambda g: g.change(1)] * 50
    reader = Reader(glpi)

    await reader.poll()

    assert len(glpi.asked) == 2


async def test_cursor_of_an_empty_glpi_tells_its_first_ticket() -> None:
    glpi = ChangingGlpi(2)
    reader = Reader(glpi, await open_cursor(glpi.fetch_page, now=second(0)))

    glpi.change(1)

    assert ids(await reader.poll()) == [1]


async def test_ticket_without_a_date_is_passed_over() -> None:
    page = {"total": 2, "tickets": [{"ticket_id": 1, "title": ""}, {"ticket_id": 2, "changed_at": second(1)}]}

    cursor, changes = ChangeCursor().begin(now=second(9)).take(page)
    changes += cursor.settle().take(page)[1]

    assert ids(changes) == [2]


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"tickets": None},
        {"tickets": [{"title": "x"}]},
        {"tickets": [{"ticket_id": 1, "changed_at": "bientôt"}]},
        {"tickets": [{"ticket_id": 1, "changed_at": "2026-01-01T10:00:00"}]},
        {"tickets": [], "next_start": 5},
        {"tickets": [{"ticket_id": 1, "changed_at": "2026-01-01T10:00:00Z"}], "next_start": 0},
    ],
)
async def test_page_of_an_unknown_shape_is_an_error_and_moves_nothing(page: dict[str, Any]) -> None:
    cursor = ChangeCursor().begin(now=second(9))

    with pytest.raises(UpstreamMalformed):
        cursor.take(page)
