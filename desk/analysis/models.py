"""What the analysis is given and what it answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_TEXT = 20_000  # characters of a message; what follows is not read
MAX_TITLE = 80
MAX_ALTERNATIVES = 3
MAX_QUESTIONS = 2
LOWEST_PRIORITY = 2
NORMAL_PRIORITY = 3
HIGH_PRIORITY = 4
HIGHEST_PRIORITY = 5

Share = Annotated[float, Field(ge=0, le=1)]


class Category(BaseModel):
    """One of GLPI's categories; name is its full path, `Parent > Child`."""

    model_config = ConfigDict(frozen=True)

    category_id: int
    name: str


class Action(StrEnum):
    """What the desk does next: file the ticket, let the person pick or correct, or ask."""

    AUTO_VALIDATE = "auto_validate"
    CONFIRM = "confirm"
    CLARIFY = "clarify"


class Thresholds(BaseModel):
    """The least confidence for each action; below `confirm` the person is asked."""

    model_config = ConfigDict(frozen=True)

    auto_validate: Share = 0.8
    confirm: Share = 0.38

    @model_validator(mode="after")
    def _are_ordered(self) -> Self:
        if self.confirm > self.auto_validate:
            raise ValueError("confirm must not be above auto_validate")
        return self


class Summary(BaseModel):
    """What a message says, in the words of the desk.

    category is None when nothing fits; with `confirm` the person then picks one. alternatives are other categories
    that the message speaks of, best first. questions are there with `clarify` only. priority is GLPI's, 5 when care is
    in danger or a whole site is stopped. The texts are French and never quote the message, but for codes of equipment.
    """

    model_config = ConfigDict(frozen=True)

    category_id: int | None
    category: str | None
    confidence: Share
    alternatives: Annotated[tuple[Category, ...], Field(max_length=MAX_ALTERNATIVES)]
    priority: Annotated[int, Field(ge=1, le=5)]
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
    symptoms: tuple[str, ...]
    site: str | None
    equipment: str | None
    missing: tuple[str, ...]
    questions: Annotated[tuple[str, ...], Field(max_length=MAX_QUESTIONS)]
    action: Action
    several: bool
    is_account_request: bool
