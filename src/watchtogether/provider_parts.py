"""Sign-in at other providers than Plex: its parts, built once each, when first asked for."""

from functools import cached_property

import httpx2

from watchtogether.accounts.providers.fetching import Fetcher
from watchtogether.accounts.providers.known import Registration, Registrations, known_providers
from watchtogether.accounts.providers.sign_in import ProviderSignIn
from watchtogether.accounts.secrets import SecretBox
from watchtogether.accounts.service import AccountService
from watchtogether.kit.clock import Clock
from watchtogether.kit.rate_limit import RateLimiter
from watchtogether.kit.web.hosts import is_loopback_host
from watchtogether.plex.addresses import AddressPolicy, open_client
from watchtogether.settings import Settings


class ProviderParts:
    """What stands between accounts and the providers that are configured."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        secrets: SecretBox,
        limiter: RateLimiter,
        accounts: AccountService,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._secrets = secrets
        self._limiter = limiter
        self._accounts = accounts

    @cached_property
    def http(self) -> httpx2.AsyncClient:
        """Speaks to this machine itself only when the owner's own provider runs on it."""
        here = is_loopback_host(httpx2.URL(self._settings.oidc_issuer).netloc.decode())
        return open_client(AddressPolicy(allow_loopback=here))

    @cached_property
    def sign_in(self) -> ProviderSignIn:
        return ProviderSignIn(
            providers=known_providers(
                _registrations(self._settings), Fetcher(self.http), self._clock
            ),
            accounts=self._accounts,
            secrets=self._secrets,
            limiter=self._limiter,
            clock=self._clock,
        )


def _registrations(settings: Settings) -> Registrations:
    return Registrations(
        oidc=Registration(settings.oidc_client_id, settings.oidc_client_secret),
        oidc_issuer=settings.oidc_issuer,
        oidc_name=settings.oidc_name,
        oidc_vouches=settings.oidc_vouches,
        google=Registration(settings.google_client_id, settings.google_client_secret),
        github=Registration(settings.github_client_id, settings.github_client_secret),
        discord=Registration(settings.discord_client_id, settings.discord_client_secret),
    )
