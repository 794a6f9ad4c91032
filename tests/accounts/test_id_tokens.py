"""ID tokens that do not hold are refused, whatever is wrong with them (OIDC Core 3.1.3.7)."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from tests.support.clock import FakeClock
from watchtogether.accounts.errors import ProviderRefused, ProviderUnreachable
from watchtogether.accounts.model import ProvenIdentity
from watchtogether.accounts.providers.fetching import Fetcher
from watchtogether.accounts.providers.model import Client, Errand
from watchtogether.accounts.providers.oauth import DISCORD, GITHUB, OAuthProvider
from watchtogether.accounts.providers.oidc import OidcProvider

ISSUER = "https://auth.example.org"
KEY, OTHER = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("first", "second"))
Claims = dict[str, Any]


@dataclass
class Hostile:
    """A provider that answers as a test wants."""

    issuer: str = ISSUER
    authorization: str | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    errand: Errand = field(default_factory=lambda: Errand("https://ours.example/callback"))
    keys: list[RSAKey] = field(default_factory=lambda: [KEY])
    id_token: str = ""
    userinfo: Claims = field(default_factory=dict)
    discovered: int = 0
    asked: list[httpx2.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        registered = Client("oidc", "Ours", "watchtogether", SecretStr("s"))
        self.provider = OidcProvider(registered, self.issuer, Fetcher(client), self.clock)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        match request.url.path:
            case "/.well-known/openid-configuration":
                self.discovered += 1
                places = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
                found = {place: f"{self.issuer}/{place}" for place in places}
                if self.authorization is not None:
                    found["authorization_endpoint"] = self.authorization
                found |= {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
                return httpx2.Response(200, json=found)
            case "/keys":
                keys = [key.as_dict(private=False) for key in self.keys]
                return httpx2.Response(200, json={"keys": keys})
            case "/token_endpoint":
                return httpx2.Response(200, json={"access_token": "a", "id_token": self.id_token})
            case "/userinfo_endpoint":
                return httpx2.Response(200, json=self.userinfo)
        return httpx2.Response(404)

    def claims(self, **changed: object) -> Claims:
        now_s = self.clock.wall_ms() // 1000
        usual: Claims = {
            "iss": self.issuer,
            "aud": "watchtogether",
            "sub": "17",
            "iat": now_s,
            "exp": now_s + 300,
            "nonce": self.errand.nonce,
            "preferred_username": "ada",
            "name": "Ada L",
        }
        return {name: value for name, value in (usual | changed).items() if value is not None}

    def signed(self, claims: Claims, key: RSAKey = KEY) -> None:
        header = {"alg": "RS256", "kid": key.kid}  # as JSON by hand: half a letter is allowed there
        self.id_token = jws.serialize_compact(header, json.dumps(claims).encode(), key)

    async def prove(self) -> ProvenIdentity:
        return await self.provider.prove(self.errand, "code", None)


@pytest.fixture
def hostile() -> Hostile:
    return Hostile()


async def test_a_token_that_holds_names_its_subject(hostile: Hostile) -> None:
    hostile.signed(hostile.claims())
    expected = hashlib.sha256(f"{ISSUER}\n17".encode()).hexdigest()
    assert await hostile.prove() == ProvenIdentity("oidc", expected, "ada", "Ada L", None)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": ["watchtogether", "somebody-else"]},
        {"aud": ["watchtogether", "x"], "azp": "x"},
        {"azp": "somebody-else"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"nonce": 7},
        {"sub": None},
        {"sub": ""},
        {"sub": 17},
        {"sub": "x" * 256},
        {"sub": "a\x00"},
        {"sub": "\ud800"},
        {"nonce": "\ud800"},
    ],
    ids=str,
)
async def test_a_wrong_claim_is_refused(hostile: Hostile, changed: Claims) -> None:
    hostile.signed(hostile.claims(**changed))
    with pytest.raises(ProviderRefused):
        await hostile.prove()


def _by_hand(hostile: Hostile, algorithm: str, sign: Callable[[bytes], bytes]) -> str:
    """What the library itself would not write."""
    parts = ({"alg": algorithm}, hostile.claims())
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return (signed + b"." + urlsafe_b64encode(sign(signed)).rstrip(b"=")).decode()


def _unsigned(hostile: Hostile) -> str:
    return _by_hand(hostile, "none", lambda _: b"")


def _by_the_public_key(hostile: Hostile) -> str:
    public = KEY.as_pem(private=False)
    return _by_hand(hostile, "HS256", lambda signed: hmac.digest(public, signed, "sha256"))


def _signed_by(key: RSAKey) -> Callable[[Hostile], str]:
    return lambda hostile: jwt.encode({"alg": "RS256", "kid": "first"}, hostile.claims(), key)


def _altered(hostile: Hostile) -> str:
    header, _, signature = _signed_by(KEY)(hostile).split(".")
    _, body, _ = jwt.encode({"alg": "RS256"}, hostile.claims(sub="1"), OTHER).split(".")
    return f"{header}.{body}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        _unsigned,
        _by_the_public_key,
        _signed_by(OTHER),
        _altered,
        lambda _: "",
        lambda _: "not.a.token",
        lambda _: "x" * 20_000,
        lambda _: f"{'a' * 5}.{json.dumps({'sub': 1})}.b",
    ],
)
async def test_a_forged_token_is_refused(hostile: Hostile, forge: Callable[[Hostile], str]) -> None:
    hostile.id_token = forge(hostile)
    with pytest.raises(ProviderRefused):
        await hostile.prove()


async def test_the_same_subject_of_another_issuer_is_somebody_else(hostile: Hostile) -> None:
    hostile.signed(hostile.claims())
    here = await hostile.prove()
    elsewhere = Hostile(issuer="https://other.example")
    elsewhere.signed(elsewhere.claims())
    assert (await elsewhere.prove()).subject != here.subject


async def test_a_name_that_no_database_takes_is_made_one(hostile: Hostile) -> None:
    hostile.signed(hostile.claims(preferred_username="a\x00d\ud800a", name="\u202eAda"))
    found = await hostile.prove()
    assert (found.username, found.display_name) == ("ada", "Ada")


async def test_a_payload_without_end_is_refused(hostile: Hostile) -> None:
    nested = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    signed = jws.serialize_compact({"alg": "RS256", "kid": "first"}, nested, KEY)
    hostile.id_token = signed
    with pytest.raises(ProviderRefused):
        await hostile.prove()


@pytest.mark.parametrize(
    "place",
    ["javascript:alert(1)", "/relative", "http://[::1", "http://plain.example/", "x\x00", ""],
)
async def test_an_address_that_is_none_sends_nobody_anywhere(hostile: Hostile, place: str) -> None:
    hostile.authorization = place
    with pytest.raises(ProviderRefused):
        await hostile.provider.address(hostile.errand)


async def test_new_keys_are_looked_up_but_not_at_every_forgery(hostile: Hostile) -> None:
    hostile.signed(hostile.claims())
    await hostile.prove()
    hostile.keys = [OTHER]
    hostile.signed(hostile.claims(), OTHER)
    for _ in range(5):
        with pytest.raises(ProviderRefused):
            await hostile.prove()
    assert hostile.discovered == 1
    await hostile.clock.advance(61)
    hostile.signed(hostile.claims(), OTHER)
    assert (await hostile.prove()).username == "ada"
    assert hostile.discovered == 2


async def test_who_somebody_is_may_stand_elsewhere_but_is_the_same_person(
    hostile: Hostile,
) -> None:
    hostile.signed(hostile.claims(preferred_username=None, name=None))
    hostile.userinfo = {"sub": "17", "nickname": "ada"}
    assert (await hostile.prove()).username == "ada"
    hostile.userinfo = {"sub": "18", "nickname": "eve"}
    with pytest.raises(ProviderRefused):
        await hostile.prove()


async def test_the_code_is_redeemed_with_what_only_we_know(hostile: Hostile) -> None:
    hostile.signed(hostile.claims())
    address = httpx2.URL(await hostile.provider.address(hostile.errand))
    assert address.params["code_challenge_method"] == "S256"
    assert hostile.errand.verifier not in str(address)
    await hostile.prove()
    form = next(r for r in hostile.asked if r.url.path == "/token_endpoint").content.decode()
    assert f"code_verifier={hostile.errand.verifier}" in form


# Providers without OpenID Connect: their published answers. The vendors themselves are untested. --


@pytest.mark.parametrize(
    ("endpoints", "profile", "expected"),
    [
        (GITHUB, {"id": 1, "login": "octocat", "name": None}, ("1", "octocat", "octocat")),
        (GITHUB, {"id": 1, "login": "octocat", "name": "Mona"}, ("1", "octocat", "Mona")),
        (GITHUB, {"login": "octocat"}, None),
        (GITHUB, {"id": True, "login": "octocat"}, None),
        (DISCORD, {"id": "80351110224678912", "username": "n"}, ("80351110224678912", "n", "n")),
        (DISCORD, {"id": "1", "username": "n", "global_name": "Nelly"}, ("1", "n", "Nelly")),
        (DISCORD, {"id": "../1", "username": "n"}, None),
    ],
)
async def test_a_profile_is_read_or_refused(
    endpoints: Any, profile: Claims, expected: tuple[str, str, str] | None
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(200, json={"access_token": "a"})
        assert request.headers["authorization"] == "Bearer a"
        return httpx2.Response(200, json=profile)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        registered = Client("vendor", "Vendor", "id", SecretStr("s"))
        provider = OAuthProvider(registered, endpoints, Fetcher(client))
        proving = provider.prove(Errand("https://ours.example/callback"), "code", None)
        if expected is None:
            with pytest.raises(ProviderRefused):
                await proving
        else:
            assert await proving == ProvenIdentity("vendor", *expected, token=None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx2.Response(200, content=b"x" * 300_000), ProviderRefused),
        (httpx2.Response(200, content=b"[1]"), ProviderRefused),
        (httpx2.Response(200, content=b"<html>"), ProviderRefused),
        (httpx2.Response(302, headers={"location": "http://169.254.169.254/"}), ProviderRefused),
        (httpx2.Response(404), ProviderRefused),
        (httpx2.Response(503), ProviderUnreachable),
    ],
)
async def test_an_answer_that_cannot_be_used(
    answer: httpx2.Response, error: type[Exception]
) -> None:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer)) as client:
        with pytest.raises(error):
            await Fetcher(client).get("https://auth.example.org/x")
