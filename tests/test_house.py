"""Promises about the repository itself: settings, imports of the environment, no names that must not be there."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from cli.programs import PROGRAMS
from desk.settings import DeskSettings
from orchestrator.settings import OrchestratorSettings
from servers.ad.settings import AdSettings
from servers.glpi.settings import GlpiSettings
from servers.mysecret.settings import MySecretSettings
from servers.observium.settings import ObserviumSettings

CLASSES: list[type[BaseSettings]] = [
    OrchestratorSettings,
    DeskSettings,
    AdSettings,
    GlpiSettings,
    MySecretSettings,
    ObserviumSettings,
]


def tracked(root: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    )
    return [root / line for line in listed.stdout.split("\n") if line and (root / line).is_file()]


def test_env_example_lists_exactly_the_settings_that_exist(root: Path) -> None:
    text = (root / ".env.example").read_text()

    listed = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.M))

    assert listed == {name.upper() for cls in CLASSES for name in cls.model_fields}


def test_env_example_shows_the_real_defaults(root: Path) -> None:
    shown = dict(re.findall(r"^#([A-Z][A-Z0-9_]+)=(.*)$", (root / ".env.example").read_text(), re.M))
    wrong = {}
    for cls in CLASSES:
        for name, field in cls.model_fields.items():
            if field.is_required() or name.upper() not in shown or name == "port":
                continue
            default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
            if str(shown[name.upper()]) != _written(default):
                wrong[name] = (shown[name.upper()], _written(default))

    assert wrong == {}


def _written(default: object) -> str:
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case tuple():
            return ",".join(default)
        case float():
            return f"{default:g}"
    return str(default)


def test_required_settings_are_the_ones_not_commented_out(root: Path) -> None:
    text = (root / ".env.example").read_text()
    active = set(re.findall(r"^([A-Z][A-Z0-9_]+)=", text, re.M))

    required = {name.upper() for cls in CLASSES for name, field in cls.model_fields.items() if field.is_required()}

    assert required <= active
    assert active - required <= {"TOKENS_FILE", "OBSERVIUM_API_TOKEN", "OLLAMA_BASE_URL"}


def test_no_program_reads_the_environment_but_through_its_settings(root: Path) -> None:
    readers = set()
    for path in tracked(root):
        relative = path.relative_to(root).as_posix()
        if path.suffix != ".py" or relative.split("/")[0] not in (
            "shared",
            "servers",
            "orchestrator",
            "desk",
            "simulators",
        ):
            continue
        names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        readers |= {relative} if names & {"environ", "getenv"} else set()

    assert readers == set()


def test_every_program_has_a_settings_class_and_an_app(root: Path) -> None:
    for program in PROGRAMS.values():
        assert (root / program.app.replace(".", "/")).with_suffix(".py").is_file()
        assert (root / program.settings.partition(":")[0].replace(".", "/")).with_suffix(".py").is_file()


HOSTS = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|" + "/" + r"work/|/ro" + r"ot/")


def test_no_file_names_a_registry_or_a_path_of_this_machine(root: Path) -> None:
    found = []
    for path in tracked(root):
        if path.name == "test_house.py" or path.suffix in (".png", ".lock"):
            continue
        if HOSTS.search(path.read_text(encoding="utf-8", errors="replace")):
            found.append(path.relative_to(root).as_posix())

    assert found == []


def test_requirements_are_pinned_by_hash(root: Path) -> None:
    for name in ("base", "dev"):
        lines = (root / f"requirements/{name}.txt").read_text().splitlines()
        pins = [line for line in lines if re.match(r"^[a-z0-9]", line)]
        assert pins
        assert all(re.match(r"^[a-z0-9._-]+==[^ ]+ (;.*)?\\$", line) for line in pins)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_setting_says_what_it_is(cls: type[BaseSettings]) -> None:
    assert [name for name, field in cls.model_fields.items() if not field.description] == []


def test_an_address_that_no_mail_can_be_sent_to_is_refused_at_start(root: Path) -> None:
    with pytest.raises(ValidationError, match="noc_email"):
        OrchestratorSettings.model_validate(
            {
                "api_token": "x" * 20,
                "observium_webhook_token": "x" * 20,
                "observium_mcp_url": "http://127.0.0.1:1",
                "observium_mcp_token": "x",
                "glpi_mcp_url": "http://127.0.0.1:1",
                "glpi_mcp_token": "x",
                "ollama_base_url": "http://127.0.0.1:1",
                "sites_file": root / "deploy/demo/sites.toml",
                "noc_email": "noc@intranet",
            }
        )
