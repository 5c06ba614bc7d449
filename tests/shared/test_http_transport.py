"""The transport under httpx and httpx2: their errors, what was surely not sent told apart, nothing sent twice."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from shared.http_transport import find_transport

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\nok"


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request: pytest.FixtureRequest) -> ModuleType:
    chosen: ModuleType = request.param
    return chosen


@asynccontextmanager
async def client_of(library: ModuleType, *answers: Answer) -> AsyncIterator[Any]:
    """A client of a server that treats its first request like so, its second like so; any other hangs."""
    left = iter(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                if (answer := next(left, None)) is None:
                    await asyncio.Event().wait()
                else:
                    await answer(reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with library.AsyncClient(base_url=url, transport=find_transport(library), timeout=0.3) as client:
        yield client
    server.close()


def say(raw: bytes) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return answer


async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_answer_is_decoded_and_its_cookies_and_status_are_the_client_s(library: ModuleType) -> None:
    packed = gzip.compress(b'{"a":1}')
    head = f"HTTP/1.1 404 No\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()

    async with client_of(library, say(OK), say(head + packed)) as client:
        first = await client.get("/a", params={"q": "a b/ç", "r[]": "^x@"})
        second = await client.post("/b", json={"x": 1})

    assert (first.text, first.cookies["a"]) == ("ok", "b")
    assert (second.status_code, second.json(), second.is_error) == (404, {"a": 1}, True)


async def test_path_query_credentials_and_body_arrive_as_the_client_wrote_them(library: ModuleType) -> None:
    seen: list[bytes] = []

    async def look(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readexactly(7))
        writer.write(OK)

    request = library.Request("POST", "http://u:p@h/a%2Fb?q=%5B%40+x", json={"x": 1})
    async with client_of(library, look) as client:
        url = client.base_url.copy_with(userinfo=b"u:p", raw_path=request.url.raw_path)
        answer = await client.post(url, json={"x": 1})

    assert answer.request.url.raw_path == b"/a%2Fb?q=%5B%40+x"
    assert seen == [b'{"x":1}']


async def test_what_was_surely_not_sent_is_a_connect_error(library: ModuleType) -> None:
    async with library.AsyncClient(transport=find_transport(library)) as client:
        with pytest.raises(library.ConnectError):
            await client.post("http://127.0.0.1:1/")


@pytest.mark.parametrize("method", ["PUT", "GET", "POST", "DELETE"])
async def test_request_on_a_kept_connection_that_breaks_is_not_sent_again(library: ModuleType, method: str) -> None:
    async with client_of(library, say(OK), hang_up, say(OK)) as client:
        await client.get("/")

        with pytest.raises(library.RemoteProtocolError):
            await client.request(method, "/")
        third = await client.get("/")

    assert third.text == "ok"


async def test_answer_that_never_comes_is_a_read_timeout(library: ModuleType) -> None:
    async with client_of(library) as client:
        with pytest.raises(library.ReadTimeout):
            await client.get("/")


async def test_body_that_nobody_takes_is_a_timeout(library: ModuleType) -> None:
    async with client_of(library) as client:
        with pytest.raises(library.TimeoutException):
            await client.post("/", content=b"x" * 20_000_000)


async def test_body_that_breaks_off_is_an_error(library: ModuleType) -> None:
    async def half(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK.replace(b": 2", b": 9"))
        writer.close()

    async with client_of(library, half) as client:
        with pytest.raises(library.RemoteProtocolError):
            await client.get("/")


async def test_where_a_proxy_is_set_the_client_s_own_way_goes_through_it(
    library: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert find_transport(library) is not None

    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")

    assert find_transport(library) is None
