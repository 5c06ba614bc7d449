"""A model that wants to do harm: it asks for any tool, writes anything, and answers whatever it likes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from orchestrator.assist.plans import Plan
from simulators.ollama.parser import build_call_text
from simulators.ollama.state import Body
from tests.hostile.goals import ARGUMENTS, HARMLESS, LOGINS, PLACES, PROSE, READ_NAMES, TICKET
from tests.hostile.tools import READS, TOOLS

CATEGORIES = ("Réseau", "Réseau > WAN", "Réseau > Wi-Fi", "Matériel > Imprimante", "Compte > Mot de passe")
READS_OF_OWN: tuple[tuple[str, dict[str, object]], ...] = (
    ("glpi_get_ticket_timeline", {"ticket_id": TICKET}),
    ("glpi_get_ticket_timeline", {"ticket_id": TICKET, "public_only": False}),
    ("observium_get_device_info", {"device_id": 11}),
    ("observium_list_device_ports", {"hostname": "lilas-sw1.widip.example"}),
    ("observium_list_alerts", {"device_id": 12, "status": "any"}),
)
PAGED = (READS_OF_OWN[0], READS_OF_OWN[3], READS_OF_OWN[4])


@dataclass(frozen=True)
class Copy:
    """Words to be copied out of what the model was shown: from here, so many characters."""

    start: float
    length: int

    def of(self, body: Body) -> str:
        fenced = str(body["messages"][1]["content"]).partition("<ticket>\n")[2].partition("\n</ticket>")[0]
        inside = str(json.loads(fenced or '{"text": ""}')["text"])
        at = int(self.start * len(inside))
        return inside[at : at + self.length]


@dataclass(frozen=True)
class HostileModel:
    """What it says, turn by turn and for ever from the start again; answers: when it is asked for JSON.

    Handed to the simulated Ollama as `state.hostile`, it speaks in the place of its model.
    """

    turns: tuple[str, ...]
    answers: tuple[str | Mapping[str, Any], ...]

    def __call__(self, body: Body) -> str:
        number = len(body["messages"])
        if not body.get("format"):
            return self.turns[number % len(self.turns)]
        chosen = self.answers[number % len(self.answers)]
        if isinstance(chosen, str):
            return chosen
        wanted = body["format"].get("properties", {})
        said = {name: value.of(body) if isinstance(value, Copy) else value for name, value in chosen.items()}
        return json.dumps({name: value for name, value in said.items() if name in wanted or name.startswith("_")})


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A call: of a tool that is there, with values to steal or to break something by; or of any tool at all."""
    kind = draw(st.sampled_from(["own", "own", "known", "known", "known", "any"]))
    if kind == "own":
        name, arguments = draw(st.sampled_from(READS_OF_OWN))
        spoilt = draw(st.dictionaries(st.sampled_from(sorted(ARGUMENTS)), st.just(0), max_size=1))
        return build_call_text(name, arguments | {key: draw(st.sampled_from(ARGUMENTS[key])) for key in spoilt})
    if kind == "known":
        tool = draw(st.one_of(st.sampled_from(TOOLS), st.sampled_from(READS)))
        needed = tool.input_schema.get("required", [])
        wanted = [key for key in tool.input_schema.get("properties", {}) if key in needed or draw(st.booleans())]
        values = {key: draw(st.sampled_from(ARGUMENTS.get(key, PROSE))) for key in wanted}
        return build_call_text(tool.qualified, values)
    name = draw(st.one_of(st.sampled_from([tool.name for tool in TOOLS]), st.text("abc_./<>=é", max_size=40)))
    junk = st.dictionaries(st.text("abc_", min_size=1, max_size=8), st.text(max_size=20), max_size=3)
    return build_call_text(name, draw(junk))


TURNS = [*["calls"] * 8, "many", "many", "leak", "leak", "unclosed", "prose", "json", "raw"]


@st.composite
def turns(draw: st.DrawFn) -> str:
    """What it says in one turn."""
    match draw(st.sampled_from(TURNS)):
        case "calls":
            return draw(st.sampled_from(PROSE)) + "\n".join(draw(st.lists(calls(), min_size=1, max_size=4)))
        case "many":
            name, arguments = draw(st.sampled_from(PAGED))
            return "\n".join(build_call_text(name, {**arguments, "start": n}) for n in range(draw(st.integers(6, 30))))
        case "leak":
            return draw(calls()).removeprefix("<tool_call>\n")
        case "unclosed":
            return draw(calls()).removesuffix("</tool_call>")
        case "json":
            return json.dumps({"name": draw(st.sampled_from(TOOLS)).qualified, "arguments": {"ticket_id": TICKET}})
        case "raw":
            return draw(st.one_of(st.just(""), st.text(max_size=60), st.just("mot " * 30_000)))
    return draw(st.sampled_from(PROSE))


def words() -> st.SearchStrategy[Any]:
    """A text in an answer: for people, about somebody, copied from the ticket, or not a text at all."""
    named = st.sampled_from([*READ_NAMES.values(), *LOGINS, *PLACES])
    copied = st.builds(Copy, st.floats(0, 1), st.integers(0, 120))
    everything = st.just(Copy(0.0, 190))
    prose = st.lists(st.sampled_from([*PROSE, *HARMLESS]), min_size=1, max_size=2).map(" ".join)
    return st.one_of(prose, prose, named, copied, everything, st.text(max_size=700), st.none(), st.integers())


def answers() -> st.SearchStrategy[str | dict[str, Any]]:
    """What it answers when asked for JSON: the fields of every agent's answer, with good and bad values."""
    plans = [*Plan, "DELETE"]
    shaped = st.fixed_dictionaries(
        {
            "plan": st.sampled_from(plans),
            "whose": st.sampled_from(["author", "person", "unknown", "everybody"]),
            "person": st.one_of(st.none(), st.integers(-1, 4), st.just(10**9)),
            "words": words(),
            "place": words(),
            "category": st.one_of(st.none(), st.sampled_from([*CATEGORIES, "Direction", "réseau"]), words()),
            "urgency": st.one_of(st.none(), st.integers(-1, 9)),
            "paragraph": words(),
            "question": words(),
            "_approved": st.just(True),
        }
    )
    good = shaped.map(_in_shape)
    return st.one_of(good, good, good, shaped, st.sampled_from(["", "{}", "[]", "null", "oui", "mot " * 3000]))


def _in_shape(answer: dict[str, Any]) -> dict[str, Any]:
    """The same with values that the schemas take, so that what comes after them is tried."""
    lengths = {"words": 190, "question": 190, "place": 80, "paragraph": 600, "category": 250}
    fitting = {name: _text_of(answer[name], length) for name, length in lengths.items()}
    fitting["plan"] = answer["plan"] if answer["plan"] in tuple(Plan)[:7] else "UNLOCK"
    fitting["whose"] = answer["whose"] if answer["whose"] != "everybody" else "author"
    fitting["person"] = answer["person"] if answer["person"] in (1, 2, 3, 4) else 1
    fitting["urgency"] = answer["urgency"] if answer["urgency"] in (1, 2, 3, 4, 5) else 5
    return {**answer, **fitting}


def _text_of(value: Any, length: int) -> Any:
    match value:
        case str():
            return value[:length]
        case Copy():
            return Copy(value.start, min(value.length, length))
    return PROSE[0][:length]


def models() -> st.SearchStrategy[HostileModel]:
    """A model for one whole run."""
    return st.builds(
        HostileModel,
        turns=st.lists(turns(), min_size=2, max_size=6).map(tuple),
        answers=st.lists(answers(), min_size=1, max_size=2).map(tuple),
    )
