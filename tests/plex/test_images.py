"""Pictures: links that carry their permission, and what is let through behind them."""

import asyncio
from io import BytesIO
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
from PIL import Image
from pydantic import SecretStr

from tests.plex.conftest import World
from tests.plex.loopback import answer, loopback
from tests.support.clock import FakeClock
from watchtogether.kit.errors import AppError, NotFound
from watchtogether.kit.ids import AccountId, ServerId
from watchtogether.kit.tasks import Background
from watchtogether.plex.addresses import AddressPolicy, open_client
from watchtogether.plex.client import PlexHttp, Product, ServerAccess
from watchtogether.plex.errors import ImageLinkInvalid, ImagePathRefused, ImageRefused
from watchtogether.plex.images import ImageLinks, Images, PictureCache, check_path
from watchtogether.plex.library import Library

PATH = "/library/metadata/108/thumb/1663510739"
SERVER, ACCOUNT = ServerId("m1"), AccountId("acc_1")
LINKS = ImageLinks(b"k" * 32)


def sig_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["sig"][0]


def link(path: str = PATH) -> str:
    url = LINKS.url(SERVER, path, "poster", ACCOUNT)
    assert url is not None
    return url


def test_links_are_relative_stable_and_tell_no_account() -> None:
    url = link()
    assert url.startswith(f"api/plex/image?server=m1&path={PATH}&size=poster&sig=")
    assert url == link()
    assert ACCOUNT not in url
    assert LINKS.account(SERVER, PATH, "poster", sig_of(url)) == ACCOUNT


def test_altered_links_are_refused() -> None:
    sig = sig_of(link())
    other = ImageLinks(b"x" * 32).url(SERVER, PATH, "poster", ACCOUNT)
    assert other is not None
    for arguments in (
        (ServerId("m2"), PATH, "poster", sig),
        (SERVER, PATH + "0", "poster", sig),
        (SERVER, PATH, "backdrop", sig),
        (SERVER, PATH, "poster", sig[:-2] + ("AA" if sig[-2:] != "AA" else "BB")),
        (SERVER, PATH, "poster", sig_of(other)),
        (SERVER, PATH, "poster", ""),
        (SERVER, PATH, "poster", "ä!"),
    ):
        with pytest.raises(ImageLinkInvalid):
            LINKS.account(*arguments)


TRAVERSALS = [
    "/library/../prefs",
    "/library/..%2fprefs",
    "/library/%2e%2e/prefs",
    "/library/%252e%252e/prefs",
    "/library/a%00b",
    "/library/a\x00b",
    "/library\\..\\prefs",
    "/library/./x",
    "/library//x",
    "/prefs",
    "/:/prefs",
    "/library/metadata/1?x=1",
    "library/metadata/1/thumb",
    "/library/metadata/1/thumb#a",
    "",
]
ABSOLUTES = [
    "http://169.254.169.254/latest/meta-data",
    "https://evil.example/x.png",
    "//evil.example/x.png",
    "/\\evil.example/x",
    "%68ttp://evil.example/",
    "%2f%2fevil.example/x",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    " http://evil.example/",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_attack_46_paths_outside_are_not_there(path: str) -> None:
    with pytest.raises(NotFound):
        check_path(path)
    assert LINKS.url(SERVER, path, "poster", ACCOUNT) is None


@pytest.mark.parametrize("path", ABSOLUTES)
def test_attack_47_absolute_addresses_are_refused(path: str) -> None:
    with pytest.raises(ImagePathRefused) as refused:
        check_path(path)
    assert refused.value.status == 400
    assert LINKS.url(SERVER, path, "poster", ACCOUNT) is None


def test_plexs_own_paths_are_fine() -> None:
    for path in (PATH, "/library/sections/1/composite/1605409122", "/:/resources/movie-fanart.jpg"):
        assert check_path(path) == path
        assert LINKS.url(SERVER, path, "thumb", ACCOUNT) is not None


async def test_anybody_with_the_link_sees_the_picture(world: World) -> None:
    browser = await world.signed_in("olive")
    item = (await browser.get(f"/api/plex/items/{world.key_of('Night Mail')}")).json()
    stranger = world.program()
    shown = await stranger.get("/" + item["poster"])
    assert shown.status_code == 200, shown.text
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"].startswith("private")
    width, height = Image.open(BytesIO(shown.content)).size
    assert width <= 600
    assert height <= 600
    again = await stranger.get(
        "/" + item["poster"], headers={"If-None-Match": shown.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_one_picture_is_fetched_once(world: World) -> None:
    browser = await world.signed_in("olive")
    item = (await browser.get(f"/api/plex/items/{world.key_of('Night Mail')}")).json()
    world.wire.requests.clear()
    stranger = world.program()
    answers = await asyncio.gather(*(stranger.get("/" + item["poster"]) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert world.wire.paths() == ["/photo/:/transcode"]


async def test_attack_46_47_50_at_the_door(world: World) -> None:
    browser = await world.signed_in("olive")
    for path, status in ((p, 404) for p in TRAVERSALS):
        answer = await browser.get(
            f"/api/plex/image?server=x&size=poster&sig=x&path={quote(path, safe='')}"
        )
        assert answer.status_code == status, path
    for path in ABSOLUTES:
        answer = await browser.get(
            "/api/plex/image", params={"server": "x", "size": "poster", "sig": "x", "path": path}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "image_path_refused")
    large = await browser.get(
        "/api/plex/image", params={"server": "x", "size": "99999", "sig": "x", "path": PATH}
    )
    assert large.status_code == 422
    unsigned = await browser.get(
        "/api/plex/image", params={"server": "x", "size": "poster", "path": PATH}
    )
    assert (unsigned.status_code, unsigned.json()["code"]) == (403, "image_link_invalid")


async def test_attack_49_clients_own_parameters_never_reach_plex(world: World) -> None:
    browser = await world.signed_in("olive")
    item = (await browser.get(f"/api/plex/items/{world.key_of('Night Mail')}")).json()
    world.wire.requests.clear()
    await world.program().get(
        f"/{item['poster']}&X-Plex-Token=mine&protocol=file&width=9999",
        headers={"X-Plex-Token": "mine", "X-Forwarded-For": "127.0.0.1"},
    )
    (sent,) = [r for r in world.wire.requests if r.url.path != "/identity"]
    assert sorted(sent.url.params) == ["height", "minSize", "upscale", "url", "width"]
    assert sent.url.params["width"] == "300"
    assert sent.headers["x-plex-token"] == world.box.state.server_token("olive")
    assert "x-forwarded-for" not in sent.headers


def _jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", ImageRefused),
        (b"<html><script>1</script></html>", "text/html", ImageRefused),
        (b"<html><script>1</script></html>", "image/jpeg", ImageRefused),
        (b"GIF89a", "image/gif", ImageRefused),
        (b"", "image/png", ImageRefused),
        (_jpeg(), "", ImageRefused),
        (_jpeg(), "image/jpeg", None),
        (_jpeg(), "Image/JPEG; charset=x", None),
    ],
)
async def test_attack_51_only_harmless_pictures(
    background: Background, body: bytes, content_type: str, error: type[AppError] | None
) -> None:
    async with loopback(answer(body, content_type=content_type)) as server:
        client = open_client(AddressPolicy(allow_loopback=True))
        images = _images(client, background, server.base_url)
        if error is None:
            picture = await images.picture(SERVER, PATH, "poster", sig_of(link()))
            assert picture.content_type == "image/jpeg"
        else:
            with pytest.raises(error) as refused:
                await images.picture(SERVER, PATH, "poster", sig_of(link()))
            assert refused.value.status == 415
        await client.aclose()


class _OneServer:
    """Always the same access."""

    def __init__(self, base_url: str) -> None:
        self._access = ServerAccess(SERVER, base_url, SecretStr("t"), ACCOUNT)

    async def find(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return self._access

    async def ready(self, account_id: AccountId, server_id: ServerId) -> ServerAccess:
        return self._access

    def doubt(self, access: ServerAccess) -> None:
        raise AssertionError("it did answer")


def _images(client: httpx2.AsyncClient, background: Background, base_url: str) -> Images:
    clock = FakeClock()
    cache = PictureCache(clock, background, capacity=1_000_000, weigh=lambda p: len(p.body))
    library = Library(PlexHttp(client, Product("id"), clock))
    return Images(LINKS, _OneServer(base_url), library, cache)
