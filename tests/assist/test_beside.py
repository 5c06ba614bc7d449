"""Somebody stands beside whom a ticket is about: however the two are joined, nothing is asked for the wrong one."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from orchestrator.assist.reader.requests import read_requests

TODAY = date(2026, 11, 30)
NAMES = (("Julie Moreau", "Paul Grandin"), ("Mme Moreau", "M. GRANDIN Paul"))
ABOUT = (
    "{about} a oublié son mot de passe",
    "merci de débloquer le compte de {about}",
    "{about} n'arrive plus à ouvrir sa session, mot de passe refusé",
    "{about} quitte l'établissement vendredi, merci de fermer ses accès",
    "{about} arrive le 7 décembre, merci de lui créer une session",
    "{about} : mot de passe oublié",
)
BESIDE = (
    "{beside} est absent cette semaine",
    "voir avec {beside}",
    "{beside} m'a demandé de vous écrire",
    "{beside} est parti hier",
    "le compte de {beside} fonctionne",
    "ne touchez pas au compte de {beside}",
    "{beside} n'est plus bloqué",
    "pas besoin de débloquer {beside}",
    "{beside} n'a pas oublié le sien",
    "{beside}, cadre de santé, valide la demande",
    "{beside} la remplace",
    "c'est sur l'ordinateur de {beside}",
)
JOINED = ("{0}. {1}.", "{1}. {0}.", "{0}, {1}", "{1}, {0}", "{0} et {1}", "{1} et {0}", "{0} car {1}", "{0} ({1})")


@pytest.mark.requirement("R-21")
@pytest.mark.parametrize("said", BESIDE)
def test_somebody_beside_is_never_whom_a_request_is_about(said: str) -> None:
    named = 0
    for (about, beside), asked, joined in product(NAMES, ABOUT, JOINED):
        text = joined.format(asked.format(about=about), said.format(beside=beside))
        people = [request.person for request in read_requests(text, title="demande", today=TODAY) if request.person]
        named += len(people)
        assert all(person.lastname == "Moreau" for person in people), text

    assert named > len(NAMES) * len(ABOUT) * len(JOINED) / 3  # not by doubting always


@pytest.mark.requirement("R-21")
@pytest.mark.parametrize(
    "text",
    [
        "Débloquer le compte de J. Moreau",
        "Désactivez tous les comptes sauf celui de Julie Moreau.",
        "débloquer le compte jmoreau ou pgrandin, je ne sais plus",
        "Lise Aubin a quitté hier la réunion avec le chef Paul Grandin de la clinique. Merci de fermer les comptes.",
        "mot de passe oublié de Mme Moreau, à ne pas confondre avec M. Moreau",
    ],
)
def test_a_naming_that_fits_several_is_nobody(text: str) -> None:
    assert [request.person for request in read_requests(text, today=TODAY)] == [None]


@pytest.mark.requirement("R-21")
@pytest.mark.parametrize(
    "text",
    [
        "Merci, mais ne désactivez pas le compte de Julie Moreau.",
        "Il ne faut plus désactiver le compte de Julie Moreau.",
        "Pourrez-vous désactiver le compte de Julie Moreau si elle ne revient pas ?",
    ],
)
def test_what_is_denied_or_left_open_is_a_question(text: str) -> None:
    assert [request.plan.value for request in read_requests(text, today=TODAY)] == ["QUESTION"]


@pytest.mark.requirement("R-22")
@pytest.mark.parametrize(
    "text",
    [
        "Avez-vous bien reçu ma demande de création de compte pour Mme Lopez ?",
        "M. Jean Moreau, résident, a oublié le mot de passe de sa session",
        "je n'arrive plus à entrer dans Karasoft, mot de passe refusé",
        "Créer un accès Karasoft pour Mme Lopez",
    ],
)
def test_another_system_a_resident_and_an_earlier_request_are_questions(text: str) -> None:
    assert [request.plan.value for request in read_requests(text, today=TODAY)] == ["QUESTION"]


@pytest.mark.requirement("R-23")
@pytest.mark.parametrize(
    ("text", "people"),
    [
        (
            "Deux arrivées lundi : Mme Leïla Bouchra (AS) et M. Tom Ricard (ASH). Comptes à créer.",
            ["Bouchra", "Ricard"],
        ),
        ("Sorties du mois : Mme Aline Roche, M. Dan Cohen. Comptes à supprimer.", ["Roche", "Cohen"]),
        ("Nom : BELKACEM\nPrénom : Samira\nDate d'entrée : 02/12/2026\nMerci de créer son compte.", ["BELKACEM"]),
        ("Appel de Mme Pauline Garrec, IDE : mot de passe oublié.", ["Garrec"]),
    ],
)
def test_a_list_a_form_and_a_headline_name_their_people(text: str, people: list[str]) -> None:
    requests = read_requests(text, today=TODAY)

    assert [request.person.lastname for request in requests if request.person] == people
