"""Logs: one JSON line an event, and no secret in any of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.logs import REDACTED, redact, redact_text, where_it_failed

SECRET = "hunter2-swordfish"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "glpi_password",
        "passwd",
        "passphrase",
        "pwd",
        "client_secret",
        "token",
        "user_token",
        "Authorization",
        "api_key",
        "apikey",
        "Set-Cookie",
        "snmp_community",
        "snmp_authpass",
        "snmp_cryptopass",
        "credentials",
        "session_id",
        "payload",
    ],
)
def test_value_under_a_secret_name_is_redacted_at_any_depth(name: str) -> None:
    event = {"a": 1, name: SECRET, "deep": [{"er": ({name: {"still": SECRET}},)}]}

    cleaned = redact(event)

    assert cleaned == {"a": 1, name: REDACTED, "deep": [{"er": [{name: REDACTED}]}]}


@pytest.mark.parametrize("name", ["prompt_tokens", "output_tokens", "token_name", "user", "passed", "tool"])
def test_harmless_name_keeps_its_value(name: str) -> None:
    assert redact({name: 12}) == {name: 12}


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"basic {SECRET}",
        f"Authorization: user_token {SECRET}",
        f"Session-Token: Bearer {SECRET}",
        f"password={SECRET}",
        f"password : {SECRET}",
        f"mot de passe : {SECRET}",
        f"mdp={SECRET}",
        f"PASSWORD='{SECRET} and more'",
        f'{{"password": "{SECRET}"}}',
        f"{{'app_token': '{SECRET}'}}",
        f"api_key={SECRET}&page=2",
        f"/call?session_token={SECRET}&x=1",
        f"community = {SECRET}",
        f"redis://:{SECRET}@127.0.0.1:6379/0",
        f"postgresql+psycopg://widip:{SECRET}@db/widip",
        f"ldaps://svc:{SECRET}@dc1.lan",
        f"https://admin:{SECRET}@glpi.example/apirest.php",
    ],
)
def test_credential_in_a_text_is_redacted(text: str) -> None:
    assert SECRET not in redact_text(text)
    assert REDACTED in redact_text(text)
    assert SECRET not in json.dumps(redact({"event": [text]}))


HARMLESS = ["https://glpi.example/x?page=2", "3 tokens left", "mot de passe oublié", "ticket: 12"]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert redact_text(text) == text


def test_exception_among_the_fields_shows_its_type_only() -> None:
    assert redact({"error": RuntimeError(SECRET)}) == {"error": "RuntimeError"}


def test_long_text_and_long_list_are_cut() -> None:
    cleaned = redact({"text": "x" * 1000, "list": list(range(100))})

    assert cleaned["text"] == f"{'x' * 400}… (+600)"
    assert len(cleaned["list"]) == 50


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON)
def test_redacted_value_is_json_and_redacting_again_changes_nothing(value: Any) -> None:
    once = redact(value)

    json.dumps(once)
    assert redact(once) == once


def test_where_it_failed_names_functions_and_no_values() -> None:
    def connect(password: str) -> None:
        raise RuntimeError(f"cannot connect with {password}")

    try:
        connect(SECRET)
    except RuntimeError as error:
        where = where_it_failed(error)

    assert where[-1].endswith(" connect")
    assert SECRET not in str(where)


PROGRAM = """
import logging, sys
from shared.logs import configure_logs, get_logger
configure_logs("toy", level="INFO")
secret = sys.argv[1]
log = get_logger("x")
log.info("started", password=secret, url=f"redis://:{secret}@h/0", note="été")
log.debug("not_shown", note=secret)
class Odd(Exception):
    pass
try:
    raise Odd(f"with {secret}")
except Odd as error:
    log.error("failed", error=error)
    log.exception("failed_with_trace")
    logging.getLogger("foreign").exception("foreign failure")
    logging.getLogger("foreign").error("token=%s", secret)
    logging.getLogger("mcp.server.sse").exception("noise")
logging.getLogger("httpx").info("GET https://u:%s@h", secret)
"""


def test_program_logs_json_lines_on_stderr_without_secrets_or_values_of_exceptions(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, SECRET], cwd=root, capture_output=True, text=True, timeout=30, check=True
    )

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    assert [line["event"] for line in lines] == [
        "started",
        "failed",
        "failed_with_trace",
        "foreign failure",
        REDACTED,
    ]
    assert SECRET not in done.stderr
    assert {line["program"] for line in lines} == {"toy"}
    assert (lines[0]["password"], lines[0]["note"], lines[0]["level"]) == (REDACTED, "été", "info")
    assert lines[0]["timestamp"].endswith("Z")
    assert lines[1]["error"] == "Odd"
    assert (lines[3]["error_type"], lines[3]["logger"]) == ("Odd", "foreign")
    assert lines[3]["where"][-1].endswith("<module>")
