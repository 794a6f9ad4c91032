"""Sign-in with a device's own key."""

from __future__ import annotations

import time
import warnings
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from tests.sandbox.client import Client
from tests.sandbox.test_sign_in import JSON, sign_in
from tests.sandbox.test_sign_in import ask as ask_account

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")


class Device:
    """A client with a key; the claims of what it signs can be changed."""

    def __init__(self, client: Client) -> None:
        self.http = client.http
        self.key = OKPKey.generate_key("Ed25519")
        self.jwk = self.key.as_dict(private=False) | {"kid": "device-1"}

    async def signed(self, key: OKPKey | None = None, **changes: Any) -> str:
        nonce = (await self.http.get("/api/v2/auth/nonce", headers=JSON)).json()["nonce"]
        now = int(time.time())
        claims = {
            "nonce": nonce,
            "scope": "username,email",
            "aud": "plex.tv",
            "iss": "tests",
            "iat": now,
            "exp": now + 300,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return jwt.encode(
                {"alg": "EdDSA", "kid": "device-1"},
                claims | changes,
                key or self.key,
                algorithms=["EdDSA"],
            )

    async def exchange(self, proof: str) -> httpx2.Response:
        return await self.http.post("/api/v2/auth/token", json={"jwt": proof}, headers=JSON)

    async def register(self, token: str) -> httpx2.Response:
        headers = JSON | {"X-Plex-Token": token}
        return await self.http.post("/api/v2/auth/jwk", json={"jwk": self.jwk}, headers=headers)


async def test_a_signed_in_device_registers_and_earns_tokens(plexbox: Client) -> None:
    device = Device(plexbox)
    assert (await device.exchange(await device.signed())).status_code == 422
    assert (await device.register("wrong")).status_code == 401
    token = await sign_in(plexbox, "olive")
    assert (await device.register(token)).status_code == 201
    proof = await device.signed()
    earned = (await device.exchange(proof)).json()["auth_token"]
    me = (await ask_account(plexbox, "/api/v2/user", earned)).json()
    assert (me["title"], me["authToken"]) == ("Olive", earned)
    servers = (await ask_account(plexbox, "/api/v2/resources", earned)).json()
    assert servers[0]["owned"] is True
    assert (await device.exchange(proof)).status_code == 422, "a nonce is good once"


async def test_a_pin_with_a_key_gives_its_token_to_that_key_only(plexbox: Client) -> None:
    device = Device(plexbox)
    body = {"jwk": device.jwk, "strong": True}
    pin = (await plexbox.http.post("/api/v2/pins", json=body, headers=JSON)).json()
    assert len(pin["code"]) > 4
    path = f"/api/v2/pins/{pin['id']}"
    proof = await device.signed()

    async def polled(proof: str | None) -> httpx2.Response:
        params = {"deviceJWT": proof} if proof else None
        return await plexbox.http.get(path, params=params, headers=JSON)

    assert (await polled(proof)).json()["authToken"] is None
    await plexbox.http.post(f"/sandbox/pins/{pin['code']}/approve", json={"user": "frida"})
    assert (await polled(None)).json()["authToken"] is None
    stranger = await device.signed(OKPKey.generate_key("Ed25519"))
    assert (await polled(stranger)).status_code == 422
    earned = (await polled(proof)).json()["authToken"]
    assert (await ask_account(plexbox, "/api/v2/user", earned)).json()["title"] == "Frida"
    again = (await device.exchange(await device.signed())).json()["auth_token"]
    assert (await ask_account(plexbox, "/api/v2/user", again)).json()["title"] == "Frida"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"exp": 1}, 498),
        ({"aud": "elsewhere"}, 422),
        ({"iss": "another client"}, 422),
        ({"nonce": "made up"}, 422),
    ],
)
async def test_what_is_wrong_with_a_proof(
    plexbox: Client, changes: dict[str, Any], status: int
) -> None:
    device = Device(plexbox)
    await device.register(await sign_in(plexbox, "olive"))
    answer = await device.exchange(await device.signed(**changes))
    assert answer.status_code == status
    assert answer.json()["errors"][0]["status"] == status


async def test_tokens_expire_and_can_be_verified(plexbox: Client) -> None:
    device = Device(plexbox)
    await device.register(await sign_in(plexbox, "olive"))
    token = (await device.exchange(await device.signed())).json()["auth_token"]
    keys = (await plexbox.http.get("/api/v2/auth/keys", headers=JSON)).json()["keys"]
    assert "d" not in keys[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        claims = jwt.decode(token, OKPKey.import_key(keys[0]), algorithms=["EdDSA"]).claims
    assert (claims["iss"], claims["aud"]) == ("plex.tv", ["plex.tv", "tests"])
    assert claims["thumbprint"] == "device-1"
    assert claims["exp"] - claims["iat"] == 7 * 86_400
    await plexbox.http.post("/sandbox/device-tokens", json={"lifetime_s": -1})
    late = (await device.exchange(await device.signed())).json()["auth_token"]
    assert (await ask_account(plexbox, "/api/v2/user", late)).status_code == 498
    assert (await ask_account(plexbox, "/api/v2/user", token)).status_code == 200
    await ask_account(plexbox, "/api/v2/users/signout", token, "DELETE")
    assert (await ask_account(plexbox, "/api/v2/user", token)).status_code == 401


@pytest.mark.parametrize("jwk", [None, {"kty": "RSA"}, {"kty": "OKP", "crv": "Ed25519", "x": "!"}])
async def test_only_keys_of_the_right_kind_are_taken(plexbox: Client, jwk: object) -> None:
    answer = await plexbox.http.post("/api/v2/pins", json={"jwk": jwk}, headers=JSON)
    assert answer.status_code == 422
