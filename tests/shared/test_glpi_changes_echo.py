"""Whose work a change was: GLPI's history tells (contracts/glpi.md, section 13)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.glpi_changes import KnownHistory, find_news, read_news

ME, DESK, TECHNICIAN = 6, 7, 10


def row(author_id: int | None, *, field: str = "12", login: str = "x", at: str = "2026-03-01T08:00:00Z") -> Any:
    who = {"author_id": author_id} if author_id is not None else {}
    return {"at": at, **who, "author_login": login, "action": "changed", "field": field, "new_value": "2"}


CREATED = row(ME) | {"action": "created"}


def pages(history: list[Any], limit: int, *, entries: int = 0) -> Any:
    """glpi_get_ticket_timeline: texts and history share their pages."""
    asked: list[int] = []

    async def fetch(start: int) -> dict[str, Any]:
        asked.append(start)
        more = len(history) > start + limit or entries > start + limit
        next_start = {"next_start": start + limit} if more else {}
        return {"ticket_id": 1, "entries": [], "history": history[start : start + limit], **next_start}

    return fetch, asked


@pytest.mark.requirement("G-27")
@pytest.mark.parametrize(
    ("author", "is_by_others"),
    [(row(ME), False), (row(DESK), True), (row(TECHNICIAN), True), (row(None, login="cron_closeticket"), True)],
    ids=["ours", "the desk's", "a technician's", "GLPI's own"],
)
def test_only_what_others_did_counts(author: Any, is_by_others: bool) -> None:
    known = find_news([CREATED], known=KnownHistory(), own_ids={ME}).known

    news = find_news([CREATED, row(ME), author], known=known, own_ids={ME})

    assert news.is_by_others is is_by_others
    assert news.others == ((author,) if is_by_others else ())
    assert news.known.rows == 3


@pytest.mark.requirement("G-27")
def test_what_was_known_counts_no_more() -> None:
    history = [CREATED, row(TECHNICIAN)]
    known = find_news(history, known=KnownHistory(), own_ids={ME}).known

    assert not find_news(history, known=known, own_ids={ME}).is_by_others
    assert not find_news([*history, row(ME)], known=known, own_ids={ME}).is_by_others


@pytest.mark.requirement("G-27")
def test_twin_of_a_known_row_is_news() -> None:
    """Two changes of one second read the same."""
    known = find_news([CREATED, row(TECHNICIAN)], known=KnownHistory(), own_ids={ME}).known

    news = find_news([CREATED, row(TECHNICIAN), row(TECHNICIAN)], known=known, own_ids={ME})

    assert news.others == (row(TECHNICIAN),)


@pytest.mark.requirement("G-27")
def test_name_that_looks_like_ours_is_not_ours() -> None:
    forged = row(TECHNICIAN, login="widip-orchestrator (6)")

    assert find_news([CREATED, forged], known=KnownHistory(), own_ids={ME}).others == (forged,)


@pytest.mark.requirement("G-27")
def test_note_that_glpi_told_us_of_a_change_is_no_change() -> None:
    """With `log_in_item_history` each delivery leaves a row: to act on it would never end."""
    history = [CREATED, row(None, login="cron_queuedwebhook")]

    assert not find_news(history, known=KnownHistory(), own_ids={ME}).is_by_others


@pytest.mark.requirement("G-27")
@pytest.mark.parametrize("left", [[], [row(ME)], [row(ME, field="1"), row(ME, field="2"), row(ME, field="3")]])
async def test_history_that_lost_rows_makes_us_look_once(left: list[Any]) -> None:
    """GLPI purges old history: then nobody can say what is new."""
    whole = [CREATED, row(TECHNICIAN), row(ME)]
    known = find_news(whole, known=KnownHistory(), own_ids={ME}).known

    fetch, _ = pages(left, 30)
    news = await read_news(fetch, known=known, own_ids={ME})
    again = await read_news(fetch, known=news.known, own_ids={ME})

    assert (news.is_by_others, news.is_rewritten, news.others) == (True, True, ())
    assert not again.is_by_others


@pytest.mark.requirement("G-27")
@given(st.lists(st.sampled_from((ME, DESK, TECHNICIAN, None))), st.data())
def test_reading_from_the_last_known_row_tells_what_the_whole_tells(authors: list[int | None], data: Any) -> None:
    history = [row(author, field=str(data.draw(st.integers(1, 2)))) for author in authors]
    seen = data.draw(st.integers(0, len(history)))
    known = find_news(history[:seen], known=KnownHistory(), own_ids={ME}).known

    whole = find_news(history, known=known, own_ids={ME})
    part = find_news(history[known.start :], known=known, own_ids={ME}, start=known.start)

    assert whole == part
    assert not whole.is_rewritten
    assert [one.get("author_id") for one in whole.others] == [who for who in authors[seen:] if who != ME]


async def test_long_history_is_read_page_by_page_from_the_last_known_row() -> None:
    history = [row(ME, field=str(number)) for number in range(70)]
    fetch, asked = pages(history, 30)
    known = (await read_news(fetch, known=KnownHistory(), own_ids={ME})).known
    history.append(row(DESK))

    news = await read_news(fetch, known=known, own_ids={ME})

    assert asked == [0, 30, 60, 69]
    assert (known.rows, news.others, news.known.rows) == (70, (row(DESK),), 71)


async def test_pages_of_texts_after_the_end_of_the_history_are_not_read() -> None:
    """What is written between two of them would otherwise be skipped."""
    fetch, asked = pages([CREATED], 30, entries=200)

    news = await read_news(fetch, known=KnownHistory(), own_ids={ME})

    assert asked == [0]
    assert news.known.rows == 1


def test_history_without_its_last_known_row_is_refused() -> None:
    known = KnownHistory(rows=3, last="x")

    with pytest.raises(ValueError, match="last row"):
        find_news([], known=known, own_ids={ME}, start=3)
