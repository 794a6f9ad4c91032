"""Attacks 1-6: forged, altered and foreign access tokens. Each is answered 401."""

import base64
import json
from collections.abc import Mapping

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.accounts.conftest import PASSWORD, Server, bearer, code_of
from watchtogether.accounts.door import Door
from watchtogether.accounts.errors import NotSignedIn
from watchtogether.accounts.model import Grant

HEADER = {"alg": "HS256", "typ": "at+jwt"}


@pytest.fixture
async def grant(server: Server) -> Grant:
    account = await server.accounts.register("ada", PASSWORD, None, Door("127.0.0.1", True))
    return await server.accounts.sign_in(account, "test")


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert isinstance(claims, dict)
    return claims


def _signed(server: Server, header: Mapping[str, object], claims: Mapping[str, object]) -> str:
    key = OctKey.import_key(server.secrets.derive("access-token"))
    return jwt.encode(dict(header), dict(claims), key, algorithms=["HS256"], default_type=None)


async def _ask(server: Server, token: str) -> httpx2.Response:
    async with server.client() as program:
        return await program.get("/api/auth/me", headers=bearer(token))


async def test_a_true_token_is_accepted(server: Server, grant: Grant) -> None:
    rebuilt = _signed(server, HEADER, _claims(grant.access_token))
    assert (await _ask(server, rebuilt)).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None])
async def test_attack_1_unsigned(server: Server, grant: Grant, algorithm: str | None) -> None:
    body = _part(_claims(grant.access_token))
    answers = [
        await _ask(server, f"{_part({'alg': algorithm, 'typ': 'at+jwt'})}.{body}.{signature}")
        for signature in ("", grant.access_token.split(".")[2])
    ]
    assert {(a.status_code, code_of(a)) for a in answers} == {(401, "not_signed_in")}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256", "HS384", "HS512", "EdDSA"])
async def test_attack_2_another_algorithm(server: Server, grant: Grant, algorithm: str) -> None:
    header = _part({"alg": algorithm, "typ": "at+jwt"})
    _, body, signature = grant.access_token.split(".")
    assert (await _ask(server, f"{header}.{body}.{signature}")).status_code == 401


async def test_attack_2_signed_with_a_key_of_ones_own(server: Server, grant: Grant) -> None:
    key = RSAKey.generate_key(2048)
    token = jwt.encode(
        {"alg": "RS256", "typ": "at+jwt"}, _claims(grant.access_token), key, algorithms=["RS256"]
    )
    assert (await _ask(server, token)).status_code == 401


async def test_attack_3_a_refresh_token_is_no_access_token(server: Server, grant: Grant) -> None:
    assert (await _ask(server, grant.refresh_token)).status_code == 401


async def test_attack_3_an_access_token_is_no_refresh_token(server: Server, grant: Grant) -> None:
    async with server.client() as program:
        answer = await program.post(
            "/api/auth/refresh", json={"refresh_token": grant.access_token[:200]}
        )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"iss": "another"},
        {"aud": None},
        {"iss": None},
        {"exp": None},
        {"exp": "soon"},
        {"sid": None},
        {"sid": ["x"]},
        {"kind": "admin"},
        {"role": "admin"},
        {"sub": 7},
    ],
)
async def test_attack_4_wrong_claims(
    server: Server, grant: Grant, change: dict[str, object]
) -> None:
    changed = _claims(grant.access_token) | change
    claims = {key: value for key, value in changed.items() if value is not None}
    assert (await _ask(server, _signed(server, HEADER, claims))).status_code == 401


async def test_attack_5_past_its_time_with_at_most_30_s_of_skew(
    server: Server, grant: Grant
) -> None:
    await server.clock.advance(629)
    assert (await _ask(server, grant.access_token)).status_code == 200
    await server.clock.advance(1)
    late = await _ask(server, grant.access_token)
    assert (late.status_code, code_of(late)) == (401, "session_expired")


@pytest.mark.parametrize(
    "extra",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "1' OR '1'='1"},
        {"jku": "http://127.0.0.1:9/keys"},
        {"x5u": "http://127.0.0.1:9/cert"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"crit": ["exp"]},
        {"cty": "JWT"},
    ],
)
async def test_attack_6_key_injection_is_refused_even_when_signed(
    server: Server, grant: Grant, extra: dict[str, object]
) -> None:
    _, body, signature = grant.access_token.split(".")
    injected = f"{_part(HEADER | extra)}.{body}.{signature}"
    assert (await _ask(server, injected)).status_code == 401
    with pytest.raises(NotSignedIn):
        await server.guard.authenticate(injected)


async def test_attack_6_a_rightly_signed_kid_is_refused_too(server: Server, grant: Grant) -> None:
    token = _signed(server, HEADER | {"kid": "1"}, _claims(grant.access_token))
    assert (await _ask(server, token)).status_code == 401


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.b.c", "a.b.c.d.e", "....", "é.é.é", "x" * 60_000, "e30.e30.", "{}"]
)
async def test_attack_59_garbage_is_refused_quickly(server: Server, token: str) -> None:
    with pytest.raises(NotSignedIn):
        await server.guard.authenticate(token)
