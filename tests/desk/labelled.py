"""The labelled messages, and how well they are understood."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desk.analysis import Action, Category, Summary, analyze

FOLDER = Path(__file__).parent
FILES = ("messages.toml", "unseen_messages.toml")


@dataclass
class Score:
    """categories: messages with a right one. The lists name the messages that went wrong."""

    messages: int = 0
    categories: int = 0
    actions: int = 0
    wrongly_validated: list[str] = field(default_factory=list)
    hasty: list[str] = field(default_factory=list)
    other_accounts: list[str] = field(default_factory=list)
    not_urgent: list[str] = field(default_factory=list)


def list_of(names: list[str]) -> list[Category]:
    """Categories as GLPI would give them, numbered from 1."""
    return [Category(category_id=number, name=name) for number, name in enumerate(names, start=1)]


def care_home_categories() -> list[Category]:
    """The list that the messages are labelled with."""
    with (FOLDER / "categories.toml").open("rb") as file:
        return list_of(tomllib.load(file)["names"])


def load(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Each message of a file with its labels."""
    with (FOLDER / name).open("rb") as file:
        labelled = tomllib.load(file)["message"]
    return [(one["text"] * one.get("repeat", 1), one) for one in labelled]


def score(name: str) -> Score:
    """How the messages of a file are understood with the care home's categories."""
    categories, total = care_home_categories(), Score()
    for text, labels in load(name):
        _compare(text[:80], labels, analyze(text, categories=categories), total)
    return total


def _compare(text: str, labels: dict[str, Any], summary: Summary, total: Score) -> None:
    is_right = (summary.category or "") in (labels["category"], *labels.get("also", ()))
    validates = summary.action is Action.AUTO_VALIDATE
    total.messages += 1
    total.categories += is_right
    total.actions += summary.action == labels["action"]
    if validates and not is_right:
        total.wrongly_validated.append(text)
    if validates and (labels["action"] == Action.CLARIFY or labels.get("several")):
        total.hasty.append(text)
    if summary.is_account_request != labels.get("account", False):
        total.other_accounts.append(text)
    if labels.get("priority") == 5 and summary.priority < 4:
        total.not_urgent.append(text)
