"""Whatever a hostile model makes of a ticket: only plans that the author's own words name, and only policy decides."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.agent.policy import Mode, Situation, Verdict, decide
from orchestrator.assist.action import Binding
from orchestrator.assist.categoriser import Categoriser
from orchestrator.assist.identity import DeskWord, Identity, Known, prove_author
from orchestrator.assist.plans import Person, Plan, Request
from orchestrator.assist.reader.body import normalise, parse_own_text
from orchestrator.assist.reader.requests import read_requests
from orchestrator.assist.texts import TicketText
from shared.llm import MAX_ANSWERS
from tests.hostile.attacks import Attack, attacks
from tests.hostile.conftest import World
from tests.hostile.depth import traces
from tests.hostile.goals import READ_NAMES
from tests.hostile.history import IDS, LINKED, account_of, guid_of, is_own, texts_of_attack
from tests.hostile.model import Copy, HostileModel, models

TODAY = date(2026, 11, 30)
OF_ACCOUNTS = frozenset(Plan) - {Plan.QUESTION, Plan.NOT_OURS}
SELF_SERVICE = (Plan.PASSWORD_RESET, Plan.UNLOCK)


@dataclass(frozen=True)
class Text:
    title: str
    content: str


async def refine(world: World, text: Text) -> tuple[list[Request], list[Request]]:
    """What the rules read, and what is left of it or comes of it once the model has been asked."""
    read = read_requests(text.content, title=text.title, today=TODAY)
    return read, await Categoriser(world.llm).refine(text, read, tools=world.tools, journal=world.journal)


def words_of(person: Person) -> list[str]:
    named = [person.firstname, person.lastname, person.login]
    return [word for name in named if name for word in re.split(r"[ ']", name)]


def assert_borne_out(request: Request, text: Text) -> None:
    """A plan of the model stands on the author's own words."""
    own = f"{normalise(text.title)}\n{parse_own_text(normalise(text.content))}"
    assert request.plan in OF_ACCOUNTS
    assert request.by_model
    assert request.confidence <= 0.3
    if request.person is not None:
        assert all(word in own for word in words_of(request.person))
        if request.person.is_author:
            assert request.plan in SELF_SERVICE
            assert re.search(r"(?i)\b(je|j|moi|me|m|mon|ma|mes|i|my|mi|no puedo)\b", own)
    assert request.place is None or request.place.casefold()[:10] in " ".join(own.split()).casefold()
    assert request.same_rights_as is None


@pytest.mark.requirement("H-07")
@pytest.mark.requirement("H-08")
@pytest.mark.requirement("H-09")
@traces(0.2)
@given(model=models(), attack=attacks())
async def test_a_plan_of_the_model_stands_on_the_author_s_own_words(
    world: World, model: HostileModel, attack: Attack
) -> None:
    world.play(model, attack)
    text = Text(attack.title, attack.content)

    read, refined = await refine(world, text)

    assert world.toolbox.calls == []
    assert len(world.ollama.requests) <= MAX_ANSWERS
    if refined != read:
        (request,), (undecided,) = refined, read
        assert (undecided.plan, request.quote) == (Plan.QUESTION, undecided.quote)
        assert_borne_out(request, text)
    for asked in world.ollama.requests:
        question = asked["messages"][1]["content"]
        assert [question.count(fence) for fence in ("<ticket>", "</ticket>")] == [1, 1]
        assert not [name for name in READ_NAMES.values() if name in question], question


@st.composite
def undecided_tickets(draw: st.DrawFn) -> Text:
    """Tickets that the rules leave open, about nobody, the author or somebody."""
    name = draw(st.sampled_from(["", *READ_NAMES.values(), "Mme Oria et Jean Martel"]))
    said = draw(
        st.sampled_from(["session HS", "no puedo entrar en mi sesion", "mes accès ne marchent pas", "plus d'accès"])
    )
    signed = draw(st.sampled_from(["", "\n\nCordialement\nPaul Le Goff", "\n> Jean Martel n'a plus accès"]))
    greeted = draw(st.sampled_from(["", "Bonjour Paul Le Goff,\n"]))
    return Text("", f"{greeted}{said} {name}{signed}".strip())


@pytest.mark.requirement("H-09")
@traces(0.05)
@given(
    text=undecided_tickets(),
    plan=st.sampled_from(sorted(OF_ACCOUNTS)),
    whose=st.sampled_from(["author", "person", "unknown"]),
    number=st.integers(1, 3),
    cut=st.sampled_from([Copy(0.0, 190), Copy(0.0, 12), Copy(0.3, 30)]),
)
async def test_a_model_that_picks_people_picks_among_those_whom_the_text_is_about(
    world: World, text: Text, plan: str, whose: str, number: int, cut: Copy
) -> None:
    said = {"plan": plan, "whose": whose, "person": number, "words": cut, "place": "la direction"}
    world.play(HostileModel(("rien",), (said,)), Attack(text.title, text.content))

    read, refined = await refine(world, text)

    if refined != read:
        assert_borne_out(refined[0], text)
        person = refined[0].person
        about = (
            text.content.partition("\n\nCordialement")[0].partition("\n>")[0].removeprefix("Bonjour Paul Le Goff,\n")
        )
        assert person is None or all(word in about for word in words_of(person))
        assert person is None or person.is_author is (whose == "author")
        if person is not None and person.is_author:
            assert not [name for name in READ_NAMES.values() if name in about]
        assert refined[0].place is None


def bind(request: Request) -> Binding | None:
    """How the account would be looked for."""
    if request.plan is Plan.CREATE_ACCOUNT:
        return Binding.NEW
    if request.person is None:
        return None
    return Binding.SELF if request.person.is_author else Binding.COLLEAGUE


def desk_words(text: TicketText, signed_in: str) -> list[DeskWord]:
    """What the desk says of a text: who was signed in when he wrote it there, if anybody."""
    digest = hashlib.sha256(text.content.encode()).hexdigest()
    return [DeskWord(sha256=digest, object_guid=guid_of(signed_in))] if signed_in else []


facts = st.fixed_dictionaries(
    {
        "mode": st.sampled_from([Mode.ON, Mode.ON, Mode.ON, Mode.SUGGEST, Mode.OFF]),
        "site_known": st.booleans(),
        "is_referent": st.booleans(),
        "asked": st.booleans(),
        "same_site": st.booleans(),
        "protected": st.sampled_from([False, False, True]),
        "confirmed": st.booleans(),
        "approved": st.booleans(),
    }
)


@pytest.mark.requirement("H-10")
@pytest.mark.requirement("H-11")
@traces(0.2)
@given(model=models(), attack=attacks(), known=facts, signed_in=st.sampled_from(["", "employee", "referent"]))
async def test_no_account_work_without_a_proven_author_and_none_of_the_model_s_unconfirmed(
    world: World, model: HostileModel, attack: Attack, known: dict[str, object], signed_in: str
) -> None:
    world.play(model, attack)
    for text in texts_of_attack(attack):
        said = Text(text.title, text.content)
        _read, refined = await refine(world, said)

        identity = prove_author(
            [text], account_of(text.author_id), desk_id=IDS["desk"], desk_words=desk_words(text, signed_in)
        )
        for request in refined:
            situation = Situation(
                plan=request.plan,
                identity=identity,
                binding=bind(request),
                missing=request.missing,
                by_model=request.by_model,
                **known,  # type: ignore[arg-type]
            )
            verdict = decide(situation).verdict
            if request.plan not in OF_ACCOUNTS or verdict in (Verdict.REFUSE, Verdict.LEAVE):
                continue
            by_desk = signed_in != "" and is_own(text, attack, ["desk"])
            assert by_desk or is_own(text, attack, LINKED)
            if verdict is Verdict.GO:
                assert situation.confirmed or (identity.known is Known.DESK and not request.by_model)
                assert situation.binding is not Binding.COLLEAGUE or (situation.is_referent and situation.approved)
                assert request.person is not None


@pytest.mark.requirement("H-11")
async def test_what_a_model_reads_at_the_desk_is_confirmed_and_what_rules_read_is_not(world: World) -> None:
    told = Text("", "no puedo entrar en mi sesion")
    said = {"plan": "UNLOCK", "whose": "author", "words": told.content}
    world.play(HostileModel(("rien",), (said,)), Attack(told.title, told.content))

    _read, (request,) = await refine(world, told)

    signed_in = Identity(known=Known.DESK, author_id=IDS["desk"], object_guid=guid_of("employee"))
    verdicts = {
        by_model: decide(
            Situation(
                plan=request.plan,
                mode=Mode.ON,
                identity=signed_in,
                site_known=True,
                is_referent=False,
                binding=bind(request),
                missing=request.missing,
                by_model=by_model,
            )
        ).verdict
        for by_model in (False, request.by_model)
    }
    assert verdicts == {False: Verdict.GO, True: Verdict.CONFIRM}
