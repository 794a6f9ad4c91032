"""The people of the sandbox, and which token speaks for whom."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from plexsandbox.state import State


@dataclass(frozen=True, slots=True)
class Account:
    """`server` says whether the account may use this server; `home` is Olive's Plex Home."""

    user: str
    id: int
    uuid: str
    title: str
    email: str | None
    owner: bool = False
    server: bool = True
    home: bool = False
    pin: str | None = None

    @property
    def managed(self) -> bool:
        """A member of a home who has no sign-in of their own."""
        return self.email is None


OLIVE = Account(
    "olive", 11001, "a3f1c2d4e5b60718", "Olive", "olive@example.com", owner=True, home=True
)
FRIDA = Account("frida", 11002, "b4e2d3c5f6a71829", "Frida", "frida@example.com")
STEN = Account("sten", 11003, "c5d3e4b6a7f8293a", "Sten", "sten@example.com", server=False)
KIT = Account("kit", 11004, "d6c4f5a7b8e93a4b", "Kit", None, home=True, pin="1234")
ACCOUNTS = {account.user: account for account in (OLIVE, FRIDA, STEN, KIT)}
SIGN_IN = (OLIVE, FRIDA, STEN)
"""Those who can approve a PIN; Kit is reached by switching the home's user."""


class Tokens:
    """Account tokens are good at plex.tv only, server tokens on the media server only."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._transient: dict[str, Account] = {}
        self._revoked: set[tuple[str, str]] = set()
        for user, account in ACCOUNTS.items():
            state.account_token(user)
            if account.server:
                state.server_token(user)

    def account(self, token: str | None) -> Account | None:
        user = self._state.user_of_account_token(token) if token else None
        account = ACCOUNTS.get(user) if user else None
        return account if token and account and self._good("plextv", token, account) else None

    def on_server(self, token: str | None) -> Account | None:
        if not token:
            return None
        account = self._transient.get(token)
        if account is None:
            user = self._state.user_of_server_token(token)
            account = ACCOUNTS.get(user) if user else None
        return account if account and self._good("server", token, account) else None

    def revoke(self, where: str, name: str) -> None:
        """`where` is `server` or `plextv`, `name` a token or a user; not kept."""
        self._revoked.add((where, name))

    def restore(self, where: str, name: str) -> None:
        self._revoked.discard((where, name))

    def _good(self, where: str, token: str, account: Account) -> bool:
        return not {(where, token), (where, account.user)} & self._revoked

    def for_account(self, account: Account) -> str:
        return self._state.account_token(account.user)

    def for_server(self, account: Account) -> str | None:
        return self._state.server_token(account.user) if account.server else None

    def new_for_account(self, account: Account) -> str:
        """A token of its own for one device, so that signing out there ends only that."""
        return self._state.new_account_token(account.user)

    def forget(self, token: str) -> None:
        """Signing out; the account's first token stays, since the ready line has told it."""
        account = self.account(token)
        if account is not None and token != self._state.account_token(account.user):
            self._state.forget_account_token(token)

    def forget_transient(self) -> None:
        self._transient.clear()

    def transient(self, account: Account) -> str:
        """A delegated token for a player; forgotten when the server ends."""
        token = f"transient-{secrets.token_hex(8)}"
        self._transient[token] = account
        return token
