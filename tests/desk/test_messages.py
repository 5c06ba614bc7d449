"""The rules against messages as employees write them, half of which they were not written for."""

from __future__ import annotations

import pytest

from desk.analysis import Action, Category, analyze
from tests.desk.labelled import FILES, list_of, load, score

SHORT_LIST = list_of(["IMPRIMANTES", "ORDINATEURS", "RESEAU / INTERNET", "MESSAGERIE", "COMPTES UTILISATEURS", "AUTRE"])
RIGHT_IN_SHORT_LIST = {
    "Matériel > Imprimante": "IMPRIMANTES",
    "Matériel > Poste de travail": "ORDINATEURS",
    "Réseau": "RESEAU / INTERNET",
    "Réseau > Wifi": "RESEAU / INTERNET",
    "Réseau > Accès Internet": "RESEAU / INTERNET",
    "Messagerie": "MESSAGERIE",
    "Messagerie > Messagerie sécurisée de santé": "MESSAGERIE",
    "Comptes > Mot de passe": "COMPTES UTILISATEURS",
    "Comptes > Arrivée et départ": "COMPTES UTILISATEURS",
    "Comptes > Droits d'accès": "COMPTES UTILISATEURS",
}


@pytest.mark.requirement("D-40")
@pytest.mark.parametrize("name", FILES)
def test_at_least_75_percent_of_messages_get_their_category(name: str) -> None:
    total = score(name)

    assert total.messages == 100
    assert total.categories >= 75


@pytest.mark.requirement("D-41")
@pytest.mark.parametrize("name", FILES)
def test_no_message_is_validated_into_a_wrong_category_or_before_it_is_understood(name: str) -> None:
    total = score(name)

    assert (total.wrongly_validated, total.hasty) == ([], [])


@pytest.mark.requirement("D-40")
@pytest.mark.parametrize("name", FILES)
def test_at_least_75_percent_of_messages_get_their_action(name: str) -> None:
    assert score(name).actions >= 75


@pytest.mark.requirement("D-49")
def test_every_account_request_among_the_messages_is_told_from_the_rest() -> None:
    assert score("messages.toml").other_accounts == []


@pytest.mark.requirement("D-46")
@pytest.mark.parametrize("name", FILES)
def test_care_in_danger_is_never_an_ordinary_ticket(name: str) -> None:
    assert score(name).not_urgent == []


@pytest.mark.requirement("D-41")
@pytest.mark.parametrize("name", FILES)
def test_a_list_that_lacks_the_right_category_does_not_make_the_next_best_sure(name: str) -> None:
    for text, labels in load(name):
        right = {RIGHT_IN_SHORT_LIST.get(each) for each in (labels["category"], *labels.get("also", ()))}

        summary = analyze(text, categories=SHORT_LIST)

        assert summary.action is not Action.AUTO_VALIDATE or summary.category in right, text[:80]


@pytest.mark.requirement("D-47")
def test_without_any_category_nothing_is_validated() -> None:
    nothing: list[Category] = []

    summaries = [analyze(text, categories=nothing) for text, _ in load("messages.toml")]

    assert {summary.category for summary in summaries} == {None}
    assert Action.AUTO_VALIDATE not in {summary.action for summary in summaries}
