"""The ways into an account in a real browser: a real OpenID Connect provider, and a password."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screen import Screen, open_screen, sign_in, violations
from tests.support import people
from tests.support.processes import Server, free_port
from tests.support.provider import CLIENT_ID, CLIENT_SECRET, oidc_provider

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose owner has set a provider of their own."""
    port = free_port()
    with oidc_provider(f"http://127.0.0.1:{port}/api/auth/oauth/oidc/callback") as issuer:
        chosen = {
            "SIGN_UP": "plex",
            "OIDC_ISSUER": issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_NAME": "Lighthouse",
            "OIDC_VOUCHES": "true",
        }
        settings = {f"WATCHTOGETHER_{name}": value for name, value in chosen.items()}
        server = Server(tmp_path_factory.mktemp("provider") / "data", settings, port)
        server.start()
        try:
            people.owner(server)
            yield server
        finally:
            server.stop()


@pytest.fixture
def screen(browser: Browser) -> Iterator[Screen]:
    opened = open_screen(browser)
    yield opened
    assert opened.complaints == []
    opened.context.close()


def _approve(page: Page, name: str) -> None:
    """At the provider: its own forms for who one is, and for what we may know."""
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill("any")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Continue").click()


def test_a_newcomer_signs_in_at_the_provider(running: Server, screen: Screen) -> None:
    page = screen.page
    page.goto(f"{running.url}library")
    way = page.get_by_role("link", name="Sign in with Lighthouse")
    expect(way).to_be_visible()
    assert violations(screen) == []
    way.focus()
    page.keyboard.press("Enter")
    _approve(page, "ada")
    page.wait_for_url(f"{running.url}library")  # where they wanted to go
    page.goto(f"{running.url}settings")
    expect(page.get_by_text("ada of the provider")).to_be_visible()
    expect(page.get_by_text("Linked as ada")).to_be_visible()
    page.get_by_role("button", name="Unlink Lighthouse").click()
    expect(page.get_by_text("the only way into your account")).to_be_visible()


def test_who_says_no_there_reads_so_and_can_try_again(running: Server, screen: Screen) -> None:
    page = screen.page
    page.goto(running.url)
    page.get_by_role("link", name="Sign in with Lighthouse").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("alert")).to_have_text(
        "The sign-in there did not succeed. Please try again."
    )
    expect(page.get_by_role("link", name="Sign in with Lighthouse")).to_be_visible()


def test_the_owner_links_the_provider_and_unlinks_it(running: Server, screen: Screen) -> None:
    page = screen.page
    sign_in(page, running.url)
    page.goto(f"{running.url}settings")
    page.get_by_role("button", name="Link Lighthouse").click()
    _approve(page, "olive-there")
    expect(page.get_by_text("Linked as olive-there")).to_be_visible()
    assert violations(screen) == []
    page.get_by_role("button", name="Unlink Lighthouse").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not linked")).to_be_visible()


def test_a_changed_password_signs_the_other_devices_out(
    running: Server, browser: Browser, screen: Screen
) -> None:
    """The last one: it changes the owner's password."""
    page, other = screen.page, open_screen(browser)
    for each in (page, other.page):
        sign_in(each, running.url)
    page.goto(f"{running.url}settings")
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Present password").fill("not this one")
    page.get_by_label("New password").fill("another long password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the right username or password")
    assert violations(screen) == []
    page.get_by_label("Present password").fill("a long enough password")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("The password is changed.")).to_be_visible()
    expect(page.get_by_label("New password")).to_have_count(0)
    other.page.goto(f"{running.url}settings")
    expect(other.page.get_by_label("Username")).to_be_visible()
    other.context.close()
