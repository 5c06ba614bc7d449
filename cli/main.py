"""The `widip` command."""

from __future__ import annotations

import asyncio
import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from cli.operators import operators_app
from shared.errors import WidipError

app = typer.Typer(
    help="WIDIP from the terminal.", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)
tools_app = typer.Typer(help="An MCP client: list and call the tools of a server.", no_args_is_help=True)
desk_app = typer.Typer(help="What the desk keeps about people.", no_args_is_help=True)
tokens_app = typer.Typer(help="Tokens of MCP callers.", no_args_is_help=True)
app.add_typer(tools_app, name="tools")
app.add_typer(tokens_app, name="tokens")
app.add_typer(desk_app, name="desk")
app.add_typer(operators_app, name="operators")

DEMO_FOLDER = Path("var/demo")
PICTURE_WIDTH = 150

Server = Annotated[str, typer.Argument(help="a server of the running demo (observium, glpi, ad, mysecret), or a URL")]
ToolArguments = Annotated[
    list[str] | None, typer.Argument(help="name=value; text as it is, other types as JSON", show_default=False)
]
Token = Annotated[str, typer.Option(envvar="WIDIP_TOKEN", help="token, when the server is given by URL")]
Transport = Annotated[Literal["http", "sse"], typer.Option(help="how to connect")]


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    WRITE = "write"
    REVEAL = "reveal"
    SET_PASSWORD = "set_password"  # noqa: S105 - a scope


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="end after the alert; exit code 0 if it all arrived")] = False,
    picture: Annotated[Path | None, typer.Option(help="also save what was shown as an SVG picture")] = None,
    listen: Annotated[
        str | None, typer.Option(help="listen on this address at the usual ports, as in a container", metavar="ADDRESS")
    ] = None,
) -> None:
    """Start the whole system on simulators and watch an alert become a ticket."""
    from cli.demo import run_demo  # noqa: PLC0415 - each command pays for its own imports

    console = Console(highlight=False, record=picture is not None, width=PICTURE_WIDTH if picture else None)
    code = run_demo(DEMO_FOLDER.resolve(), once=once, console=console, listen=listen)
    if picture is not None:
        svg = console.export_svg(title="make demo")
        # Rich links its font from the web: without it the browser's own monospace font serves.
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")
    raise typer.Exit(code)


@app.command(hidden=True)
def openapi() -> None:
    """Write the OpenAPI documents from which the types of the web pages are made: `make types` calls this."""
    from cli.openapi import FOLDER, write_documents  # noqa: PLC0415 - each command pays for its own imports

    write_documents(FOLDER)


@app.command()
def serve(
    name: Annotated[str, typer.Argument(help="observium, glpi, ad, mysecret, orchestrator or desk")],
    insecure_dev: Annotated[bool, typer.Option("--insecure-dev", help="no tokens; loopback only")] = False,
    fd: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run one program from its environment variables (.env.example lists them)."""
    from cli.programs import PROGRAMS, CannotStart  # noqa: PLC0415
    from cli.programs import serve as run  # noqa: PLC0415

    if name not in PROGRAMS:
        _fail(f"no program {name!r}; there are: {', '.join(PROGRAMS)}")
    try:
        run(name, insecure_dev=insecure_dev, fd=fd)
    except CannotStart as error:
        _fail(str(error))


@desk_app.command("export")
def export_person(email: Annotated[str, typer.Argument(help="the person's address")]) -> None:
    """Print everything that the desk, and the orchestrator, keep about one person, as JSON."""
    from cli.privacy import export  # noqa: PLC0415
    from cli.programs import CannotStart  # noqa: PLC0415

    try:
        told = asyncio.run(export(email))
    except CannotStart as error:
        _fail(str(error))
    print(json.dumps(told, ensure_ascii=False, indent=2, default=str))  # noqa: T201


@desk_app.command("forget")
def forget_person(email: Annotated[str, typer.Argument(help="the person's address")]) -> None:
    """Remove one person from the desk's database and the orchestrator's. GLPI keeps its own tickets."""
    from cli.privacy import forget  # noqa: PLC0415
    from cli.programs import CannotStart  # noqa: PLC0415

    try:
        counts = asyncio.run(forget(email))
    except CannotStart as error:
        _fail(str(error))
    print(json.dumps(counts, indent=2))  # noqa: T201
    if counts["waiting"]:
        _fail(f"{counts['waiting']} tickets still wait to be told to GLPI: forget again when they are")
    if counts.get("open"):
        _fail(f"{counts['open']} rows of the orchestrator are of what has not ended: forget again when it has")


@tools_app.command("list")
def list_tools(server: Server, token: Token = "", transport: Transport = "http") -> None:
    """List a server's tools with their parameters and risk."""
    from cli.tools import CannotCall, find_endpoint  # noqa: PLC0415
    from cli.tools import list_tools as ask  # noqa: PLC0415

    try:
        tools = asyncio.run(ask(find_endpoint(server, token, DEMO_FOLDER), transport))
    except CannotCall as error:
        _fail(str(error))
    table = Table(box=None, header_style="dim")
    for column in ("tool", "risk", "parameters", "what it does"):
        table.add_column(column)
    for tool in tools:
        required = set(tool.input_schema.get("required", []))
        parameters = [n + ("" if n in required else "?") for n in tool.input_schema.get("properties", {})]
        # What the client knows of a tool does not tell writes from destructive ones.
        risk = "read" if tool.read_only else "write"
        table.add_row(tool.name, risk, ", ".join(parameters), (tool.description.splitlines() or [""])[0])
    Console(highlight=False).print(table)


@tools_app.command("call")
def call_tool(
    server: Server,
    tool: Annotated[str, typer.Argument(help="tool name, with or without the server's prefix")],
    arguments: ToolArguments = None,
    token: Token = "",
    transport: Transport = "http",
    key: Annotated[str | None, typer.Option(help="idempotency key: the same key does a write once")] = None,
) -> None:
    """Call one tool and print its answer as JSON."""
    from cli.tools import CannotCall, find_endpoint  # noqa: PLC0415
    from cli.tools import call_tool as ask  # noqa: PLC0415

    try:
        endpoint = find_endpoint(server, token, DEMO_FOLDER)
        answer = asyncio.run(ask(endpoint, transport, tool, arguments or [], key=key))
    except CannotCall as error:
        _fail(str(error))
    Console().print_json(json.dumps(answer, ensure_ascii=False))


@tokens_app.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="who will use it, e.g. n8n")],
    file: Annotated[Path, typer.Option(help="the server's TOKENS_FILE; made if absent")],
    scope: Annotated[list[Scope] | None, typer.Option(help="repeat for several; read when not given")] = None,
    ou: Annotated[list[str] | None, typer.Option(help="for the AD server: an OU that it may touch; repeat")] = None,
    recipient_domain: Annotated[
        list[str] | None,
        typer.Option(help="for glpi and mysecret: where it may write to; repeat; anywhere when not given"),
    ] = None,
) -> None:
    """Make a token: its hash goes into the file, the token itself is printed once."""
    from cli.entries import add_entry  # noqa: PLC0415
    from shared.mcp_tokens import load_tokens, new_token, token_entry  # noqa: PLC0415

    token = new_token()
    entry = token_entry(
        name,
        token,
        [one.value for one in scope or [Scope.READ]],
        ous=ou or [],
        recipient_domains=recipient_domain or [],
    )
    try:
        add_entry(file, entry, table="token", name=name, check=load_tokens)
    except WidipError as error:
        _fail(str(error))
    typer.echo(token)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
