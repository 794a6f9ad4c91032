"""The middlewares around an app, each by what a client sees of it."""

import asyncio
import io
import ipaddress
import json
import logging
from collections.abc import Iterator
from typing import ClassVar

import httpx2
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Request
from starlette.types import Message, Scope

from watchtogether.kit import problems
from watchtogether.kit.logging import configure
from watchtogether.kit.web import PublicAddress, client_address, protect
from watchtogether.kit.web.address import Network
from watchtogether.kit.web.gates import BodyMiddleware
from watchtogether.kit.web.hosts import is_loopback_host
from watchtogether.kit.web.requests import Finished

HTTPS = PublicAddress.of("https://watch.example.org")
LAN = PublicAddress.of()


def _app() -> FastAPI:
    app = FastAPI()
    problems.install(app)
    router = APIRouter(prefix="/api")

    @router.get("/stream/{ticket}/master.m3u8")
    async def stream(ticket: str) -> str:
        return "list"

    @router.get("/address")
    async def address(request: Request) -> str:
        structlog.get_logger("app").info("address_asked")
        return client_address(request)

    @router.post("/echo")
    async def echo(body: dict[str, str]) -> dict[str, str]:
        return body

    @router.get("/crash")
    async def crash() -> None:
        raise RuntimeError("a bug")

    app.include_router(router)
    return app


def _client(
    address: PublicAddress = LAN,
    *,
    peer: str = "203.0.113.9",
    trusted: tuple[Network, ...] = (),
    finished: list[Finished] | None = None,
) -> httpx2.AsyncClient:
    observe = finished.append if finished is not None else None
    app = protect(_app(), address=address, trusted_proxies=trusted, observe=observe)
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app, client=(peer, 1)),
        base_url=address.origin or "http://192.168.1.5:8000",
    )


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, as JSON lines."""
    stream = io.StringIO()
    configure("json", "debug", stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


class TestHeaders:
    async def test_the_policy_is_the_one_of_the_design(self) -> None:
        async with _client() as client:
            answer = await client.get("/api/address")
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
            "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
            "frame-ancestors 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "camera=()" in answer.headers["permissions-policy"]

    async def test_what_needs_https_is_sent_by_https_only(self) -> None:
        needing = {"strict-transport-security", "cross-origin-opener-policy"}
        async with _client() as plain, _client(HTTPS) as secure:
            assert not needing & set((await plain.get("/api/address")).headers)
            assert needing <= set((await secure.get("/api/address")).headers)

    @pytest.mark.parametrize("path", ["/nowhere", "/api/crash", "/api/echo"])
    async def test_failures_carry_them_too(self, path: str) -> None:
        async with _client() as client:
            answer = await client.post(path) if "echo" in path else await client.get(path)
        assert answer.status_code >= 400
        assert "content-security-policy" in answer.headers
        assert answer.headers["x-request-id"].startswith("req_")

    async def test_refusals_at_the_gates_carry_them_too(self) -> None:
        async with _client() as client:
            answer = await client.get("/api/address", headers={"host": "evil.example"})
        assert answer.status_code == 400
        assert "content-security-policy" in answer.headers

    async def test_hashes_of_a_librarys_styles_are_added(self) -> None:
        app = protect(_app(), address=LAN, style_hashes=["sha256-abc="])
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://localhost"
        ) as client:
            policy = (await client.get("/api/address")).headers["content-security-policy"]
        assert "style-src 'self' 'sha256-abc=';" in policy


class TestRequestLog:
    async def test_a_ticket_is_never_logged(self, lines: io.StringIO) -> None:
        finished: list[Finished] = []
        async with _client(finished=finished) as client:
            await client.get("/api/stream/a-canary-ticket/master.m3u8")
            await client.get("/api/stream/a-canary-ticket/nothing")
        assert [f.route for f in finished] == ["/api/stream/{ticket}/master.m3u8", "(none)"]
        assert "canary" not in lines.getvalue()

    async def test_one_id_is_on_every_line_of_a_request_and_never_the_clients(
        self, lines: io.StringIO
    ) -> None:
        async with _client() as client:
            answer = await client.get("/api/address", headers={"x-request-id": "mine"})
        logged = [json.loads(line) for line in lines.getvalue().splitlines()]
        ours = {line["request_id"] for line in logged if "request_id" in line}
        assert ours == {answer.headers["x-request-id"]}
        assert [line["event"] for line in logged if "request_id" in line] == [
            "address_asked",
            "request_finished",
        ]

    async def test_a_crash_is_logged_once_with_its_trace(self, lines: io.StringIO) -> None:
        finished: list[Finished] = []
        async with _client(finished=finished) as client:
            answer = await client.get("/api/crash")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "a bug" not in answer.text
        logged = [json.loads(line) for line in lines.getvalue().splitlines()]
        crashes = [line for line in logged if line["event"] == "request_crashed"]
        assert len(crashes) == 1
        assert "RuntimeError: a bug" in crashes[0]["exception"]
        assert [f.status for f in finished] == [500]


class TestClientAddress:
    PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))

    @pytest.mark.parametrize(
        ("peer", "forwarded", "expected"),
        [
            ("203.0.113.9", None, "203.0.113.9"),
            ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
            ("10.0.0.2", None, "10.0.0.2"),
            ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.2", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.2", "1.1.1.1, 198.51.100.1, 10.0.0.3", "198.51.100.1"),
            ("10.0.0.2", "10.0.0.4, 10.0.0.3", "10.0.0.4"),
            ("10.0.0.2", "198.51.100.1, garbage", "10.0.0.2"),
            ("10.0.0.2", "", "10.0.0.2"),
            ("10.0.0.2", "198.51.100.1:4711", "198.51.100.1"),
            ("10.0.0.2", "[2001:db8::1]:4711", "2001:db8::/64"),
            ("::ffff:10.0.0.2", "::ffff:198.51.100.1", "198.51.100.1"),
            ("fd00::2", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
            ("fe80::1%eth0", None, "fe80::/64"),
            ("not an address", None, "unknown"),
        ],
    )
    async def test_attack_63_the_nearest_hop_that_is_no_proxy_of_ours(
        self, peer: str, forwarded: str | None, expected: str
    ) -> None:
        headers = {"x-forwarded-for": forwarded} if forwarded is not None else {}
        async with _client(peer=peer, trusted=self.PROXIES) as client:
            assert (await client.get("/api/address", headers=headers)).json() == expected

    async def test_attack_63_several_header_lines_are_one_list(self) -> None:
        lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.1")]
        async with _client(peer="10.0.0.2", trusted=self.PROXIES) as client:
            assert (await client.get("/api/address", headers=lines)).json() == "198.51.100.1"


class TestBodies:
    async def test_json_passes_whatever_its_charset(self) -> None:
        async with _client() as client:
            answer = await client.post(
                "/api/echo",
                content=b'{"a": "b"}',
                headers={"content-type": "Application/JSON; charset=utf-8"},
            )
        assert answer.json() == {"a": "b"}

    @pytest.mark.parametrize("cut", [True, False])
    async def test_below_a_base_path_whether_or_not_it_was_cut_off(self, cut: bool) -> None:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/echo" if cut else "/watch/api/echo",
            "headers": [(b"content-type", b"text/plain"), (b"host", b"nas")],
        }
        await protect(_unreachable, address=PublicAddress.of("", "/watch"))(scope, receive, send)
        assert sent[0]["status"] == 415
        assert (b"cache-control", b"no-store") in sent[0]["headers"]

    async def test_exactly_64_kib_pass(self) -> None:
        body = json.dumps({"a": "x" * (65_536 - 9)}).encode()
        assert len(body) == 65_536
        async with _client() as client:
            headers = {"content-type": "application/json"}
            fits = await client.post("/api/echo", content=body, headers=headers)
            over = await client.post("/api/echo", content=body + b" ", headers=headers)
        assert (fits.status_code, over.status_code) == (200, 413)


class TestUnfinishedBodies:
    """Attack 61, the part that is ours: bodies that trickle, and clients that leave."""

    SCOPE: ClassVar[Scope] = {
        "type": "http",
        "method": "POST",
        "path": "/api/echo",
        "headers": [(b"content-type", b"application/json")],
    }

    async def test_attack_61_a_body_that_never_ends_is_cut(self) -> None:
        sent: list[Message] = []

        async def never() -> Message:
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

        async def send(message: Message) -> None:
            sent.append(message)

        await BodyMiddleware(_unreachable, LAN, patience_s=0.01)(dict(self.SCOPE), never, send)
        assert sent[0]["status"] == 408

    async def test_a_client_that_leaves_reaches_no_endpoint(self) -> None:
        messages: list[Message] = [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Message:
            return messages.pop(0)

        async def send(_: Message) -> None:
            raise AssertionError("nobody is there")

        await BodyMiddleware(_unreachable, LAN)(dict(self.SCOPE), receive, send)
        assert messages == []


async def _unreachable(scope: Scope, receive: object, send: object) -> None:
    raise AssertionError("the app must not be reached")


class TestWebSocket:
    """Attack 20, at the level of ASGI: what the Socket.IO server would be handed."""

    @pytest.mark.parametrize(
        ("headers", "let_in"),
        [
            ({}, True),
            ({"origin": "http://192.168.1.5:8000"}, True),
            ({"origin": "http://192.168.1.5:8000", "sec-fetch-site": "same-origin"}, True),
            ({"origin": "https://evil.example"}, False),
            ({"origin": "null"}, False),
            ({"origin": "http://192.168.1.5:8001"}, False),
            ({"origin": "http://192.168.1.5.evil.example:8000"}, False),
            ({"origin": "http://192.168.1.5:8000", "sec-fetch-site": "cross-site"}, False),
        ],
    )
    async def test_attack_20_21_a_foreign_origin(
        self, headers: dict[str, str], let_in: bool
    ) -> None:
        assert await self._open(headers, LAN) is let_in

    async def test_attack_26_a_poisoned_host(self) -> None:
        assert not await self._open({"host": "evil.example"}, LAN)

    async def test_the_public_address_behind_a_proxy_with_another_host(self) -> None:
        assert await self._open({"origin": "https://watch.example.org"}, HTTPS)

    async def _open(self, headers: dict[str, str], address: PublicAddress) -> bool:
        reached: list[Scope] = []
        sent: list[Message] = []

        async def inner(scope: Scope, receive: object, send: object) -> None:
            reached.append(scope)

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            sent.append(message)

        given = {"host": "192.168.1.5:8000"} | headers
        scope: Scope = {
            "type": "websocket",
            "path": "/socket.io/",
            "scheme": "ws",
            "client": ("192.168.1.20", 1),
            "headers": [(k.encode(), v.encode()) for k, v in given.items()],
        }
        await protect(inner, address=address)(scope, receive, send)
        assert bool(reached) is not bool(sent)
        assert all(m["type"] == "websocket.close" for m in sent)
        return bool(reached) and reached[0]["type"] == "websocket"


class TestPublicAddress:
    @pytest.mark.parametrize("url", ["watch.example.org", "ftp://watch.example.org", "https://"])
    def test_must_be_a_whole_address(self, url: str) -> None:
        with pytest.raises(ValueError, match="not an http"):
            PublicAddress.of(url)

    @pytest.mark.parametrize(
        ("host", "secure"),
        [
            ("watch.example.org", True),
            ("WATCH.example.org:443", True),
            ("app:8000", True),
            ("192.168.1.5:8000", False),
            ("localhost:8000", False),
            ("[fd00::1]:8000", False),
            ("nas.local", False),
        ],
    )
    def test_who_came_by_https(self, host: str, secure: bool) -> None:
        assert HTTPS.is_secure({"host": host}) is secure
        assert not LAN.is_secure({"host": host})

    @pytest.mark.parametrize(
        ("host", "is_it"),
        [
            ("127.0.0.1:8000", True),
            ("localhost", True),
            ("[::1]:8000", True),
            ("192.168.1.5", False),
            ("nas", False),
            ("", False),
            ("localhost.evil.example", False),
        ],
    )
    def test_which_names_are_loopback(self, host: str, is_it: bool) -> None:
        assert is_loopback_host(host) is is_it
