"""The `widip` command."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from shared.errors import WidipError

app = typer.Typer(
    help="WIDIP from the terminal.", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)
tools_app = typer.Typer(help="An MCP client: list and call the tools of a server.", no_args_is_help=True)
tokens_app = typer.Typer(help="Tokens of MCP callers.", no_args_is_help=True)
app.add_typer(tools_app, name="tools")
app.add_typer(tokens_app, name="tokens")

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


@app.command()
def serve(
    name: Annotated[str, typer.Argument(help="observium, glpi, ad, mysecret or orchestrator")],
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
    from shared.mcp_tokens import NAME, load_tokens, new_token, token_entry  # noqa: PLC0415

    if not re.fullmatch(NAME, name):
        _fail(f"{name!r} is no name: lower-case letters, digits, - and _, 40 at most")
    token = new_token()
    entry = token_entry(
        name,
        token,
        [one.value for one in scope or [Scope.READ]],
        ous=ou or [],
        recipient_domains=recipient_domain or [],
    )
    draft = file.with_suffix(".new")
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if _has_token(before, name):
            _fail(f"{file} already has a token named {name}")
        draft.touch(mode=0o600)
        draft.chmod(0o600)
        draft.write_text(f"{before}\n{entry}", encoding="utf-8")
        load_tokens(draft)
        draft.replace(file)
    except WidipError as error:
        draft.unlink()
        _fail(str(error).replace(str(draft), str(file)))
    except OSError as error:
        _fail(f"{file} cannot be written: {error.strerror}")
    typer.echo(token)


def _has_token(text: str, name: str) -> bool:
    try:
        tokens = tomllib.loads(text).get("token", [])
    except tomllib.TOMLDecodeError:
        return False  # load_tokens says what is wrong
    return any(isinstance(token, dict) and token.get("name") == name for token in tokens)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
