"""From an empty server to a party of two, by mouse and keyboard alone."""

import re

from tests.browser.screen import Screen, sign_in
from tests.support.processes import Server


def become_owner(host: Screen, running: Server) -> None:
    """The first account of an empty server."""
    host.page.goto(running.url)
    host.page.get_by_label("Username").press_sequentially("olive")
    host.page.get_by_label("Password").press_sequentially("a long enough password")
    host.page.get_by_role("button", name="Make the account").click()


def connect_plex(host: Screen) -> None:
    """Through the sandbox's own page of the account service."""
    with host.context.expect_page() as opened:
        host.page.get_by_role("button", name="Connect Plex").click()
    plex_page = opened.value
    plex_page.get_by_role("button", name=re.compile("olive", re.IGNORECASE)).click()
    host.page.bring_to_front()
    host.page.get_by_role("link", name="Let me in").or_(
        host.page.get_by_role("button", name="Let me in")
    ).click()
    plex_page.close()


def start_party(host: Screen) -> None:
    """With the numbered film, from the library."""
    host.page.get_by_role("link", name="Library").click()
    host.page.get_by_role("link", name=re.compile("Numbers")).first.click()
    host.page.get_by_role("button", name="Start a party with this").click()
    host.page.wait_for_url("**/r/*")
    host.until_joined()


def join(friend: Screen, link: str, name: str) -> None:
    """By the link, as a guest."""
    friend.page.goto(link)
    friend.page.get_by_label("Your name").press_sequentially(name)
    friend.page.keyboard.press("Enter")
    friend.until_joined()


def take_seats(running: Server, room: str, host: Screen, **guests: Screen) -> None:
    """The owner by their account, the others by the link."""
    sign_in(host.page, running.url)
    host.page.goto(room)
    host.until_joined()
    for name, screen in guests.items():
        join(screen, room, name)
