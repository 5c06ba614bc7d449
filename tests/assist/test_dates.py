"""Days in French, relative to a Monday."""

from __future__ import annotations

from datetime import date

import pytest

from orchestrator.assist.reader.dates import find_days

TODAY = date(2026, 11, 30)


@pytest.mark.requirement("R-10")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("le 3 décembre", date(2026, 12, 3)),
        ("le 1er janvier", date(2027, 1, 1)),
        ("le 15 novembre", date(2026, 11, 15)),
        ("3 DÉC. 2027", date(2027, 12, 3)),
        ("03/12/2026", date(2026, 12, 3)),
        ("3/12/26", date(2026, 12, 3)),
        ("03.12.2026", date(2026, 12, 3)),
        ("08/01", date(2027, 1, 8)),
        ("2026-12-03", date(2026, 12, 3)),
        ("lundi prochain", date(2026, 12, 7)),
        ("lundi", date(2026, 12, 7)),
        ("mercredi", date(2026, 12, 2)),
        ("vendredi dernier", date(2026, 11, 27)),
        ("parti vendredi", date(2026, 11, 27)),
        ("jeudi 3 décembre", date(2026, 12, 3)),
        ("demain", date(2026, 12, 1)),
        ("après-demain", date(2026, 12, 2)),
        ("ce jour", TODAY),
        ("hier", date(2026, 11, 29)),
        ("dans deux semaines", date(2026, 12, 14)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert [found.day for found in find_days(text, today=TODAY)] == [day]


@pytest.mark.requirement("R-10")
@pytest.mark.parametrize(
    "text", ["32/12/2026", "le 31 novembre 2026", "29/02/2027", "06 39 98 12 34", "v2.10.3.4", "dans 99"]
)
def test_what_is_no_day_is_left(text: str) -> None:
    assert find_days(text, today=TODAY) == []


@pytest.mark.requirement("R-10")
@pytest.mark.parametrize("text", ["du 14/12/2026 au 15/01/2027", "dès le 14 décembre, jusqu'au 15 janvier"])
def test_the_end_of_a_stay_is_told_from_its_start(text: str) -> None:
    days = find_days(text, today=TODAY)

    assert [(day.day, day.is_end) for day in days] == [(date(2026, 12, 14), False), (date(2027, 1, 15), True)]


@pytest.mark.requirement("R-10")
def test_the_ends_of_the_calendar_are_no_error() -> None:
    assert find_days("hier", today=date.min) == []
    assert find_days("demain, lundi, dans 3 semaines", today=date.max) == []
    assert find_days("3/12", today=date.max)[:1] != [None]
