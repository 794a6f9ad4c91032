"""Attacks 18-26: other sites' requests, framing, poisoned hosts."""

import pytest
from fastapi.routing import APIRoute

from tests.accounts.conftest import PASSWORD, Build, Server, bearer, code_of, register

HERE = "http://127.0.0.1:8000"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
@pytest.mark.parametrize("path", ["/api/auth/logout", "/api/auth/refresh", "/api/auth/login"])
async def test_attack_18_a_cross_site_write(server: Server, site: str, path: str) -> None:
    async with server.browser(**{"sec-fetch-site": site}) as page:
        answer = await page.post(path, json={"username": "ada", "password": PASSWORD})
    assert (answer.status_code, code_of(answer)) == (403, "cross_site")


async def test_attack_18_21_22_by_origin_where_there_is_no_fetch_metadata(
    server: Server,
) -> None:
    foreign = [
        "https://evil.example",
        "null",
        "http://127.0.0.1:8001",
        "http://127.0.0.1.evil.example:8000",
        "http://evil127.0.0.1:8000",
        "http://localhost:8000",
        "garbage",
        "http://[",
    ]
    async with server.client() as page:
        answers = {
            origin: await page.post("/api/auth/logout", headers={"origin": origin})
            for origin in foreign
        }
        own = await page.post("/api/auth/logout", headers={"origin": HERE})
    assert {origin: a.status_code for origin, a in answers.items()} == dict.fromkeys(foreign, 403)
    assert own.status_code == 204


async def test_attack_18_a_bearer_without_cookies_is_no_browsers_and_passes(server: Server) -> None:
    async with server.client() as program:
        token = (await register(program)).json()["access_token"]
        with_cookies = await program.post(
            "/api/auth/logout", headers=bearer(token) | {"origin": "https://evil.example"}
        )
    async with server.client(**bearer(token), origin="https://app.example") as program:
        alone = await program.post("/api/auth/logout")
    assert (with_cookies.status_code, alone.status_code) == (403, 204)


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_attack_19_json_that_does_not_say_so(server: Server, media_type: str) -> None:
    headers = {"content-type": media_type} if media_type else {}
    async with server.browser() as page:
        answer = await page.post(
            "/api/auth/login", content=b'{"username": "a", "password": "b"}', headers=headers
        )
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "origin",
    [
        "https://watch.example.org.evil.example",
        "https://evil-watch.example.org",
        "https://sub.watch.example.org",
        "http://watch.example.org",
        "https://watch.example.org:8443",
        "null",
    ],
)
async def test_attack_22_neighbours_of_the_public_address(build: Build, origin: str) -> None:
    """Its plain-HTTP form is a neighbour as well; but without Fetch Metadata the scheme is not
    compared, for a server behind a proxy does not know its own."""
    server = build(public_url="https://watch.example.org")
    async with server.client(origin=origin, **{"sec-fetch-site": "same-site"}) as page:
        answer = await page.post("/api/auth/logout")
    assert answer.status_code == 403


async def test_attack_22_the_public_address_itself_behind_a_proxy_with_another_host(
    build: Build,
) -> None:
    server = build(public_url="https://watch.example.org")
    server.base_url = "http://app:8000"
    async with server.client(origin="https://watch.example.org") as page:
        assert (await page.post("/api/auth/logout")).status_code == 204


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST"])
async def test_attack_23_no_origin_is_ever_allowed_to_read(server: Server, method: str) -> None:
    async with server.client(
        origin="https://evil.example", **{"access-control-request-method": "POST"}
    ) as page:
        answer = await page.request(method, "/api/setup")
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_attack_24_no_get_changes_anything(server: Server) -> None:
    """Every GET below /api/auth, asked with a foreign page's headers, leaves the session alone."""
    async with server.browser() as page:
        await register(page)
        foreign = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        for path in ("/api/setup", "/api/auth/me", "/api/auth/sessions"):
            assert (await page.get(path, headers=foreign)).status_code == 200
        for path in ("/api/auth/logout", "/api/auth/refresh", "/api/auth/login"):
            assert (await page.get(path)).status_code == 405
        assert len((await page.get("/api/auth/sessions")).json()) == 1
    assert server.ended == []


def test_attack_24_the_routes_that_read_are_known(server: Server) -> None:
    assert {
        route.path
        for route in server.router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or set())
    } == {"/api/setup", "/api/auth/me", "/api/auth/sessions"}


async def test_attack_25_framing_is_blocked(server: Server) -> None:
    async with server.browser() as page:
        answer = await page.get("/api/setup")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("public_url", ["", "https://watch.example.org"])
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "watch.example.org.evil.example"},
        {"host": "watch.example.org@evil.example"},
        {"host": "evil.example/watch.example.org"},
        {"host": "localhost:80:90"},
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-host": "127.0.0.1, evil.example"},
    ],
)
async def test_attack_26_a_poisoned_host(
    build: Build, public_url: str, headers: dict[str, str]
) -> None:
    async with build(public_url=public_url).browser(**headers) as page:
        answer = await page.get("/api/setup")
    assert (answer.status_code, code_of(answer)) == (400, "unknown_host")
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "localhost",
        "LOCALHOST:8000",
        "[::1]:8000",
        "192.168.1.5:8000",
        "[fd00::5]",
        "nas",
        "nas.local",
        "nas.home.arpa.",
    ],
)
async def test_attack_26_the_machines_own_names_always_work(server: Server, host: str) -> None:
    async with server.browser(host=host) as page:
        assert (await page.get("/api/setup")).status_code == 200
