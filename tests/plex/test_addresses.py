"""The SSRF guard: attacks 37 to 45 of the list in `security`."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

import httpcore2
import httpx2
import pytest
from pydantic import SecretStr

from tests.plex.loopback import answer, loopback
from tests.support.clock import FakeClock
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.plex.addresses import AddressPolicy, GuardedBackend, check_url, open_client
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.errors import PlexAddressRefused, PlexUnreachable
from watchtogether.plex.model import Connection
from watchtogether.plex.probing import candidates, first_reached

HOME = AddressPolicy()
STRICT = AddressPolicy(allowed_networks=[ip_network("192.168.7.0/24"), ip_network("fd12::/16")])
LOOPBACK = AddressPolicy(allow_loopback=True)


class Names:
    """A resolver that answers what a test says, one answer after another."""

    def __init__(self, *answers: Sequence[str] | OSError) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(found, OSError):
            raise found
        return found


class Recorder(httpcore2.AsyncNetworkBackend):
    """Remembers where connections went, and refuses them."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[object] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.tried.append(host)
        raise httpcore2.ConnectError("recorded")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
    ],
)
@pytest.mark.parametrize("policy", [HOME, STRICT, LOOPBACK])
def test_attack_37_metadata_and_odd_ranges_are_always_refused(
    policy: AddressPolicy, address: str
) -> None:
    assert not policy.allows(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:169.254.169.254",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "::7f00:1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "127.0.0.1",
        "127.8.9.10",
        "::1",
    ],
)
def test_attack_38_wrapped_loopback_is_refused(address: str) -> None:
    assert not HOME.allows(ip_address(address))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"])
async def test_attack_38_odd_spellings_are_judged_by_what_they_mean(host: str) -> None:
    async with loopback(answer(b"{}")) as server:
        client = open_client(HOME)
        with pytest.raises((PlexAddressRefused, httpx2.TransportError, httpx2.InvalidURL)):
            await client.get(f"http://{host}:{server.port}/")
        await client.aclose()
    assert server.heads == []


async def test_attack_39_rebinding_name_is_pinned() -> None:
    names = Names(["93.184.215.14"], ["127.0.0.1"])
    wire = Recorder()
    backend = GuardedBackend(AddressPolicy(resolve=names), wire)
    with pytest.raises(httpcore2.ConnectError):
        await backend.connect_tcp("rebind.example", 80)
    assert wire.tried == ["93.184.215.14"]
    with pytest.raises(PlexAddressRefused):
        await backend.connect_tcp("rebind.example", 80)
    assert names.asked == ["rebind.example", "rebind.example"]
    assert wire.tried == ["93.184.215.14"]


async def test_attack_39_name_stays_in_host_header_while_the_address_is_pinned() -> None:
    async with loopback(answer(b'{"MediaContainer": {}}')) as server:
        policy = AddressPolicy(allow_loopback=True, resolve=Names(["127.0.0.1"]))
        client = open_client(policy)
        await client.get(f"http://cinema.example:{server.port}/identity")
        await client.aclose()
    assert f"host: cinema.example:{server.port}".encode() in server.heads[0].lower()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://a:70/_x",
        "ftp://a/",
        "unix:/x",
        "//a",
        "a:32400",
        "",
        "http://",
    ],
)
def test_attack_41_only_http_and_https(url: str) -> None:
    with pytest.raises(PlexAddressRefused) as refused:
        check_url(url)
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "url",
    [
        "http://good.example@evil.example/",
        "http://good.example:80@evil.example/",
        "http://evil.example#@good.example/",
        "http://evil.example\\@good.example/",
        "http://good.example\\.evil.example/",
        "http://a b/",
        "http://a\r\nHost: b/",
        "http://a/%2e%2e/../x",
        "http://a/?x=1",
        "http://exämple.org/",
        "http://a:99999999/",
    ],
)
def test_attack_42_one_parser_and_no_tricks(url: str) -> None:
    with pytest.raises(PlexAddressRefused):
        check_url(url)


def test_ordinary_addresses_are_fine() -> None:
    for url in (
        "http://192.168.1.5:32400",
        "https://192-168-1-5.0123456789abcdef.plex.direct:32400",
        "http://[fd12:3456::1]:32400",
        "https://plex.example.org/base",
    ):
        assert check_url(url + "/") == url


async def test_attack_43_one_bad_address_refuses_the_name() -> None:
    wire = Recorder()
    names = Names(["93.184.215.14", "169.254.169.254"])
    backend = GuardedBackend(AddressPolicy(resolve=names), wire)
    with pytest.raises(PlexAddressRefused):
        await backend.connect_tcp("both.example", 80)
    assert wire.tried == []


def test_attack_43_private_ranges_outside_the_operators_list() -> None:
    assert HOME.allows(ip_address("10.0.0.5"))
    assert HOME.allows(ip_address("100.64.1.1"))
    assert HOME.allows(ip_address("fd12::5"))
    assert STRICT.allows(ip_address("192.168.7.9"))
    assert STRICT.allows(ip_address("::ffff:192.168.7.9"))
    assert STRICT.allows(ip_address("fd12::5"))
    assert STRICT.allows(ip_address("93.184.215.14"))
    for outside in ("10.0.0.5", "192.168.8.1", "fd13::5", "::ffff:10.0.0.5"):
        assert not STRICT.allows(ip_address(outside))
    assert LOOPBACK.allows(ip_address("127.0.0.1"))
    assert LOOPBACK.allows(ip_address("::1"))


@pytest.mark.parametrize("failure", [OSError("no such name"), [], ["not an address"]])
async def test_attack_44_names_that_do_not_resolve(failure: OSError | list[str]) -> None:
    wire = Recorder()
    backend = GuardedBackend(AddressPolicy(resolve=Names(failure)), wire)
    with pytest.raises((httpcore2.ConnectError, PlexAddressRefused)):
        await backend.connect_tcp("nowhere.example", 80)
    assert wire.tried == []


async def test_attack_44_is_told_as_unreachable() -> None:
    client = open_client(AddressPolicy(resolve=Names(OSError("no such name"))))
    http = PlexHttp(client, Product("id"), FakeClock())
    server = ServerAccess(ServerId("m"), "http://nowhere.example", SecretStr("t"), AccountId("acc"))
    with pytest.raises(PlexUnreachable):
        await http.get_json(server, "/")
    await client.aclose()


async def test_attack_45_wrong_machine_never_sees_a_token() -> None:
    other = b'{"MediaContainer": {"machineIdentifier": "somebody-else"}}'
    async with loopback(answer(other)) as sink:
        client = open_client(LOOPBACK)
        http = PlexHttp(client, Product("id"), FakeClock())
        assert await first_reached(http, ServerId("wanted"), [sink.base_url]) is None
        await client.aclose()
    assert len(sink.heads) == 1
    assert sink.heads[0].startswith(b"GET /identity HTTP/1.1")
    assert b"x-plex-token" not in sink.heads[0].lower()


async def test_unix_sockets_are_refused() -> None:
    with pytest.raises(PlexAddressRefused):
        await GuardedBackend(HOME).connect_unix_socket("/run/x")


def test_best_addresses_first_and_local_ones_only_from_inside() -> None:
    relay = Connection("https://relay:8443", local=False, relay=True)
    remote = Connection("https://remote:32400", local=False, relay=False)
    local = Connection("https://local:32400", local=True, relay=False)
    plain = Connection("http://local:32400", local=True, relay=False)
    bad = Connection("ftp://x", local=True, relay=False)
    listed = [relay, plain, remote, bad, local]
    assert candidates(listed, local_too=True) == [
        "https://local:32400",
        "http://local:32400",
        "https://remote:32400",
        "https://relay:8443",
    ]
    assert candidates(listed, local_too=False) == ["https://remote:32400", "https://relay:8443"]
    assert candidates(listed, local_too=True, last="https://remote:32400")[0] == (
        "https://remote:32400"
    )


async def test_better_address_wins_even_when_it_answers_later() -> None:
    good = b'{"MediaContainer": {"machineIdentifier": "m"}}'
    async with loopback(answer(good)) as one, loopback(answer(good)) as two:
        client = open_client(LOOPBACK)
        http = PlexHttp(client, Product("id"), FakeClock())
        dead = "http://127.0.0.1:9"
        found = await first_reached(http, ServerId("m"), [dead, one.base_url, two.base_url])
        await client.aclose()
    assert found is not None
    assert found.base_url == one.base_url


async def test_resolving_counts_against_the_connect_timeout() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    started = time.monotonic()
    with pytest.raises(httpcore2.ConnectTimeout):
        await GuardedBackend(AddressPolicy(resolve=never)).connect_tcp("x", 80, timeout=0.05)
    assert time.monotonic() - started < 2
