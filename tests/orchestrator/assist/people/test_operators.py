"""The file of operators: made by a command, checked at start."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from orchestrator.operators import OperatorRole, load_operators, operator_entry
from shared.errors import InvalidInput
from tests.orchestrator.assist.people.gate import guid

A, B = "a" * 64, "b" * 64


def entry(
    name: str = "anne", *, token: str = A, glpi_id: object = 1, number: int = 1, roles: str = '["approver"]'
) -> str:
    return (
        f'[[operator]]\nname = "{name}"\ntoken_sha256 = "{token}"\nglpi_id = {glpi_id}\n'
        f'object_guid = "{guid(number)}"\nroles = {roles}\n'
    )


def test_a_token_is_its_operators_and_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "operators.toml"
    entries = [
        operator_entry(name, f"t-{name}", ["viewer"], glpi_id=n, object_guid=guid(n))
        for n, name in ((1, "a"), (2, "b"))
    ]
    path.write_text("\n".join(entries))

    operators = load_operators(path)

    found = [operators.verify(token) for token in ("t-a", "t-b", "t-c", "")]
    assert [operator and operator.name for operator in found] == ["a", "b", None, None]


@pytest.mark.requirement("C-20")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (entry(glpi_id='"many"'), ":4: operator.0.glpi_id"),
        (entry() + entry("bruno", token=B, glpi_id=2, number=2, roles='["boss"]'), ":12: operator.1.roles"),
        (entry(token="short"), ":3: operator.0.token_sha256"),
        (entry(roles="[]"), ":6: operator.0.roles"),
        (entry() + entry(token=B, glpi_id=2, number=2), ":8: name is anne's already"),
        (entry() + entry("bruno", glpi_id=2, number=2), ":9: token_sha256 is anne's already"),
        (entry() + entry("bruno", token=B, number=2), ":10: glpi_id is anne's already"),
        (entry() + entry("bruno", token=B, glpi_id=2), ":11: object_guid is anne's already"),
        ("", ":1: operator: Field required"),
        ("[[operator", ": "),
    ],
)
def test_a_fault_is_told_with_its_line_and_without_any_hash(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "operators.toml"
    path.write_text(text)

    with pytest.raises(InvalidInput) as caught:
        load_operators(path)

    assert f"{path}{fault}" in str(caught.value)
    assert A not in str(caught.value)


@pytest.mark.requirement("C-20")
def test_an_operator_is_made_from_the_terminal_and_his_token_printed_once(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "operators.toml"

    def create(name: str, number: int, *more: str) -> subprocess.CompletedProcess[str]:
        options = ["--glpi-id", str(number), "--guid", str(guid(number)), "--file", str(file), *more]
        command = [sys.executable, "-m", "cli", "operators", "create", name, *options]
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root)}
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, timeout=60, check=False)

    token = create("anne", 1, "--role", "approver", "--role", "admin").stdout.strip()
    before = file.read_text()
    again, same_person = create("anne", 2), create("bruno", 1)

    anne = load_operators(file).verify(token)
    assert anne is not None
    assert (anne.name, anne.glpi_id, anne.object_guid) == ("anne", 1, guid(1))
    assert anne.roles == {OperatorRole.APPROVER, OperatorRole.ADMIN}
    assert token not in before
    assert (again.returncode, again.stderr.strip()) == (2, f"{file} already has an operator named anne")
    assert same_person.returncode == 2
    assert file.read_text() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.requirement("K-82")
def test_a_password_is_set_and_an_operator_disabled_from_the_terminal_and_the_file_keeps_its_comments(
    root: Path, tmp_path: Path
) -> None:
    file = tmp_path / "operators.toml"
    file.write_text(f"# who decides\n{entry()}\n# the second\n{entry('bruno', token=B, glpi_id=2, number=2)}")

    def operators(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", "operators", *words, "--file", str(file)]
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root)}
        return subprocess.run(
            command, capture_output=True, text=True, input=typed, cwd=tmp_path, env=env, timeout=60, check=False
        )

    done = [
        operators("set-password", "anne", typed="trop court\n"),
        operators("set-password", "nobody", typed="une longue phrase de passe\n"),
        operators("set-password", "anne", typed="une longue phrase de passe\n"),
        operators("disable", "bruno"),
    ]
    listed = operators("list").stdout.splitlines()
    both = load_operators(file)

    assert [one.returncode for one in done] == [2, 2, 0, 0]
    assert listed == ["anne\ttoken+password\tapprover", "bruno\tdisabled\tapprover"]
    assert "une longue" not in file.read_text()
    assert file.read_text().count("# ") == 2
    anne = both.find("anne")
    assert anne is not None and anne.password_argon2 is not None
    assert PasswordHasher().verify(anne.password_argon2, "une longue phrase de passe")
    assert both.find("bruno") is None
    assert operators("enable", "bruno").returncode == 0
    assert load_operators(file).find("bruno") is not None
