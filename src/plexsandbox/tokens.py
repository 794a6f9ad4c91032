"""Which token speaks for whom, and where."""

from __future__ import annotations

import secrets
import time

from plexsandbox.accounts import Account
from plexsandbox.device_keys import DeviceKeys
from plexsandbox.people import People
from plexsandbox.state import State


class Tokens:
    """Account tokens are good at plex.tv only, server tokens on the media server only."""

    def __init__(self, state: State, people: People, device_keys: DeviceKeys) -> None:
        self._state = state
        self._device_keys = device_keys
        self._people = people
        self._transient: dict[str, Account] = {}
        self._revoked: set[tuple[str, str]] = set()
        for account in people.all:
            state.account_token(account.user)
            if account.server:
                state.server_token(account.user)

    def account(self, token: str | None) -> Account | None:
        """Raises `BadDevice` for a device's token that has expired."""
        if not token:
            return None
        user = self._state.user_of_account_token(token)
        account = self._people.find(user or self._device_keys.user_of(token, time.time()))
        return account if account and self._good("plextv", token, account) else None

    def on_server(self, token: str | None) -> Account | None:
        if not token:
            return None
        account = self._transient.get(token)
        if account is None:
            account = self._people.find(self._state.user_of_server_token(token))
        if account is not None and not account.server:
            return None
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
        if token.count(".") == 2:
            self.revoke("plextv", token)
        elif account is not None and token != self._state.account_token(account.user):
            self._state.forget_account_token(token)

    def all(self) -> tuple[str, ...]:
        """Of every account and server, and the delegated ones."""
        return (*self._state.tokens(), *self._transient)

    def forget_transient(self) -> None:
        self._transient.clear()

    def transient(self, account: Account) -> str:
        """A delegated token for a player; forgotten when the server ends."""
        token = f"transient-{secrets.token_hex(8)}"
        self._transient[token] = account
        return token
