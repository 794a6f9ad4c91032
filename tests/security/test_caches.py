"""Attack 56: whoever may not see something is not told either that they have it already."""

import httpx2

from tests.support.people import Person, films, guest, party, seat
from tests.support.processes import Server


async def test_attack_32_56_a_segment_that_is_held_is_not_confirmed_to_who_was_shown_out(
    running: Server, olive: Person
) -> None:
    code = party(olive, films(olive)[0])
    ann = guest(running, code, "Ann")
    async with seat(olive, code) as host, seat(ann, code) as taken:
        segment = await _first_segment(running, ann, code)
        async with httpx2.AsyncClient(timeout=30) as client:
            tag = (await client.get(segment)).raise_for_status().headers["etag"]
            held = {"If-None-Match": tag}
            assert (await client.get(segment, headers=held)).status_code == 304
            shown_out = await host.command("member:kick", member_id=taken.joined["you"]["id"])
            assert shown_out["ok"], shown_out
            assert (await client.get(segment, headers=held)).status_code == 403
    olive.http.delete(f"api/rooms/{code}").raise_for_status()  # others count the conversions


async def _first_segment(running: Server, person: Person, code: str) -> str:
    """Its address, as a player finds it."""
    at = httpx2.URL(running.url).join(person.post(f"api/rooms/{code}/ticket")["url"])
    async with httpx2.AsyncClient(timeout=30) as client:
        while not at.path.endswith(".ts"):
            listed = (await client.get(at)).raise_for_status().text.splitlines()
            at = at.join(next(line for line in listed if line and not line.startswith("#")))
    return str(at)


def test_attack_56_a_picture_that_is_held_is_not_confirmed_without_its_signature(
    running: Server, olive: Person
) -> None:
    poster = httpx2.URL(running.url).join(films(olive)[0]["poster"])
    tag = httpx2.get(poster).raise_for_status().headers["etag"]
    held = {"If-None-Match": tag}
    assert httpx2.get(poster, headers=held).status_code == 304
    forged = poster.copy_set_param("sig", "A" * len(poster.params["sig"]))
    assert httpx2.get(forged, headers=held).status_code in {400, 403, 404}
