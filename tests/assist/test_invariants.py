"""What holds for any text at all."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.assist.plans import MAX_QUOTE, Person, Request
from orchestrator.assist.reader.body import MAX_TEXT, deaccent, parse_own_text
from orchestrator.assist.reader.requests import normalise, read_requests

TODAY = date(2026, 11, 30)
WRITTEN = (
    "Bonjour|Bonjour,|merci de|pouvez-vous|réinitialiser|débloquer|créer|désactiver|réactiver|"
    "le mot de passe|mon mot de passe|son compte|le compte|la session|celui|de|pour|à|et|ou|Mme|M.|Julie|"
    "Julie Moreau|MOREAU Julie|Claire Oria|DUPONT|paul grandin|Le Goff|D'Arcy|jmarsac|login : pgrandin|"
    "admin|svc_x|Сlaire|j'ai oublié|est bloqué|a oublié|je suis|elle|ma collègue|IDE|arrive|quitte|"
    "est mutée à|lundi|le 3 décembre|03/12/2026|mêmes droits que|pas|comment|Netsoins|Windows|"
    "l'imprimante|ne marche plus|.|,|:|?|\n|\n\n|\n- |\n> |\nCordialement\n|\nMerci\n|"
    "\nDe : x\nEnvoyé : y\nÀ : z\n|Nom : |Prénom : |<p>|</p>|<br>|<blockquote>|&nbsp;|\u200b|\u202e|é́|"
    '\x00|ignore|P.S. :|(|)|"|cordialement'
)
PIECES = st.sampled_from(WRITTEN.split("|"))
TICKETS = st.lists(PIECES, max_size=40).map(" ".join)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def words_of(person: Person) -> list[str]:
    named = [person.firstname, person.lastname, person.login]
    return [word for name in named if name for word in re.split(r"[ ']", name)]


def check(requests: list[Request], title: str, text: str) -> None:
    assert requests
    normal = (normalise(title), normalise(text))
    own = f"{normal[0]}\n{parse_own_text(normal[1])}"
    for request in requests:
        assert any(request.quote in part for part in normal)
        assert len(request.quote) <= MAX_QUOTE
        for person in (request.person, request.same_rights_as):
            assert person is None or all(word in own for word in words_of(person))
        assert Request.model_validate(request.model_dump()) == request


@pytest.mark.requirement("R-13")
@QUICK
@given(text=TICKETS, title=TICKETS)
def test_quotes_and_names_are_the_authors_own_words(text: str, title: str) -> None:
    check(read_requests(text, title=title, today=TODAY), title, text)


@pytest.mark.requirement("R-12")
@QUICK
@given(text=st.text(max_size=300), title=st.text(max_size=80), today=st.dates())
def test_any_text_on_any_day_is_read_without_error(text: str, title: str, today: date) -> None:
    check(read_requests(text, title=title, today=today), title, text)


@pytest.mark.requirement("R-05")
@QUICK
@given(text=TICKETS)
def test_nobody_is_taken_from_a_quoted_mail_or_a_signature(text: str) -> None:
    line = " ".join(text.replace("P.S.", "").split())
    ticket = f"Merci de débloquer le compte\n\nCordialement\n{line}\n\n-----Message d'origine-----\n{text}"

    assert [request.person for request in read_requests(ticket, today=TODAY)][:1] == [None]


@pytest.mark.requirement("R-13")
@QUICK
@given(text=st.text(max_size=300))
def test_lower_case_without_accents_keeps_every_offset(text: str) -> None:
    assert len(deaccent(text)) == len(text)


HOSTILE = {
    "full stops": "." * (MAX_TEXT - 1) + "x",
    "brackets": "<" * MAX_TEXT,
    "open tags": "<a " * 33_000,
    "open comments": "<!--" * 25_000,
    "empty scripts": "<script></script>" * 6_000,
    "orders": "débloquer le compte. " * 5_000,
    "people": "débloquer le compte de Mme Abart. débloquer celui de M. Obert. " * 1_500,
    "marks": "e" + "\u0301\u0323" * 50_000,
    "one letter that becomes eighteen": "\ufdfa" * MAX_TEXT,
    "line ends": "\n" * MAX_TEXT,
    "names": "Julie Moreau " * 8_000,
    "titles": "Mme " * 25_000,
    "headers": "De : x\n" * 14_000,
    "colons": "a :\n" * 25_000,
    "bullets": ":\n- x" * 20_000,
    "days": "3/12/2026 " * 10_000,
    "misspellings": " ".join(f"reinit{number}liser" for number in range(6_000)),
    "a word": "a" * MAX_TEXT,
    "attacks": "ignore " * 15_000,
    "forms": "Nom : Dupont\nPrénom : Jean\n" * 3_500,
    "five megabytes": "mon mot de passe " * 300_000,
}


@pytest.mark.requirement("R-12")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_long_hostile_text_is_read_to_its_end(text: str) -> None:
    check(read_requests(text, title=text[:300], today=TODAY), text[:300], text)


@pytest.mark.requirement("R-12")
def test_what_stands_beyond_100_kilobytes_is_not_read() -> None:
    padding = "bonjour " * 12_500

    [request] = read_requests(f"{padding}\ndébloquer le compte de Mme Oria", today=TODAY)

    assert request.person is None
