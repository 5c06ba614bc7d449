"""The Dockerfile: what it copies is there and is enough, and what runs is not root."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

Instruction = tuple[str, str]


@pytest.fixture
def dockerfile(root: Path) -> list[Instruction]:
    """Its instructions in order."""
    text = re.sub(r"^#.*\n", "", (root / "Dockerfile").read_text(), flags=re.M).replace("\\\n", "")
    return [
        (word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)
    ]


def all_of(dockerfile: list[Instruction], word: str) -> list[str]:
    return [rest for found, rest in dockerfile if found == word]


def copied(dockerfile: list[Instruction]) -> dict[str, str]:
    """What comes from the repository, and where it goes."""
    pairs = [rest.split() for rest in all_of(dockerfile, "COPY") if not rest.startswith("--from")]
    assert all(len(pair) == 2 for pair in pairs)
    return {source: target for source, target in pairs}


@pytest.mark.requirement("I-01")
def test_it_runs_as_a_numbered_user_that_is_not_root(dockerfile: list[Instruction]) -> None:
    last_stage = dockerfile[max(at for at, (word, _rest) in enumerate(dockerfile) if word == "FROM") :]

    assert re.match(r"[1-9]\d*:[1-9]\d*$", all_of(last_stage, "USER")[-1])
    assert [word for word, _rest in last_stage][-3:] == ["USER", "ENTRYPOINT", "CMD"]
    assert json.loads(all_of(last_stage, "ENTRYPOINT")[0]) == ["widip"]
    assert json.loads(all_of(last_stage, "CMD")[0]) == ["--help"]


def test_base_images_have_a_version_and_packages_a_hash(dockerfile: list[Instruction]) -> None:
    bases = [rest.split()[0] for rest in all_of(dockerfile, "FROM")]
    installs = [rest for rest in all_of(dockerfile, "RUN") if "pip install" in rest]

    assert [base for base in bases if not re.match(r"[a-z/]+:\d+\.\d+", base)] == []
    assert all("--require-hashes" in rest and "--no-deps" in rest for rest in installs)
    assert len(installs) == 1


def test_python_neither_writes_bytecode_nor_holds_back_output(dockerfile: list[Instruction]) -> None:
    set_here = " ".join(all_of(dockerfile, "ENV")).split()

    assert {"PYTHONDONTWRITEBYTECODE=1", "PYTHONUNBUFFERED=1"} <= set(set_here)


def test_every_import_package_is_copied_and_nothing_else_can_be(dockerfile: list[Instruction], root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    patterns = [line for line in (root / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]

    sources = set(copied(dockerfile))
    let_in = {line[1:] for line in patterns if line.startswith("!")}

    assert packages <= sources
    assert [source for source in sources if not (root / source).exists()] == []
    assert patterns[0] == "*"
    assert let_in == sources


def test_what_is_copied_is_enough_for_the_demo(dockerfile: list[Instruction], root: Path, tmp_path: Path) -> None:
    app = tmp_path / "app"
    sources = {source: target for source, target in copied(dockerfile).items() if (root / source).is_dir()}
    for source, target in sources.items():
        shutil.copytree(root / source, app / target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    env = {name: value for name, value in os.environ.items() if name not in ("REDIS_HOST", "OLLAMA_BASE_URL")}

    ended = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--once"],
        cwd=app,
        env=env | {"PYTHONPATH": str(app), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {path.name for path in app.iterdir()} == {Path(source).parts[0] for source in sources} | {"var"}
