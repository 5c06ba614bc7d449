"""Settings: a missing or wrong one is named, and no other one is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from shared.llm import LlmSettings
from shared.settings import ProgramSettings, ServerSettings

SECRET = "hunter2-swordfish"


def run(root: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program of one line, with these variables and nothing else that is ours."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("code", "wrong", "names"),
    [
        ("from shared.llm import LlmSettings; LlmSettings()", {}, "OLLAMA_BASE_URL is not set"),
        ("from shared.settings import ServerSettings; ServerSettings()", {}, "TOKENS_FILE is not set"),
        ("from shared.settings import ProgramSettings; ProgramSettings()", {"REDIS_PORT": SECRET}, "redis_port"),
        (
            "from servers.observium.settings import ObserviumSettings; ObserviumSettings()",
            {"OBSERVIUM_API_URL": "http://127.0.0.1/api"},
            "TOKENS_FILE is not set",
        ),
    ],
    ids=["missing", "refused together", "of the wrong type", "of a server"],
)
def test_settings_that_are_wrong_are_named_and_no_value_is_printed(
    root: Path, code: str, wrong: dict[str, str], names: str
) -> None:
    others = {"REDIS_PASSWORD": SECRET, "OBSERVIUM_API_TOKEN": SECRET, "OLLAMA_MODEL": SECRET, "LOG_LEVEL": "INFO"}

    done = run(root, code, **others | wrong)

    assert done.returncode != 0
    assert names in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_settings_come_from_the_environment(root: Path) -> None:
    code = "from shared.settings import ServerSettings as S; s = S(); print(s.redis_port, s.tools, s.insecure_dev, s)"

    done = run(root, code, REDIS_PORT="6400", TOOLS=" a, b,,", INSECURE_DEV="1", REDIS_PASSWORD=SECRET)

    assert done.stdout.startswith("6400 ('a', 'b') True ")
    assert SECRET not in done.stdout


def test_settings_are_frozen() -> None:
    settings = ProgramSettings(redis_port=6400)

    with pytest.raises(ValidationError):
        settings.redis_port = 1  # type: ignore[misc]


def test_redis_is_opened_with_the_configured_password() -> None:
    settings = ProgramSettings(redis_host="redis.lan", redis_port=6400, redis_password=SecretStr(SECRET))

    options = settings.open_redis()._redis.connection_pool.connection_kwargs

    assert (options["host"], options["port"], options["password"]) == ("redis.lan", 6400, SECRET)


@pytest.mark.parametrize(
    "wrong",
    [{"log_level": "LOUD"}, {"redis_port": 0}, {"redis_port": 65536}, {"max_sse_sessions": 0}],
)
def test_value_out_of_its_bounds_is_refused(wrong: dict[str, object]) -> None:
    ServerSettings(insecure_dev=True)

    with pytest.raises(ValidationError):
        ServerSettings.model_validate({"insecure_dev": True} | wrong)


def test_context_too_small_for_an_agent_is_refused() -> None:
    with pytest.raises(ValidationError, match="ollama_num_ctx"):
        LlmSettings.model_validate({"ollama_base_url": "http://127.0.0.1:11434", "ollama_num_ctx": 1024})
