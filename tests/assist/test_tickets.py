"""The reader against tickets as employees write them."""

from __future__ import annotations

import pytest

from tests.assist.scoring import score

FILES = ("tickets.toml", "learned.toml", "varied.toml", "traps.toml", "held_out.toml")


@pytest.mark.requirement("R-14")
@pytest.mark.parametrize("name", FILES)
def test_at_least_85_percent_of_tickets_get_exactly_their_plans(name: str) -> None:
    total = score(name)

    assert total.right >= 0.85 * total.tickets, total.plans


@pytest.mark.requirement("R-14")
@pytest.mark.parametrize("name", FILES)
def test_no_ticket_gets_a_wrong_person(name: str) -> None:
    total = score(name)

    assert total.wrong == []


@pytest.mark.requirement("R-14")
def test_the_sixty_tickets_of_the_demo_are_read_with_every_person_and_detail() -> None:
    total = score("tickets.toml")

    assert total.tickets == 60
    assert (total.plans, total.missed, total.details) == ([], [], [])
