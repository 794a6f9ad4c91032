"""Accounts that come from a provider, and the tokens kept for them."""

import asyncio

import pytest

from tests.accounts.conftest import PASSWORD, Build, Server
from watchtogether.accounts.door import Door
from watchtogether.accounts.errors import (
    IdentityTaken,
    LastWayIn,
    SetupCodeNeeded,
    SignUpClosed,
    WrongCredentials,
)
from watchtogether.accounts.model import ProvenIdentity, SignUpPolicy

HOME = Door("127.0.0.1", loopback=True)
AWAY = Door("203.0.113.9", loopback=False)


def proven(
    subject: str = "1", username: str = "Ada", token: str | None = "plex token"
) -> ProvenIdentity:
    return ProvenIdentity("plex", subject, username, username, token)


async def test_the_first_to_sign_in_with_plex_owns_the_server(server: Server) -> None:
    owner = await server.accounts.find_or_create_for_identity(proven(), vouched=False, door=AWAY)
    assert (owner.role, owner.username, owner.display_name) == ("owner", "Ada", "Ada")
    assert await server.accounts.plex_username(owner.id) == "Ada"


async def test_owning_the_server_takes_the_code_by_plex_too(build: Build) -> None:
    server = build(setup_code="1234-5678")
    with pytest.raises(SetupCodeNeeded):
        await server.accounts.find_or_create_for_identity(proven(), vouched=True, door=AWAY)
    door = Door("203.0.113.9", loopback=False, setup_code="1234-5678")
    owner = await server.accounts.find_or_create_for_identity(proven(), vouched=True, door=door)
    assert owner.role == "owner"


async def test_coming_back_is_the_same_account_with_the_newest_token(server: Server) -> None:
    first = await server.accounts.find_or_create_for_identity(proven(), vouched=True, door=AWAY)
    again = await server.accounts.find_or_create_for_identity(
        proven(username="Renamed", token="newer"), vouched=False, door=AWAY
    )
    assert again.id == first.id
    assert await server.accounts.token_for(first.id, "plex") == "newer"
    assert await server.accounts.plex_username(first.id) == "Renamed"


@pytest.mark.parametrize(
    ("policy", "vouched", "let_in"),
    [
        ("open", False, True),
        ("plex", True, True),
        ("plex", False, False),
        ("closed", True, False),
    ],
)
async def test_who_may_make_an_account(
    build: Build, policy: SignUpPolicy, vouched: bool, let_in: bool
) -> None:
    server = build(sign_up=policy)
    await server.accounts.register("owner", PASSWORD, None, HOME)
    attempt = server.accounts.find_or_create_for_identity(proven(), vouched=vouched, door=AWAY)
    if let_in:
        assert (await attempt).role == "user"
    else:
        with pytest.raises(SignUpClosed):
            await attempt


async def test_a_name_that_is_taken_is_numbered(server: Server) -> None:
    await server.accounts.register("ada", PASSWORD, None, HOME)
    names = [
        (
            await server.accounts.find_or_create_for_identity(
                proven(subject, "Ada"), vouched=True, door=AWAY
            )
        ).username
        for subject in "12"
    ]
    assert names == ["Ada 2", "Ada 3"]


@pytest.mark.parametrize(
    ("given", "kept"), [("\u202eada\x00", "ada"), ("x" * 90, "x" * 40), ("\u200b", "plex")]
)
async def test_a_providers_name_is_tidied_not_refused(
    server: Server, given: str, kept: str
) -> None:
    account = await server.accounts.find_or_create_for_identity(
        proven(username=given), vouched=True, door=AWAY
    )
    assert account.username == kept


async def test_an_account_without_a_password_has_none_that_works(server: Server) -> None:
    await server.accounts.find_or_create_for_identity(proven(), vouched=True, door=AWAY)
    for password in ("", "None", "nobody has this password"):
        with pytest.raises(WrongCredentials):
            await server.accounts.login("Ada", password, HOME)


async def test_linking_plex_to_a_local_account(server: Server) -> None:
    account = await server.accounts.register("ada", PASSWORD, None, HOME)
    assert await server.accounts.token_for(account.id, "plex") is None
    await server.accounts.link_identity(account.id, proven())
    assert await server.accounts.token_for(account.id, "plex") == "plex token"
    back = await server.accounts.find_or_create_for_identity(proven(), vouched=False, door=AWAY)
    assert back == account


async def test_one_plex_account_links_to_one_of_ours(server: Server) -> None:
    ada = await server.accounts.register("ada", PASSWORD, None, HOME)
    bob = await server.accounts.register("bob", PASSWORD, None, HOME)
    await server.accounts.link_identity(ada.id, proven())
    with pytest.raises(IdentityTaken):
        await server.accounts.link_identity(bob.id, proven())
    assert await server.accounts.token_for(bob.id, "plex") is None


async def test_one_person_signing_in_twice_at_once_is_one_account(server: Server) -> None:
    await server.accounts.register("owner", PASSWORD, None, HOME)
    first, second = await asyncio.gather(
        *(
            server.accounts.find_or_create_for_identity(proven(), vouched=True, door=AWAY)
            for _ in range(2)
        )
    )
    assert first.id == second.id


async def test_two_links_that_go_at_once_leave_a_way_in(server: Server) -> None:
    for number in range(20):
        first = ProvenIdentity("github", f"{number}", f"ada{number}", "Ada", token=None)
        account = await server.accounts.find_or_create_for_identity(first, vouched=True, door=HOME)
        second = ProvenIdentity("google", f"{number}", "ada", "Ada", token=None)
        who = (await server.accounts.sign_in(account, "test")).principal
        await server.accounts.add_identity(account.id, second, keep=who.session_id)
        both = ("github", "google")
        await asyncio.gather(
            *(server.accounts.unlink_identity(who, name, both) for name in both),
            return_exceptions=True,
        )
        assert len(await server.accounts.identities(account.id)) >= 1


async def test_a_way_in_that_is_no_longer_set_up_counts_for_nothing(server: Server) -> None:
    first = ProvenIdentity("github", "1", "ada", "Ada", token=None)
    account = await server.accounts.find_or_create_for_identity(first, vouched=True, door=HOME)
    who = (await server.accounts.sign_in(account, "test")).principal
    second = ProvenIdentity("google", "1", "ada", "Ada", token=None)
    await server.accounts.add_identity(account.id, second, keep=who.session_id)
    with pytest.raises(LastWayIn):
        await server.accounts.unlink_identity(who, "github", ["github"])
    await server.accounts.unlink_identity(who, "google", ["github"])
