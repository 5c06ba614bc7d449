"""compose.yaml as an engine reads it: what each service is given, for a given .env."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from cli.processes import ROOT

VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True)
class Compose:
    """The parsed file."""

    services: dict[str, dict[str, Any]]
    networks: dict[str, dict[str, Any]]
    text: str

    def of_profile(self, profile: str) -> dict[str, dict[str, Any]]:
        """The services that `--profile` starts."""
        return {name: service for name, service in self.services.items() if profile in service["profiles"]}

    def environment(self, service: str, values: Mapping[str, str]) -> dict[str, str]:
        """What the container gets: texts with their variables filled in, and what is passed on where it is set."""
        given = self.services[service].get("environment", {})
        passed_on = {name: values[name] for name, text in given.items() if text is None and name in values}
        return passed_on | {name: fill_in(text, values) for name, text in given.items() if text is not None}

    def variables(self) -> set[str]:
        """Every name that is read from .env."""
        passed_on = {
            name
            for service in self.services.values()
            for name, text in service.get("environment", {}).items()
            if text is None
        }
        return passed_on | {name for name, _default in VARIABLE.findall(self.text)}


def load_compose() -> Compose:
    """The file of this repository."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    parsed = yaml.safe_load(text)
    return Compose(parsed["services"], parsed["networks"], text)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """`${NAME:-default}` replaced as Compose does: the default also stands in for an empty value."""
    filled = VARIABLE.sub(lambda match: values.get(match[1]) or match[2] or "", text)
    assert "$" not in filled, f"{text!r} uses a form that is not known here"
    return filled
