"""The people that the sandbox knows; which of them exist is said by `people.py`."""

from __future__ import annotations

from dataclasses import dataclass


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
LINA = Account("lina", 11005, "e7d5a6b9f8c1ab5c", "Lina", "lina@example.com")
BO = Account("bo", 11006, "f8e6b7cab9d2bc6d", "Bo", None, home=True)
MORE = (LINA, BO)
"""By option: a friend who sees one section only, and a child without PIN who sees little."""
ACCOUNTS = {account.user: account for account in (OLIVE, FRIDA, STEN, KIT, *MORE)}
