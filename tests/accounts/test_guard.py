"""The guard, asked as endpoints and the Socket.IO handshake ask it."""

import pytest
from starlette.requests import Request

from tests.accounts.conftest import PASSWORD, ROOM, Build, Server
from watchtogether.accounts.door import Door
from watchtogether.accounts.errors import AccountNeeded, NotSignedIn, OwnerNeeded, SessionExpired
from watchtogether.accounts.model import Grant

HOME = Door("127.0.0.1", loopback=True)


async def _account(server: Server, name: str) -> Grant:
    return await server.accounts.sign_in(
        await server.accounts.register(name, PASSWORD, None, HOME), "test"
    )


def _request(token: str | None = None, method: str = "GET", **headers: str) -> Request:
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw})


async def test_who_may_do_what(server: Server) -> None:
    owner = await _account(server, "ada")
    user = await _account(server, "bob")
    guest = await server.accounts.create_guest(ROOM, "Zoë", "test")
    guard = server.guard
    for grant in (owner, user, guest):
        assert await guard.principal(_request(grant.access_token)) == grant.principal
    for grant in (owner, user):
        assert await guard.account(_request(grant.access_token)) == grant.principal
    assert await guard.owner(_request(owner.access_token)) == owner.principal
    with pytest.raises(AccountNeeded):
        await guard.account(_request(guest.access_token))
    with pytest.raises(AccountNeeded):
        await guard.owner(_request(guest.access_token))
    with pytest.raises(OwnerNeeded):
        await guard.owner(_request(user.access_token))


async def test_a_stranger_is_nobody_and_an_expired_session_says_so(server: Server) -> None:
    grant = await _account(server, "ada")
    assert await server.guard.optional(_request()) is None
    assert await server.guard.optional(_request("nonsense")) is None
    await server.clock.advance(631)
    with pytest.raises(SessionExpired):
        await server.guard.optional(_request(grant.access_token))


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "", "bearer\t"])
async def test_any_other_authorization_signs_nobody_in(server: Server, header: str) -> None:
    with pytest.raises(NotSignedIn):
        await server.guard.principal(_request(authorization=header))


async def test_a_bearer_goes_before_cookies(server: Server) -> None:
    ada, bob = await _account(server, "ada"), await _account(server, "bob")
    cookie = f"wt_session={ada.access_token}"
    both = _request(bob.access_token, cookie=cookie)
    assert (await server.guard.principal(both)).name == "bob"
    assert (await server.guard.principal(_request(cookie=cookie))).name == "ada"
    with pytest.raises(NotSignedIn):
        await server.guard.principal(_request("nonsense", cookie=cookie))


class TestHandshake:
    async def test_by_token_or_by_cookie(self, server: Server) -> None:
        grant = await _account(server, "ada")
        guard = server.guard
        cookies = {"cookie": f"theme=dark; wt_session={grant.access_token}", "host": "nas"}
        assert await guard.authenticate_handshake({}, grant.access_token) == grant.principal
        assert await guard.authenticate_handshake(cookies, None) == grant.principal
        with pytest.raises(NotSignedIn):
            await guard.authenticate_handshake({}, None)
        with pytest.raises(NotSignedIn):
            await guard.authenticate_handshake(cookies, "nonsense")

    async def test_by_https_the_cookie_has_its_prefix(self, build: Build) -> None:
        server = build(public_url="https://watch.example.org")
        grant = await _account(server, "ada")
        headers = {"host": "watch.example.org"}
        right = headers | {"cookie": f"__Host-wt_session={grant.access_token}"}
        planted = headers | {"cookie": f"wt_session={grant.access_token}"}
        assert await server.guard.authenticate_handshake(right, None) == grant.principal
        with pytest.raises(NotSignedIn):
            await server.guard.authenticate_handshake(planted, None)
