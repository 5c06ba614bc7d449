"""What a ticket can ask for: a closed set of plans, and one request as a value.

Nothing here acts. A request says what was read and what must still be asked; who may ask it is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FRANCE = ZoneInfo("Europe/Paris")
"""Where the days of a text begin and end."""
MAX_QUOTE = 200
_LATIN = "A-Za-zÀ-ÖØ-öø-ÿĀ-İĲ-ķĹ-ňŊ-žŸ"
NAME_PATTERN = rf"^[{_LATIN}](?:[ '-]?[{_LATIN}])*$"
LOGIN_PATTERN = r"^[A-Za-z][A-Za-z0-9._-]{1,19}$"


class Plan(StrEnum):
    """What is done with a request."""

    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 a plan
    UNLOCK = "UNLOCK"
    CREATE_ACCOUNT = "CREATE_ACCOUNT"
    DISABLE = "DISABLE"
    ENABLE = "ENABLE"
    MOVE = "MOVE"
    QUESTION = "QUESTION"
    NOT_OURS = "NOT_OURS"


class Missing(StrEnum):
    """What must be asked, once, before the plan can run."""

    REQUEST = "request"
    PERSON = "person"
    FIRSTNAME = "firstname"
    LASTNAME = "lastname"
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    PLACE = "place"


def _one_line(value: str) -> str:
    return " ".join(value.split()).strip(" ,;:.-")


Name = Annotated[str, Field(max_length=60, pattern=NAME_PATTERN)]
Line = Annotated[str, Field(max_length=80), AfterValidator(_one_line)]


class Person(BaseModel):
    """Somebody as the text names him, in its own letters. is_author: it is the author's own account.

    An author with a name has introduced himself: compare it with the account before acting (shared mailboxes).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    firstname: Name | None = None
    lastname: Name | None = None
    login: Annotated[str, Field(pattern=LOGIN_PATTERN)] | None = None
    is_author: bool = False


class Request(BaseModel):
    """One thing that a ticket asks. quote: its words, from the normalised title or text, never over 200 characters.

    person: whom it is about; None when the text does not say, or when two people could be meant. same_rights_as: whose
    groups to copy. arrival, departure: days that the text gives (a move, a return: arrival). confidence: 0 to 1.
    by_model: a model named the plan, among words that the author wrote: a person has to confirm it, whoever asks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: Plan
    person: Person | None = None
    same_rights_as: Person | None = None
    job: Line | None = None
    service: Line | None = None
    arrival: date | None = None
    departure: date | None = None
    place: Line | None = None
    quote: Annotated[str, Field(max_length=MAX_QUOTE)] = ""
    confidence: Annotated[float, Field(ge=0, le=1)] = 0
    by_model: bool = False
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clause asks. certainty: 0.9 an order, 0.8 a state, 0.5 a symptom. at: the item that says it."""

    plan: Plan
    certainty: float
    at: int
