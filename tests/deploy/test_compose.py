"""compose.yaml against the programs: no engine is needed to see that it starts them as they want to be started."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli.demo_world import PREFIXES, SIMULATED
from cli.programs import PROGRAMS
from orchestrator.settings import OrchestratorSettings
from shared.settings import ServerSettings
from simulators.ad.certificates import make_certificates
from tests.deploy.compose_file import Compose, fill_in
from tests.deploy.conftest import SERVERS
from tests.system import write_tokens

IMAGES_OWN = {
    "redis": {"REDISCLI_AUTH"},
    "postgres": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"},
    "demo": {"COLUMNS"},
    "gateway": set(),
}
"""What the services that are no programs of ours may be told; Rich reads COLUMNS."""
NOT_OFFERED = {"PORT", "REDIS_PORT", "INSECURE_DEV", "TOOLS"}
"""The file itself fixes the first two; the third would open a server; one list of tools cannot fit all of them."""
MOUNTED = "/etc/widip"
STORES = {"redis", "postgres"}
DATABASES = ("postgresql://widip:@postgres/widip", "postgresql://widip:@postgres/desk")
DESK_GLPI = "desk-glpi"
"""The GLPI server once more, for the desk and with its account."""


def env_example(root: Path) -> dict[str, str]:
    """A .env as an operator makes it: what .env.example asks for, each gap filled."""
    asked = re.findall(r"^([A-Z][A-Z0-9_]+)=(.*)$", (root / ".env.example").read_text(), re.M)
    return {name: value or "a-value-of-forty-characters-for-every-gap" for name, value in asked} | {
        "POSTGRES_PASSWORD": "p"
    }


def names_in_env_example(root: Path) -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (root / ".env.example").read_text(), re.M))


def test_every_program_has_a_service_of_its_name(compose: Compose) -> None:
    commands = {name: compose.services[name]["command"] for name in PROGRAMS}

    assert commands == {name: ["serve", name] for name in PROGRAMS}
    assert set(SERVERS) <= set(PROGRAMS)
    assert set(compose.of_profile("real")) == {*PROGRAMS, DESK_GLPI, "gateway", *STORES}
    assert set(compose.of_profile("demo")) == {"demo", "gateway"}


@pytest.mark.requirement("I-01")
def test_every_service_is_watched_and_locked_in(compose: Compose) -> None:
    for name, service in compose.services.items():
        assert service["healthcheck"]["test"], name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == ("no" if name == "demo" else "unless-stopped"), name
        assert not {"privileged", "network_mode", "pid", "devices"} & set(service), name
        # Ours run as the image's USER, which tests/deploy/test_image.py looks at.
        assert "build" in service or re.match(r"[1-9]\d*:[1-9]\d*$", service["user"]), name


def test_images_have_a_version(compose: Compose) -> None:
    tags = {name: service["image"].partition(":")[2] for name, service in compose.services.items()}

    assert [name for name, tag in tags.items() if not re.match(r"\d+(\.\d+)*(-[a-z]+)?$", tag)] == []


def test_only_the_gateway_and_the_webhook_can_be_reached(compose: Compose) -> None:
    ports = {
        name: [fill_in(port, {}) for port in service.get("ports", [])]
        for name, service in compose.of_profile("real").items()
    }

    assert {name: found for name, found in ports.items() if found} == {
        "gateway": ["127.0.0.1:5678:5678"],
        "desk": [f"127.0.0.1:{PROGRAMS['desk'].usual_port}:8000"],
        "orchestrator": [f"127.0.0.1:{PROGRAMS['orchestrator'].usual_port}:8080", "127.0.0.1:8081:8081"],
    }
    assert all("expose" not in service for service in compose.services.values())


def test_stores_have_no_way_out_and_the_gateway_none_to_them(compose: Compose) -> None:
    internal = {name for name, network in compose.networks.items() if network.get("internal")}

    assert {name for name, service in compose.services.items() if set(service["networks"]) <= internal} == STORES
    assert not internal & set(compose.services["gateway"]["networks"])
    assert all(name == "gateway" or "ports" not in compose.services[name] for name in STORES | set(SERVERS))


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_offered_every_setting_and_no_other(compose: Compose, name: str) -> None:
    settings = {field.upper() for field in PROGRAMS[name].find_settings().model_fields}

    assert set(compose.services[name]["environment"]) == settings - NOT_OFFERED


def test_services_that_are_no_program_are_told_what_their_images_know(compose: Compose) -> None:
    others = {name: set(service.get("environment", {})) for name, service in compose.services.items()}

    ours = {*PROGRAMS, DESK_GLPI}
    assert {name: told for name, told in others.items() if name not in ours} == IMAGES_OWN


@pytest.mark.requirement("I-01")
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_starts_with_what_compose_gives_and_serves_its_health_check(
    compose: Compose, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    program = PROGRAMS[name]
    for field in program.find_settings().model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    given = compose.environment(name, env_example(root))
    for variable, value in given.items():
        monkeypatch.setenv(variable, value.replace(MOUNTED, str(tmp_path)))
    (tmp_path / f"tokens-{name}.toml").write_text(write_tokens(tmp_path).read_text())
    (tmp_path / "ad-ca.pem").write_bytes(make_certificates().ca)
    (tmp_path / "sites.toml").write_text((root / "deploy/demo/sites.toml").read_text())

    settings = program.load_settings()
    paths = {getattr(route, "path", None) for route in program.create_app(settings).routes}

    *command, url = compose.services[name]["healthcheck"]["test"]
    asked = urlsplit(url)
    assert command == ["CMD", "python", "-m", "cli.health"]
    assert (asked.hostname, asked.port) == ("127.0.0.1", program.usual_port)
    assert asked.path in paths
    assert settings.host == "0.0.0.0"
    assert settings.redis_host == "redis"
    if isinstance(settings, ServerSettings):
        assert f"{name}:*" in settings.allowed_hosts
        assert str(settings.tokens_file) == f"{tmp_path}/tokens-{name}.toml"


def test_orchestrator_finds_what_it_works_with_by_service_and_port(compose: Compose, root: Path) -> None:
    given = compose.environment("orchestrator", env_example(root))
    fields = OrchestratorSettings.model_fields
    servers = {name: given[f"{name.upper()}_MCP_URL"] for name in SERVERS if f"{name}_mcp_url" in fields}
    networks = set(compose.services["orchestrator"]["networks"])

    assert servers == {name: f"http://{name}:{PROGRAMS[name].usual_port}" for name in servers}
    assert given["DATABASE_URL"] == "postgresql://widip:p@postgres/widip"
    for name in (*servers, "postgres", "redis"):
        assert networks & set(compose.services[name]["networks"]), name


@pytest.mark.requirement("D-86")
def test_desk_has_a_glpi_account_tokens_and_a_database_of_its_own(compose: Compose, root: Path) -> None:
    desk_tokens = {"DESK_GLPI_MCP_TOKEN": "g", "DESK_AD_MCP_TOKEN": "a", "DESK_GLPI_USER_TOKEN": "u"}
    values = env_example(root) | desk_tokens | {"INTERNAL_TOKEN": "i", "GLPI_USER_TOKEN": "of the orchestrator"}
    desk, server, orchestrator, others = (
        compose.environment(name, values) for name in ("desk", DESK_GLPI, "orchestrator", "glpi")
    )
    port = PROGRAMS["glpi"].usual_port

    assert desk["GLPI_MCP_URL"] == f"http://{DESK_GLPI}:{port}"
    assert (desk["GLPI_MCP_TOKEN"], desk["AD_MCP_TOKEN"], server["GLPI_USER_TOKEN"]) == ("g", "a", "u")
    assert others["GLPI_USER_TOKEN"] == "of the orchestrator"
    # In all else it is the same server.
    own = {"GLPI_USER_TOKEN", "TOKENS_FILE", "ALLOWED_HOSTS"}
    assert {name for name in others if server[name] != others[name]} == own
    assert compose.services[DESK_GLPI]["command"] == ["serve", "glpi"]
    assert desk["DESK_DATABASE_URL"] == "postgresql://widip:p@postgres/desk" != orchestrator["DATABASE_URL"]
    assert any(mount.startswith("./deploy/postgres/desk.sql:") for mount in compose.services["postgres"]["volumes"])
    assert (orchestrator["DESK_URL"], orchestrator["DESK_TOKEN"]) == ("http://desk:8000", desk["INTERNAL_TOKEN"])


def test_dependencies_are_of_the_same_profile_and_wait_for_health(compose: Compose) -> None:
    for name, service in compose.services.items():
        for other, how in service.get("depends_on", {}).items():
            assert set(service["profiles"]) <= set(compose.services[other]["profiles"]), name
            assert how == {"condition": "service_healthy"}, name

    assert set(compose.services["orchestrator"]["depends_on"]) == STORES
    assert "depends_on" not in compose.services["gateway"]


def test_no_secret_is_written_in_the_file(compose: Compose) -> None:
    secret = re.compile(r"TOKEN$|PASSWORD|_AUTH$|DATABASE_URL")
    for name, service in compose.services.items():
        for variable, text in service.get("environment", {}).items():
            if secret.search(variable) and text is not None:
                assert re.sub(r"\$\{\w+:-\}", "", text) in ("", *DATABASES), name


def test_every_variable_is_explained(compose: Compose, root: Path) -> None:
    own = set(re.findall(r"^\| `([A-Z_]+)` \|", (root / "deploy/README.md").read_text(), re.M))

    assert compose.variables() - names_in_env_example(root) == own


def test_what_holds_secrets_is_out_of_git(root: Path) -> None:
    kept = [".env", "config/tokens-glpi.toml"]
    ignored = subprocess.run(["git", "check-ignore", *kept], cwd=root, capture_output=True, text=True, check=False)

    assert ignored.stdout.split() == kept


def test_mounted_files_exist(compose: Compose, root: Path) -> None:
    mounts = [mount for service in compose.services.values() for mount in service.get("volumes", [])]
    files = [mount.partition(":")[0] for mount in mounts if mount.startswith("./")]

    assert files
    assert [file for file in files if not (root / file).is_file()] == []
    assert {mount for mount in mounts if MOUNTED in mount} == {"${CONFIG_FOLDER:-./config}:/etc/widip:ro"}


def test_demo_stands_in_for_its_servers_and_publishes_what_it_prints_on_this_machine_only(compose: Compose) -> None:
    demo = compose.services["demo"]
    programs = [PROGRAMS[name].usual_port for name in (*PREFIXES, "orchestrator")]
    printed = [*programs, SIMULATED["glpi"], SIMULATED["mail"], SIMULATED["mysecret"]]
    health: dict[str, Any] = compose.services["orchestrator"]["healthcheck"]

    assert demo["command"] == ["demo", "--listen", "0.0.0.0"]
    assert sorted(demo["networks"]["front"]["aliases"]) == sorted(PREFIXES)
    assert sorted(demo["ports"]) == sorted(f"127.0.0.1:{port}:{port}" for port in printed)
    assert demo["healthcheck"] == health
