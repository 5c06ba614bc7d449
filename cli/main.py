"""The `widip` command."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from shared.errors import WidipError
from shared.logs import configure_logs

if TYPE_CHECKING:
    from shared.mcp_client import ToolReply

app = typer.Typer(help="WIDIP from the terminal.", no_args_is_help=True, pretty_exceptions_enable=False)
tools_app = typer.Typer(help="An MCP client: list and call the tools of a server.", no_args_is_help=True)
tokens_app = typer.Typer(help="Tokens of MCP callers.", no_args_is_help=True)
app.add_typer(tools_app, name="tools")
app.add_typer(tokens_app, name="tokens")

DEMO_FOLDER = Path("var/demo")
PICTURE_WIDTH = 150

Server = Annotated[str, typer.Argument(help="a server of the running demo (glpi, observium), or a URL")]
Token = Annotated[str, typer.Option(envvar="WIDIP_TOKEN", help="token, when the server is given by URL")]
Transport = Annotated[str, typer.Option(help="http or sse")]


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="end after the alert; exit code 0 if it all arrived")] = False,
    picture: Annotated[Path | None, typer.Option(help="also save what was shown as an SVG picture")] = None,
) -> None:
    """Start the whole system on simulators and watch an alert become a ticket."""
    from cli.demo import run_demo  # noqa: PLC0415 - each command pays for its own imports

    console = Console(record=picture is not None, width=PICTURE_WIDTH if picture else None)
    code = run_demo(DEMO_FOLDER.resolve(), once=once, console=console)
    if picture is not None:
        svg = console.export_svg(title="make demo")
        # Rich links its font from the web: without it the browser's own monospace font serves.
        picture.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")
    raise typer.Exit(code)


@app.command()
def serve(
    name: Annotated[str, typer.Argument(help="observium, glpi or orchestrator")],
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
    tools = asyncio.run(_list(server, token, transport))
    table = Table(box=None, header_style="dim")
    for column in ("tool", "risk", "parameters", "what it does"):
        table.add_column(column)
    for tool in tools:
        required = set(tool.input_schema.get("required", []))
        parameters = [n + ("" if n in required else "?") for n in tool.input_schema.get("properties", {})]
        risk = "read" if tool.read_only else "write"
        table.add_row(tool.name, risk, ", ".join(parameters), tool.description.splitlines()[0])
    Console().print(table)


@tools_app.command("call")
def call_tool(
    server: Server,
    tool: Annotated[str, typer.Argument(help="tool name, without the server's prefix")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="name=value; numbers, true, false, JSON as they are")
    ] = None,
    token: Token = "",
    transport: Transport = "http",
    key: Annotated[str | None, typer.Option(help="idempotency key: the same key does a write once")] = None,
) -> None:
    """Call one tool and print its answer as JSON."""
    given = dict(_parse_argument(text) for text in arguments or [])
    data = asyncio.run(_call(server, token, transport, tool, given, key))
    Console().print_json(json.dumps(data, ensure_ascii=False))


@tokens_app.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="who will use it, e.g. n8n")],
    file: Annotated[Path, typer.Option(help="the server's TOKENS_FILE; made if absent")],
    scope: Annotated[list[str] | None, typer.Option(help="read, write; repeat for both")] = None,
) -> None:
    """Make a token: its hash goes into the file, the token itself is printed once."""
    from shared.mcp_tokens import hash_token, load_tokens, new_token  # noqa: PLC0415

    token = new_token()
    scopes = json.dumps(scope or ["read"])
    entry = f'\n[[token]]\nname = "{name}"\nsha256 = "{hash_token(token)}"\nscopes = {scopes}\n'
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    draft = file.with_suffix(".new")
    draft.write_text(before + entry, encoding="utf-8")
    try:
        load_tokens(draft)
    except WidipError as error:
        draft.unlink()
        _fail(str(error))
    draft.chmod(0o600)
    draft.replace(file)
    typer.echo(token)


async def _list(server: str, token: str, transport: str) -> list[Any]:
    async with _toolbox(server, token, transport) as toolbox:
        problems = toolbox.problems()
        if problems:
            _fail(str(next(iter(problems.values()))))
        return list(toolbox.tools())


async def _call(
    server: str, token: str, transport: str, tool: str, arguments: dict[str, Any], key: str | None
) -> dict[str, Any]:
    async with _toolbox(server, token, transport) as toolbox:
        try:
            reply: ToolReply = await toolbox.call(f"server_{tool}", arguments, key=key)
            return reply.data
        except WidipError as error:
            _fail(f"{error.code}: {error}")
    raise AssertionError  # _fail does not return


def _toolbox(server: str, token: str, transport: str) -> Any:
    from shared.mcp_client import Endpoint, Toolbox  # noqa: PLC0415

    configure_logs("widip", level="ERROR")
    if transport not in ("http", "sse"):
        _fail("--transport is http or sse")
    if not server.startswith(("http://", "https://")):
        server, token = _from_demo(server)
    return Toolbox([Endpoint("server", server, token)], transport=transport)  # type: ignore[arg-type]


def _from_demo(name: str) -> tuple[str, str]:
    path = DEMO_FOLDER.parent / "demo.json"
    known = json.loads(path.read_text(encoding="utf-8"))["servers"] if path.exists() else {}
    if name not in known:
        _fail(f"no server {name!r} in {path}: start `make demo`, or give a URL and --token")
    return known[name]["url"], known[name]["token"]


def _parse_argument(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        _fail(f"{text!r} is not name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)
