"""Who exists on this server's account service, by option."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from plexsandbox.accounts import FRIDA, KIT, MORE, OLIVE, STEN, Account
from plexsandbox.options import Options


class People:
    """The owner's home, her friends, and strangers."""

    def __init__(self, options: Options, users_of_server: Collection[str] | None = None) -> None:
        """`users_of_server` narrows those who may use the server."""
        owner = replace(OLIVE, pin=options.admin_pin)
        known = [owner, FRIDA, STEN, KIT, *(MORE if options.more_people else ())]
        if users_of_server is not None:
            known = [replace(each, server=each.user in users_of_server) for each in known]
        self._by_user: dict[str, Account] = {account.user: account for account in known}

    @property
    def owner(self) -> Account:
        return self._by_user[OLIVE.user]

    @property
    def all(self) -> list[Account]:
        return list(self._by_user.values())

    @property
    def home(self) -> list[Account]:
        return [account for account in self.all if account.home]

    @property
    def friends(self) -> list[Account]:
        return [a for a in self.all if a.server and not a.home]

    @property
    def able_to_sign_in(self) -> list[Account]:
        """Those who can approve a PIN; the others are reached by switching the home's user."""
        return [account for account in self.all if not account.managed]

    def find(self, user: str | None) -> Account | None:
        return self._by_user.get(user) if user else None
