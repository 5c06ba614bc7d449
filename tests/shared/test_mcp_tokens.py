"""Tokens: what each caller may do, how often, and what a wrong file says."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp_types import CallToolResult
from pydantic import BaseModel

from shared.errors import CapReached, InvalidInput
from shared.mcp_tokens import Token, TokenBook, hash_token, load_tokens, new_token
from shared.mcp_tool import Risk, Tool
from shared.redis_helper import RedisHelper
from tests.conftest import Serve
from tests.shared.conftest import MakeSettings
from tests.shared.toy import READER, TOKEN, Toy, connect, write_tokens


class Nothing(BaseModel):
    """An empty answer."""


async def get_x() -> Nothing:
    return Nothing()


async def add_x() -> Nothing:
    return Nothing()


READ, WRITE = Tool(get_x, Risk.READ), Tool(add_x, Risk.WRITE)


def code_of(result: CallToolResult) -> str:
    return str((result.meta or {}).get("widip/error", {}).get("code", "ok"))


def make_token(**changes: object) -> Token:
    values: dict[str, object] = {"name": "n8n", "sha256": hash_token("t"), "scopes": ["read", "write"]}
    return Token.model_validate(values | changes)


@pytest.mark.requirement("M-02")
async def test_reader_sees_and_calls_reads_only(toy: Toy, make_settings: MakeSettings, serve: Serve) -> None:
    url = await serve(toy.app(make_settings()))

    async with connect(url, TOKEN) as writer, connect(url, READER) as reader:
        both = [{tool.name for tool in (await client.list_tools()).tools} for client in (writer, reader)]
        codes = [code_of(await client.call_tool("add_thing", {"name": "x"})) for client in (writer, reader)]
        read = code_of(await reader.call_tool("get_thing", {"number": 1}))

    assert both[0] - both[1] == {"add_thing", "add_slowly", "drop_things", "send_thing"}
    assert codes == ["ok", "refused"]
    assert read == "ok"
    assert toy.written == ["x"]


async def test_list_of_tools_hides_and_refuses_the_others(
    toy: Toy, make_settings: MakeSettings, serve: Serve, tmp_path: Path
) -> None:
    settings = make_settings(tokens_file=write_tokens(tmp_path, writer='tools = ["add_thing"]'))
    url = await serve(toy.app(settings))

    async with connect(url) as client:
        listed = [tool.name for tool in (await client.list_tools()).tools]
        allowed = code_of(await client.call_tool("add_thing", {"name": "x"}))
        refused = code_of(await client.call_tool("get_thing", {"number": 1}))

    assert (listed, allowed, refused) == (["add_thing"], "ok", "refused")


@pytest.mark.parametrize("redis_is_away", [False, True], ids=["redis", "redis away"])
async def test_call_past_the_hourly_cap_is_refused_for_this_token_alone(
    toy: Toy, make_settings: MakeSettings, serve: Serve, tmp_path: Path, redis_is_away: bool
) -> None:
    tokens = write_tokens(tmp_path, writer="hourly_calls = 2")
    changes = {"redis_port": 1} if redis_is_away else {}
    url = await serve(toy.app(make_settings(tokens_file=tokens, **changes)))

    async with connect(url) as client, connect(url, READER) as other:
        codes = [code_of(await client.call_tool("get_thing", {"number": 1})) for _ in range(3)]
        others = code_of(await other.call_tool("get_thing", {"number": 1}))

    assert codes == ["ok", "ok", "cap_reached"]
    assert others == "ok"


@pytest.mark.parametrize("redis_is_away", [False, True], ids=["redis", "redis away"])
async def test_write_past_the_hourly_cap_is_refused_and_reads_go_on(
    toy: Toy, make_settings: MakeSettings, serve: Serve, tmp_path: Path, redis_is_away: bool
) -> None:
    tokens = write_tokens(tmp_path, writer="hourly_writes = 1")
    changes = {"redis_port": 1} if redis_is_away else {}
    url = await serve(toy.app(make_settings(tokens_file=tokens, **changes)))

    async with connect(url) as client:
        writes = [code_of(await client.call_tool("add_thing", {"name": "x"})) for _ in range(2)]
        read = code_of(await client.call_tool("get_thing", {"number": 1}))

    assert (writes, read) == (["ok", "cap_reached"], "ok")
    assert toy.written == ["x"]


async def test_cap_counts_across_the_processes_of_one_server(redis: RedisHelper) -> None:
    token = make_token(hourly_calls=2)
    first, second = (TokenBook([token], redis=redis, server="toy") for _ in range(2))
    elsewhere = TokenBook([token], redis=redis, server="other")

    await first.charge(token, READ)
    await second.charge(token, READ)

    with pytest.raises(CapReached, match="n8n: 2 calls an hour"):
        await first.charge(token, READ)
    await elsewhere.charge(token, READ)


def test_only_the_right_token_is_recognised(redis: RedisHelper) -> None:
    book = TokenBook([make_token(), make_token(name="other", sha256=hash_token("u"))], redis=redis, server="toy")

    assert [getattr(book.verify(text), "name", None) for text in ("t", "u", "", "T", hash_token("t"))] == [
        "n8n",
        "other",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("changes", "reads", "writes"),
    [
        ({"scopes": ["read"]}, True, False),
        ({"scopes": ["write"]}, False, True),
        ({"scopes": []}, False, False),
        ({"tools": ["add_x"]}, False, True),
    ],
)
def test_scopes_and_the_list_of_tools_both_have_to_allow(changes: dict[str, object], reads: bool, writes: bool) -> None:
    token = make_token(**changes)

    assert (token.may_call(READ), token.may_call(WRITE)) == (reads, writes)


def test_new_tokens_are_long_differ_and_their_hash_never_prints() -> None:
    token = make_token(sha256=hash_token("t"))

    assert new_token() != new_token()
    assert len(new_token()) > 40
    assert hash_token("t") not in repr(token)


GOOD = f'[[token]]\nname = "a"\nsha256 = "{hash_token("t")}"\nscopes = ["read"]\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "token"),
        ("[[token]\n", "line 1"),
        (GOOD.replace('"a"', '"Not A Name"'), "token.0.name"),
        (GOOD + GOOD.replace('["read"]', '["admin"]').replace('"a"', '"b"'), "token.1.scopes"),
        (GOOD.replace("sha256", "sha1"), "token.0.sha1"),
        (GOOD + GOOD, "two tokens have the same name"),
    ],
    ids=["empty", "no TOML", "name", "scope", "unknown key", "twice"],
)
def test_wrong_file_is_refused_naming_the_file_and_the_entry(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(GOOD)
    assert [token.name for token in load_tokens(path)] == ["a"]
    path.write_text(content)

    with pytest.raises(InvalidInput) as caught:
        load_tokens(path)

    assert str(path) in str(caught.value)
    assert says in str(caught.value)
    assert hash_token("t") not in str(caught.value)
