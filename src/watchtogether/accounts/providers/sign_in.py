"""A sign-in at a provider, from the press to the account. What lasts between is the browser's."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from watchtogether.accounts.door import Door
from watchtogether.accounts.errors import ProviderRefused, SignInForeign
from watchtogether.accounts.model import Account, Principal, Provider
from watchtogether.accounts.providers.model import Client, Errand, IdentityProvider
from watchtogether.accounts.secrets import SealBroken, SecretBox
from watchtogether.accounts.service import AccountService
from watchtogether.kit.clock import Clock
from watchtogether.kit.errors import NotFound
from watchtogether.kit.ids import AccountId, SessionId
from watchtogether.kit.rate_limit import GENERAL, RateLimiter

ERRAND_S = 600
"""So long somebody may take at the provider."""
_MAX_CODE, _MAX_BINDING = 2_000, 4_000
_HOME = "/"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it keeps meanwhile (a secret, in a cookie)."""

    url: str
    binding: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Whose account it is, and where in the page they wanted to go."""

    account: Account
    linked: bool
    """Linked to the account that was signed in already: no new session begins."""
    goes_to: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """The binding, opened."""

    provider: Provider
    errand: Errand
    until_wall_ms: int
    goes_to: str
    account_id: str | None
    """Whose account is to be linked, and by whom; None for a sign-in."""
    session_id: str | None


class ProviderSignIn:
    """Begins and ends sign-ins at the providers that are configured.

    What has to last until the provider answers is sealed into the browser's own cookie: nothing
    is stored here, and an answer that another browser brings along opens nothing (attack 16).
    """

    def __init__(
        self,
        *,
        providers: Iterable[IdentityProvider],
        accounts: AccountService,
        secrets: SecretBox,
        limiter: RateLimiter,
        clock: Clock,
    ) -> None:
        self._providers = {each.client.provider: each for each in providers}
        self._accounts = accounts
        self._secrets = secrets
        self._limiter = limiter
        self._clock = clock

    @property
    def clients(self) -> list[Client]:
        """Those that are configured, in the order of the buttons."""
        return [each.client for each in self._providers.values()]

    async def begin(
        self,
        name: str,
        redirect_uri: str,
        door: Door,
        *,
        goes_to: str = _HOME,
        linking: Principal | None = None,
    ) -> Begun:
        """Send somebody to a provider; `linking`, to make it a way into their account.

        Raises `NotFound` for a provider that is not configured, `ProviderUnreachable`,
        `TooManyRequests`.
        """
        provider = self._find(name)
        await self._limiter.hit(GENERAL, f"provider|{door.address}")
        errand = Errand(redirect_uri)
        kept = {
            "provider": name,
            "errand": asdict(errand),
            "until_wall_ms": self._clock.wall_ms() + ERRAND_S * 1000,
            "goes_to": own_path(goes_to),
            "account_id": linking.id if linking else None,
            "session_id": linking.session_id if linking else None,
        }
        return Begun(await provider.address(errand), self._secrets.seal(json.dumps(kept), _PLACE))

    async def finish(
        self,
        name: str,
        answer: Mapping[str, str],
        binding: str,
        session_id: SessionId | None,
        door: Door,
    ) -> Finished:
        """What the browser brought back. Linking is for the session that began it (`session_id`).

        Raises `NotFound`, `SignInForeign`, `ProviderRefused`, `ProviderUnreachable`,
        `IdentityTaken`, `AlreadyLinked`, `SignUpClosed`, `SetupCodeNeeded`, `AccountDisabled`,
        `TooManyRequests`.
        """
        provider = self._find(name)
        kept = self._opened(binding)
        state = answer.get("state", "")
        if kept.provider != name or not hmac.compare_digest(
            state.encode(), kept.errand.state.encode()
        ):
            raise SignInForeign
        if kept.session_id not in (None, session_id):
            raise SignInForeign
        await self._limiter.hit(GENERAL, f"provider|{door.address}")
        code = answer.get("code", "")
        if "error" in answer or not 0 < len(code) <= _MAX_CODE:
            raise ProviderRefused
        proven = await provider.prove(kept.errand, code, answer.get("iss"))
        if kept.account_id is None or kept.session_id is None:
            account = await self._accounts.find_or_create_for_identity(
                proven, vouched=provider.client.vouches, door=door
            )
            return Finished(account, linked=False, goes_to=kept.goes_to)
        account_id = AccountId(kept.account_id)
        await self._accounts.add_identity(account_id, proven, keep=SessionId(kept.session_id))
        linked = await self._accounts.account(account_id)
        if linked is None:
            raise SignInForeign
        return Finished(linked, linked=True, goes_to=kept.goes_to)

    def is_linking(self, binding: str) -> bool:
        """Whether the browser that keeps this set out to link, not to sign in."""
        try:
            return self._opened(binding).account_id is not None
        except SignInForeign:
            return False

    def _find(self, name: str) -> IdentityProvider:
        found = self._providers.get(name)
        if found is None:
            raise NotFound
        return found

    def _opened(self, binding: str) -> _Kept:
        if not 0 < len(binding) <= _MAX_BINDING:
            raise SignInForeign
        try:
            kept = json.loads(self._secrets.open(binding, _PLACE))
        except SealBroken as error:
            raise SignInForeign from error
        found = _Kept(**{**kept, "errand": Errand(**kept["errand"])})
        if found.until_wall_ms < self._clock.wall_ms():
            raise SignInForeign
        return found


_PLACE = "cookie|provider-errand"


def own_path(wanted: str) -> str:
    """A path of our own page; home for anything that a browser might take for another host."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    readable = len(wanted) <= 500 and wanted.isascii() and wanted.isprintable()
    return wanted if plain and readable and "\\" not in wanted else _HOME
