"""The reader against tickets as employees write them."""

from __future__ import annotations

import pytest

from tests.assist.scoring import score


@pytest.mark.requirement("R-14")
@pytest.mark.parametrize("name", ["tickets.toml", "fresh.toml"])
def test_at_least_85_percent_of_the_tickets_get_exactly_their_plans(name: str) -> None:
    total = score(name)

    assert total.right >= 0.85 * total.tickets, total.plans


@pytest.mark.requirement("R-14")
@pytest.mark.parametrize("name", ["tickets.toml", "fresh.toml"])
def test_no_ticket_gets_a_wrong_person(name: str) -> None:
    total = score(name)

    assert total.wrong == []


@pytest.mark.requirement("R-14")
def test_the_tickets_that_the_rules_were_written_for_are_read_with_every_person_and_detail() -> None:
    total = score("tickets.toml")

    assert (total.plans, total.missed, total.details) == ([], [], [])
