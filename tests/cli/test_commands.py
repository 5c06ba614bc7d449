"""`widip serve`, `widip tools`, `widip tokens`: what they say, above all when something is missing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli.processes import free_port, free_socket
from shared.mcp_tokens import hash_token, load_tokens
from tests.system import READER, TOKEN, Serve, start_system


def widip(root: Path, folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=folder,
        env=base | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.requirement("N-04")
@pytest.mark.parametrize("name", ["glpi", "observium", "orchestrator"])
def test_a_program_without_its_environment_names_what_is_missing_in_words(
    root: Path, tmp_path: Path, name: str
) -> None:
    ended = widip(root, tmp_path, "serve", name)

    assert ended.returncode == 2
    assert "is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.requirement("N-04")
def test_a_missing_variable_never_prints_the_others(root: Path, tmp_path: Path) -> None:
    ended = widip(root, tmp_path, "serve", "glpi", GLPI_USER_TOKEN="hunter2-user", GLPI_APP_TOKEN="hunter2-app")

    assert ended.returncode == 2
    assert "GLPI_API_URL" in ended.stderr
    assert "hunter2" not in ended.stderr + ended.stdout


def test_an_unknown_program_is_answered_with_those_there_are(root: Path, tmp_path: Path) -> None:
    ended = widip(root, tmp_path, "serve", "nothing")

    assert ended.returncode == 2
    assert "glpi" in ended.stderr


def test_a_broken_sites_file_is_reported_with_file_and_line(root: Path, tmp_path: Path) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text('[[site]]\ncode = "A1"\nname = "A"\nglpi_entity_id = "many"\n')
    env = {
        "API_TOKEN": "x" * 20,
        "OBSERVIUM_WEBHOOK_TOKEN": "x" * 20,
        "OBSERVIUM_MCP_URL": "http://127.0.0.1:9",
        "OBSERVIUM_MCP_TOKEN": "x",
        "GLPI_MCP_URL": "http://127.0.0.1:9",
        "GLPI_MCP_TOKEN": "x",
        "OLLAMA_BASE_URL": "http://127.0.0.1:9",
        "NOC_EMAIL": "noc@widip.example",
    }

    ended = widip(root, tmp_path, "serve", "orchestrator", SITES_FILE=str(sites), **env)

    assert ended.returncode == 2
    assert f"{sites}:4:" in ended.stderr


def test_a_created_token_is_printed_once_and_only_its_hash_is_kept(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"

    first = widip(root, tmp_path, "tokens", "create", "n8n", "--file", str(file), "--scope", "read").stdout.strip()
    ou = "OU=Soins,OU=Lilas,DC=widip,DC=example"
    second = widip(root, tmp_path, "tokens", "create", "claude", "--file", str(file), "--scope", "write", "--ou", ou)

    known = {token.name: token for token in load_tokens(file)}
    assert known["n8n"].sha256 == hash_token(first)
    assert first not in file.read_text()
    assert known["claude"].scopes == {"write"}
    assert known["claude"].ous == {ou}
    assert second.returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_token_of_the_same_name_is_refused_and_the_file_stays(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    widip(root, tmp_path, "tokens", "create", "n8n", "--file", str(file))
    before = file.read_text()

    again = widip(root, tmp_path, "tokens", "create", "n8n", "--file", str(file))

    assert again.returncode == 2
    assert again.stderr.strip() == f"{file} already has a token named n8n"
    assert file.read_text() == before


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_tools_are_called_from_the_terminal(
    serve: Serve, redis_port: int, root: Path, tmp_path: Path, transport: str
) -> None:
    import asyncio

    system = await start_system(serve, redis_port, tmp_path)
    command = ("tools", "call", system.glpi_server, "get_ticket_info", "ticket_id=1", "--transport", transport)

    ended = await asyncio.to_thread(widip, root, tmp_path, *command, WIDIP_TOKEN=TOKEN)

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["title"] == "Imprimante de l'accueil en panne"


async def test_a_failing_call_ends_with_its_code_and_text(
    serve: Serve, redis_port: int, root: Path, tmp_path: Path
) -> None:
    import asyncio

    system = await start_system(serve, redis_port, tmp_path)
    command = ("tools", "call", system.glpi_server, "get_ticket_info", "ticket_id=99")

    unknown = await asyncio.to_thread(widip, root, tmp_path, *command, WIDIP_TOKEN=READER)
    stranger = await asyncio.to_thread(widip, root, tmp_path, *command, WIDIP_TOKEN="wrong")

    assert (unknown.returncode, stranger.returncode) == (2, 2)
    assert "not_found" in unknown.stderr
    assert stranger.stderr.strip() == "token refused: give the right one with --token"


async def test_names_urls_and_texts_are_taken_as_people_write_them(
    serve: Serve, redis_port: int, root: Path, tmp_path: Path
) -> None:
    import asyncio

    system = await start_system(serve, redis_port, tmp_path)
    url = f"{system.glpi_server}/mcp-test/mcp-glpi-server/sse"
    env = {"WIDIP_TOKEN": TOKEN, "http_proxy": "http://127.0.0.1:9"}

    prefixed = await asyncio.to_thread(
        widip, root, tmp_path, "tools", "call", url, "glpi_get_ticket_info", "ticket_id=1", **env
    )
    followup = ("tools", "call", url, "add_ticket_followup", "ticket_id=1")
    unknown = await asyncio.to_thread(widip, root, tmp_path, "tools", "call", url, "get_nothing", **env)
    listed = await asyncio.to_thread(widip, root, tmp_path, "tools", "list", url, **env)
    number = await asyncio.to_thread(widip, root, tmp_path, *followup, "content=100", **env)

    assert prefixed.returncode == 0, prefixed.stderr
    assert (unknown.returncode, "get_ticket_info" in unknown.stderr) == (2, True)
    assert "has no tool get_nothing; it has: " in unknown.stderr
    assert "create_ticket" in listed.stdout
    assert "valid string" not in number.stderr


def test_a_server_that_does_not_answer_is_named_by_its_url(root: Path, tmp_path: Path) -> None:
    ended = widip(root, tmp_path, "tools", "list", "http://127.0.0.1:9/mcp")

    assert (ended.returncode, ended.stderr.strip()) == (2, "no MCP server answers at http://127.0.0.1:9")


def test_without_a_demo_its_servers_are_answered_with_how_to_start_it(root: Path, tmp_path: Path) -> None:
    ended = widip(root, tmp_path, "tools", "list", "glpi")

    assert ended.returncode == 2
    assert ended.stderr.strip() == "the demo is not running: start `make demo`, or give a URL and --token"


def test_an_unknown_scope_is_answered_with_the_choices(root: Path, tmp_path: Path) -> None:
    ended = widip(root, tmp_path, "tokens", "create", "n8n", "--file", str(tmp_path / "t.toml"), "--scope", "all")

    assert ended.returncode == 2
    assert "reveal" in ended.stderr


GLPI = {
    "INSECURE_DEV": "true",
    "GLPI_API_URL": "http://127.0.0.1:9/apirest.php",
    "GLPI_USER_TOKEN": "u",
    "GLPI_APP_TOKEN": "a",
    "GLPI_MAIL_SENDER": "noc@widip.example",
}


def test_a_port_that_is_taken_is_said_in_a_sentence(root: Path, tmp_path: Path) -> None:
    with free_socket() as taken:
        port = str(taken.getsockname()[1])
        ended = widip(root, tmp_path, "serve", "glpi", **GLPI, PORT=port)

    assert ended.returncode == 2
    assert f"glpi cannot listen on 127.0.0.1:{port}: another program listens there; set PORT" in ended.stderr


def test_a_server_says_where_it_listens(root: Path, tmp_path: Path) -> None:
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "serve", "glpi"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root), **GLPI, "PORT": port},
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        lines = []
        for line in process.stderr or []:
            lines.append(line)
            if "listens on" in line:
                break
        process.terminate()

    assert lines[-1] == f"glpi listens on http://127.0.0.1:{port} (SSE at /sse, Streamable HTTP at /mcp)\n"


def test_settings_errors_are_plain_sentences(root: Path, tmp_path: Path) -> None:
    ended = widip(root, tmp_path, "serve", "glpi", **(GLPI | {"INSECURE_DEV": "false"}))

    assert ended.returncode == 2
    assert "TOKENS_FILE is not set" in ended.stderr
    assert "Value error" not in ended.stderr
