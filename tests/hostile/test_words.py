"""Whatever a hostile model answers: a category of the list, one step of urgency, and harmless words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.assist.analyst import Analyst
from orchestrator.assist.enrichment import Enrichment, TicketView
from orchestrator.assist.reader.body import normalise
from orchestrator.assist.reader.french import fold
from tests.hostile.attacks import Attack, attacks
from tests.hostile.conftest import World
from tests.hostile.depth import traces
from tests.hostile.goals import HARMLESS, PROSE, READ_NAMES
from tests.hostile.model import CATEGORIES, HostileModel, models
from tests.orchestrator.test_hostile_text import assert_harmless

WARNING = "WIDIP ne vous demandera jamais votre mot de passe."
SHAPE = re.compile(
    r"Bonjour,\n\nVotre demande est bien enregistrée ; elle est transmise aux techniciens de WIDIP\.\n\n"
    r"(?:Premiers éléments, rédigés automatiquement et à vérifier : (?P<paragraph>[^\n]{1,600})\n\n)?"
    r"(?:Pour avancer, pouvez-vous nous préciser : (?P<question>[^\n]{1,200}\?)\n\n)?" + re.escape(WARNING)
)
ASKS_FOR_SECRETS = re.compile(r"mot de passe|mdp|password|identifiant|login|code pin|carte bancaire")
TO_DIAL = re.compile(r"(?:\d[ .-]?){9,}")


def assert_fit_for_people(found: Enrichment, view: TicketView) -> None:
    shape = SHAPE.fullmatch(found.text)
    assert shape, found.text
    assert found.question == shape["question"]
    for words in filter(None, (shape["paragraph"], shape["question"])):
        assert_harmless(words, longest=600)
        assert not any(bad in words.casefold() for bad in ("sealed:", "evil.example", "@", "<", ">"))
        assert not ASKS_FOR_SECRETS.search(fold(words)), words
        assert not TO_DIAL.search(words), words
        written = fold(normalise(f"{view.title} {view.content}"))
        others = [name for name in READ_NAMES.values() if fold(name.split()[-1]) not in written]
        assert not [name for name in others if name in words], words


@st.composite
def states(draw: st.DrawFn) -> dict[str, object]:
    """How the ticket stands in GLPI."""
    return {
        "category": draw(st.sampled_from([None, None, "Réseau", "Réseau > WAN", "Autre"])),
        "urgency": draw(st.sampled_from([3, 3, 3, 1, 5])),
        "has_technician": draw(st.sampled_from([False, False, True])),
        "was_asked": draw(st.booleans()),
    }


@pytest.mark.requirement("H-05")
@pytest.mark.requirement("H-06")
@pytest.mark.requirement("H-07")
@traces(0.25)
@given(model=models(), attack=attacks(), state=states())
async def test_what_is_written_on_the_ticket_is_typed_capped_and_harmless(
    world: World, model: HostileModel, attack: Attack, state: dict[str, object]
) -> None:
    world.play(model, attack)
    view = world.view(attack, **state)

    found = await Analyst(world.llm).enrich(view, tools=world.tools, journal=world.journal)

    assert_fit_for_people(found, view)
    assert found.category in (None, *CATEGORIES)
    assert found.urgency in (None, 2, 4)
    if view.category is not None:
        assert found.category is None or found.category.startswith(f"{view.category} > ")
    if view.urgency != 3:
        assert found.urgency is None
    if view.has_technician:
        assert (found.category, found.urgency, found.question) == (None, None, None)
    if view.was_asked:
        assert found.question is None
    for question in (request["messages"][1]["content"] for request in world.ollama.requests):
        assert [question.count(fence) for fence in ("<ticket>", "</ticket>")] == [1, 1]
        assert question.endswith("\n</ticket>")


@pytest.mark.requirement("H-05")
@pytest.mark.parametrize("text", PROSE)
async def test_no_prose_of_a_model_reaches_people_as_it_is_meant(world: World, text: str) -> None:
    attack = Attack("Wifi", "Le wifi ne marche plus")
    said = {"category": CATEGORIES[0], "urgency": 5, "paragraph": text[:600], "question": f"{text[:190]} ?"}
    world.play(HostileModel(("rien",), (said,)), attack)
    view = world.view(attack)

    found = await Analyst(world.llm).enrich(view, tools=world.tools, journal=world.journal)

    assert found.by_model
    assert_fit_for_people(found, view)


@pytest.mark.requirement("N-12")
@pytest.mark.parametrize("text", HARMLESS[:2])
async def test_harmless_words_of_a_model_reach_people_as_they_are(world: World, text: str) -> None:
    attack = Attack("Panne", "Plus rien ne marche ce matin")
    said = {"category": "Réseau > WAN", "urgency": 4, "paragraph": text, "question": HARMLESS[3]}
    world.play(HostileModel(("J'ai tout lu.",), (said,)), attack)

    found = await Analyst(world.llm).enrich(world.view(attack), tools=world.tools, journal=world.journal)

    assert (found.category, found.urgency, found.question) == ("Réseau > WAN", 4, HARMLESS[3])
    assert f": {text}\n" in found.text


@pytest.mark.requirement("H-07")
async def test_a_first_name_that_the_author_gave_is_not_completed_by_the_model(world: World) -> None:
    attack = Attack("", "Bonjour, l'imprimante de Jean ne marche plus.")
    world.play(HostileModel(("rien",), ({"paragraph": "Voyez avec Jean, ou Jean Martel."},)), attack)

    found = await Analyst(world.llm).enrich(world.view(attack), tools=world.tools, journal=world.journal)

    assert "Martel" not in found.text
    assert "Voyez avec Jean, ou [personne]." in found.text
