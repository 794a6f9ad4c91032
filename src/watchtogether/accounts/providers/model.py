"""What every provider has in common. No HTTP."""

import secrets
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from watchtogether.accounts.model import ProvenIdentity, Provider


@dataclass(frozen=True, slots=True)
class Client:
    """How this server is registered at a provider."""

    provider: Provider
    """In addresses and in the database, such as `google`."""
    label: str
    """On the button, such as `Google`."""
    client_id: str
    secret: SecretStr
    vouches: bool = False
    """Whether its word suffices to make an account where only people who are vouched for may."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One sign-in under way: what binds the provider's answer to the browser that asked."""

    redirect_uri: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    """Of PKCE (RFC 7636): only whoever began can redeem the code."""


class IdentityProvider(Protocol):
    """A provider that confirms who somebody is."""

    @property
    def client(self) -> Client:
        """How this server is registered there."""

    async def address(self, errand: Errand) -> str:
        """Where the browser is sent to. Raises `ProviderUnreachable`."""

    async def prove(self, errand: Errand, code: str, issuer: str | None) -> ProvenIdentity:
        """Who the provider says it was, for the code it gave the browser.

        `issuer` is what came along with the code (RFC 9207). Raises `ProviderRefused` for an
        answer that does not hold, `ProviderUnreachable` for none.
        """
