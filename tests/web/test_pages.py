"""How the built pages are served."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from shared.web_pages import NONCE, web_pages

SCRIPT = "console.log('hello')\n"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What a build leaves of one page."""
    assets = tmp_path / "desk/assets"
    assets.mkdir(parents=True)
    (tmp_path / "desk/index.html").write_text(f'<meta property="csp-nonce" nonce="{NONCE}"><div id="root"></div>')
    (assets / "index-abc.js").write_text(SCRIPT)
    (assets / "index-abc.js.br").write_bytes(b"as brotli")
    (assets / "index-abc.js.gz").write_bytes(b"as gzip")
    (assets / "icon-abc.svg").write_text("<svg/>")
    return tmp_path


@pytest.fixture
def client(dist: Path) -> TestClient:
    """A browser's view of them."""
    return TestClient(Starlette(routes=web_pages("desk", paths=("", "tickets/{ticket_id:int}"), dist=dist)))


@pytest.mark.requirement("B-02")
def test_a_page_allows_scripts_from_its_own_files_only_and_is_framed_by_nobody(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/tickets/7")

    policies = [answer.headers["content-security-policy"] for answer in (first, second)]
    nonces = [re.findall(r"'nonce-([^']+)'", policy) for policy in policies]
    assert [answer.status_code for answer in (first, second)] == [200, 200]
    assert all("script-src 'self';" in policy and "unsafe" not in policy for policy in policies)
    assert all("frame-ancestors 'none'" in policy for policy in policies)
    assert nonces[0] != nonces[1]
    assert f'nonce="{nonces[0][0]}"' in first.text
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-content-type-options"] == "nosniff"


@pytest.mark.requirement("B-03")
@pytest.mark.parametrize(
    ("accepts", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"as brotli"),
        ("gzip", "gzip", b"as gzip"),
        ("br;q=0, gzip;q=0.5", "gzip", b"as gzip"),
        ("identity", None, SCRIPT.encode()),
    ],
)
def test_files_come_in_the_best_encoding_and_are_kept_for_ever(
    client: TestClient, accepts: str, encoding: str | None, body: bytes
) -> None:
    with client.stream("GET", "/assets/index-abc.js", headers={"accept-encoding": accepts}) as answer:
        came = b"".join(answer.iter_raw())

    assert came == body
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.requirement("B-03")
def test_a_file_that_is_known_is_not_sent_again_and_no_other_can_be_read(client: TestClient) -> None:
    known = client.get("/assets/icon-abc.svg").headers["etag"]

    assert client.get("/assets/icon-abc.svg", headers={"if-none-match": known}).status_code == 304
    assert client.get("/assets/..%2findex.html").status_code == 404
    assert client.get("/assets/nothing.js").status_code == 404


@pytest.mark.requirement("B-02")
def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    client = TestClient(Starlette(routes=web_pages("desk", paths=("",), dist=tmp_path)))

    answer = client.get("/")

    assert answer.status_code == 503
    assert "make web" in answer.text
