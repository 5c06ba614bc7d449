"""The reader against tickets as employees write them."""

from __future__ import annotations

import pytest

from tests.assist.scoring import score

FILES = ("tickets.toml", "fresh.toml", "unseen.toml")


@pytest.mark.requirement("R-14")
def test_at_least_85_percent_of_all_tickets_get_exactly_their_plans() -> None:
    scores = [score(name) for name in FILES]

    right, tickets = sum(each.right for each in scores), sum(each.tickets for each in scores)

    assert right >= 0.85 * tickets, [each.plans for each in scores]


@pytest.mark.requirement("R-14")
@pytest.mark.parametrize("name", FILES)
def test_no_ticket_gets_a_wrong_person(name: str) -> None:
    total = score(name)

    assert total.wrong == []


@pytest.mark.requirement("R-14")
def test_the_tickets_that_the_rules_were_written_for_are_read_with_every_person_and_detail() -> None:
    total = score("tickets.toml")

    assert (total.plans, total.missed, total.details) == ([], [], [])
