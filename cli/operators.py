"""`widip operators`: who may look and decide on the console."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from shared.errors import InvalidInput

_Name = Annotated[str, typer.Argument(help="who it is, e.g. jdupont")]
_File = Annotated[Path, typer.Option(help="OPERATORS_FILE")]

operators_app = typer.Typer(help="Operators of the console.", no_args_is_help=True)


class Role(StrEnum):
    """What an operator may do; all may look, and none includes another."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"


@operators_app.command("create")
def create_operator(
    name: _Name,
    glpi_id: Annotated[int, typer.Option(min=1, help="number of his GLPI account")],
    guid: Annotated[UUID, typer.Option(help="objectGUID of his directory account")],
    file: Annotated[Path, typer.Option(help="OPERATORS_FILE; made if absent")],
    role: Annotated[list[Role] | None, typer.Option(help="repeat for several; viewer when not given")] = None,
    email: Annotated[str | None, typer.Option(help="by which an OpenID provider may name him")] = None,
) -> None:
    """Make an operator: the hash of his token goes into the file, the token itself is printed once."""
    from cli.entries import add_entry  # noqa: PLC0415 - each command pays for its own imports
    from orchestrator.operators import load_operators, operator_entry  # noqa: PLC0415
    from shared.mcp_tokens import new_token  # noqa: PLC0415

    token = new_token()
    roles = list(dict.fromkeys(one.value for one in role or [Role.VIEWER]))
    entry = operator_entry(name, token, roles, glpi_id=glpi_id, object_guid=guid, email=email)
    try:
        add_entry(file, entry, table="operator", name=name, check=load_operators)
    except InvalidInput as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(token)


@operators_app.command("list")
def list_operators(file: _File) -> None:
    """Names, roles, and by what each can sign in."""
    from orchestrator.operators import load_operators  # noqa: PLC0415

    try:
        found = load_operators(file)
    except InvalidInput as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for operator in found:
        ways = ["token", *(["password"] if operator.password_argon2 else [])]
        state = "disabled" if operator.disabled else "+".join(ways)
        typer.echo(f"{operator.name}\t{state}\t{','.join(sorted(operator.roles))}")


@operators_app.command("set-password")
def set_password(name: _Name, file: _File) -> None:
    """Ask for a password, or read a line of standard input; its hash goes into the file. It ends his sessions."""
    from orchestrator.console.passwords import LEAST, hash_password  # noqa: PLC0415

    password = _read_password()
    if len(password) < LEAST:
        typer.echo(f"a password has {LEAST} characters at least", err=True)
        raise typer.Exit(2)
    _set(file, name, "password_argon2", hash_password(password))


@operators_app.command("disable")
def disable_operator(name: _Name, file: _File) -> None:
    """From now on neither his token nor his password nor his session counts."""
    _set(file, name, "disabled", value=True)


@operators_app.command("enable")
def enable_operator(name: _Name, file: _File) -> None:
    """Let him in again."""
    _set(file, name, "disabled", value=False)


def _read_password() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


def _set(file: Path, name: str, key: str, value: str | bool) -> None:
    from cli.entries import set_value  # noqa: PLC0415
    from orchestrator.operators import load_operators  # noqa: PLC0415

    try:
        set_value(file, table="operator", name=name, key=key, value=value, check=load_operators)
    except InvalidInput as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
