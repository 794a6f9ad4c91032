"""The providers that this server can speak to, made from what the owner has set."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr

from watchtogether.accounts.providers.fetching import Fetcher
from watchtogether.accounts.providers.model import Client, IdentityProvider
from watchtogether.accounts.providers.oauth import (
    DISCORD,
    GITHUB,
    GOOGLE_ISSUER,
    OAuthProvider,
)
from watchtogether.accounts.providers.oidc import OidcProvider
from watchtogether.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Registration:
    """An id and a secret that a provider has given to this server."""

    client_id: str
    secret: SecretStr

    def __bool__(self) -> bool:
        return bool(self.client_id)


@dataclass(frozen=True, slots=True)
class Registrations:
    """What the owner has set; empty ones are not offered."""

    oidc: Registration
    oidc_issuer: str
    oidc_name: str
    oidc_vouches: bool
    google: Registration
    github: Registration
    discord: Registration


def known_providers(
    given: Registrations, fetcher: Fetcher, clock: Clock
) -> Iterator[IdentityProvider]:
    """Those that are set, the owner's own first."""
    if given.oidc:
        client = Client(
            "oidc", given.oidc_name, given.oidc.client_id, given.oidc.secret, given.oidc_vouches
        )
        yield OidcProvider(client, given.oidc_issuer, fetcher, clock)
    if given.google:
        client = Client("google", "Google", given.google.client_id, given.google.secret)
        yield OidcProvider(client, GOOGLE_ISSUER, fetcher, clock)
    if given.github:
        client = Client("github", "GitHub", given.github.client_id, given.github.secret)
        yield OAuthProvider(client, GITHUB, fetcher)
    if given.discord:
        client = Client("discord", "Discord", given.discord.client_id, given.discord.secret)
        yield OAuthProvider(client, DISCORD, fetcher)
