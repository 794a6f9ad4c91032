"""Providers that speak OAuth 2.0 without OpenID Connect: who it was, their interface is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from watchtogether.accounts.errors import ProviderRefused
from watchtogether.accounts.model import ProvenIdentity
from watchtogether.accounts.providers.codes import asking_address, redeem
from watchtogether.accounts.providers.fetching import Fetcher, Json, text
from watchtogether.accounts.providers.model import Client, Errand


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody, in a provider's words."""

    subject: str
    username: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is asked, and how its answer is read."""

    authorization: str
    token: str
    profile: str
    scope: str
    read: Callable[[Json], Profile | None]
    """None for an answer without an id."""


class OAuthProvider:
    """One such provider."""

    def __init__(self, client: Client, endpoints: Endpoints, fetcher: Fetcher) -> None:
        self.client = client
        self._endpoints = endpoints
        self._fetcher = fetcher

    async def address(self, errand: Errand) -> str:
        """As `IdentityProvider` says."""
        places = self._endpoints
        return asking_address(places.authorization, self.client, errand, scope=places.scope)

    async def prove(self, errand: Errand, code: str, issuer: str | None) -> ProvenIdentity:
        """As `IdentityProvider` says; what `issuer` would prove, the state of one provider does."""
        places = self._endpoints
        tokens = await redeem(self._fetcher, places.token, self.client, errand, code)
        profile = places.read(await self._fetcher.get(places.profile, str(tokens["access_token"])))
        if profile is None:
            raise ProviderRefused
        return ProvenIdentity(
            self.client.provider,
            profile.subject,
            profile.username,
            profile.display_name or profile.username,
            token=None,
        )


def _github(found: Json) -> Profile | None:
    """GET /user: `id` stays, `login` may change."""
    number = found.get("id")
    if type(number) is not int:
        return None
    login = text(found, "login") or ""
    return Profile(str(number), login, text(found, "name") or login)


def _discord(found: Json) -> Profile | None:
    """GET /users/@me: `id` is a snowflake as text."""
    subject = text(found, "id")
    if subject is None or not subject.isdigit():
        return None
    username = text(found, "username") or ""
    return Profile(subject, username, text(found, "global_name") or username)


GITHUB = Endpoints(
    authorization="https://github.com/login/oauth/authorize",
    token="https://github.com/login/oauth/access_token",  # noqa: S106 - an address
    profile="https://api.github.com/user",
    scope="read:user",
    read=_github,
)
DISCORD = Endpoints(
    authorization="https://discord.com/oauth2/authorize",
    token="https://discord.com/api/oauth2/token",  # noqa: S106 - an address
    profile="https://discord.com/api/users/@me",
    scope="identify",
    read=_discord,
)
GOOGLE_ISSUER = "https://accounts.google.com"
