"""The authorization code grant with PKCE (RFC 6749 § 4.1, RFC 7636), as every provider has it."""

import base64
import hashlib

import httpx2

from watchtogether.accounts.errors import ProviderRefused
from watchtogether.accounts.providers.fetching import Fetcher, Json
from watchtogether.accounts.providers.model import Client, Errand


def asking_address(endpoint: str, client: Client, errand: Errand, **more: str) -> str:
    """Where to send the browser; what the endpoint's own address asks stays."""
    return str(
        httpx2.URL(endpoint).copy_merge_params(
            {
                "response_type": "code",
                "client_id": client.client_id,
                "redirect_uri": errand.redirect_uri,
                "state": errand.state,
                "code_challenge": _challenge(errand.verifier),
                "code_challenge_method": "S256",
                **more,
            }
        )
    )


async def redeem(
    fetcher: Fetcher, endpoint: str, client: Client, errand: Errand, code: str
) -> Json:
    """The tokens for a code. Raises `ProviderRefused`, `ProviderUnreachable`."""
    answer = await fetcher.post(
        endpoint,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": errand.redirect_uri,
            "client_id": client.client_id,
            "client_secret": client.secret.get_secret_value(),
            "code_verifier": errand.verifier,
        },
    )
    token = answer.get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise ProviderRefused  # GitHub says no with a status of 200
    return answer


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
