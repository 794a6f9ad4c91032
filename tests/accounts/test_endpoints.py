"""The account endpoints, through every middleware."""

import pytest

from tests.accounts.conftest import (
    PASSWORD,
    ROOM,
    Build,
    Server,
    bearer,
    code_of,
    login,
    register,
)


async def test_setup_tells_a_first_run(server: Server) -> None:
    async with server.browser() as page:
        before = (await page.get("/api/setup")).json()
        await register(page)
        after = (await page.get("/api/setup")).json()
    assert before == {
        "first_run": True,
        "sign_up": "open",
        "providers": ["local", "plex"],
        "others": [],
        "demo": False,
        "secure": False,
        "version": "0.0.1",
        "setup_code_needed": False,
    }
    assert after["first_run"] is False


async def test_the_first_account_owns_the_server_and_later_ones_do_not(server: Server) -> None:
    async with server.browser() as first, server.browser() as second:
        owner = (await register(first, "Ada")).json()
        user = (await register(second, "Bob")).json()
    assert owner == {
        "account": {
            "id": owner["account"]["id"],
            "username": "Ada",
            "display_name": "Ada",
            "role": "owner",
            "plex": {"linked": False, "username": None},
        }
    }
    assert user["account"]["role"] == "user"


async def test_a_browser_is_signed_in_by_cookies_alone(server: Server) -> None:
    async with server.browser() as page:
        answer = await register(page)
        me = await page.get("/api/auth/me")
    assert set(answer.json()) == {"account"}
    assert me.json()["account"]["username"] == "ada"
    assert me.json()["guest"] is None


async def test_a_program_is_given_tokens_and_goes_on_with_a_bearer(server: Server) -> None:
    async with server.client() as setup:
        await register(setup)
        tokens = (await login(setup)).json()
    async with server.client(**bearer(tokens["access_token"])) as program:
        me = await program.get("/api/auth/me")
    assert (tokens["token_type"], tokens["expires_in_s"]) == ("bearer", 600)
    assert me.json()["account"] == tokens["account"]


async def test_a_program_may_hold_several_sessions_in_one_cookie_jar(server: Server) -> None:
    async with server.client() as program:
        ada = (await register(program, "ada")).json()["access_token"]
        bob = (await register(program, "bob")).json()["access_token"]
        names = [
            (await program.get("/api/auth/me", headers=bearer(token))).json()["account"]["username"]
            for token in (ada, bob)
        ]
    assert names == ["ada", "bob"]


async def test_me_is_401_for_a_stranger(server: Server) -> None:
    async with server.browser() as page:
        answer = await page.get("/api/auth/me")
    assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")


async def test_me_names_a_guest_and_their_room(server: Server) -> None:
    grant = await server.accounts.create_guest(ROOM, "  Zoë  ", "Firefox on Linux")
    async with server.client(**bearer(grant.access_token)) as guest:
        me = await guest.get("/api/auth/me")
        refused = await guest.post(
            "/api/auth/password", json={"current_password": "x", "new_password": "y"}
        )
    assert me.json() == {
        "account": None,
        "guest": {"id": grant.principal.id, "name": "Zoë", "room_code": "abc-def-ghj"},
    }
    assert (grant.principal.kind, grant.principal.room_id) == ("guest", ROOM)
    assert (refused.status_code, code_of(refused)) == (403, "account_needed")


async def test_signing_in_ignores_case_and_spaces(server: Server) -> None:
    async with server.browser() as page:
        await register(page, "Ada  Lovelace")
        assert (await login(page, " ADA lovelace ")).status_code == 200


@pytest.mark.parametrize("taken", ["ada", "ADA", "ａｄａ"])
async def test_a_username_is_unique_without_regard_to_case(server: Server, taken: str) -> None:
    async with server.browser() as page:
        await register(page, "Ada")
        answer = await page.post(
            "/api/auth/register", json={"username": taken, "password": PASSWORD}
        )
    assert (answer.status_code, code_of(answer)) == (409, "username_taken")


async def test_a_short_password_is_refused(server: Server) -> None:
    async with server.browser() as page:
        answer = await page.post(
            "/api/auth/register", json={"username": "ada", "password": "short"}
        )
    assert (answer.status_code, code_of(answer)) == (422, "weak_password")


@pytest.mark.parametrize("policy", ["closed", "plex"])
async def test_sign_up_is_closed_to_strangers_once_the_owner_exists(
    build: Build, policy: str
) -> None:
    server = build(sign_up=policy)
    async with server.browser() as page:
        await register(page)
        answer = await page.post(
            "/api/auth/register", json={"username": "bob", "password": PASSWORD}
        )
    assert (answer.status_code, code_of(answer)) == (403, "sign_up_closed")


class TestSetupCode:
    async def test_somebody_from_elsewhere_needs_it(self, build: Build) -> None:
        server = build(setup_code="1234-5678", peer="192.168.1.20")
        wish = {"username": "ada", "password": PASSWORD}
        async with server.browser() as page:
            setup = (await page.get("/api/setup")).json()
            without = await page.post("/api/auth/register", json=wish)
            wrong = await page.post("/api/auth/register", json=wish | {"setup_code": "0"})
            right = await page.post("/api/auth/register", json=wish | {"setup_code": "1234-5678 "})
        assert setup["setup_code_needed"] is True
        assert (without.status_code, code_of(without)) == (403, "setup_code_needed")
        assert wrong.status_code == 403
        assert right.json()["account"]["role"] == "owner"

    async def test_guessing_it_is_limited(self, build: Build) -> None:
        server = build(setup_code="1234-5678", peer="192.168.1.20")
        wish = {"username": "ada", "password": PASSWORD, "setup_code": "guess"}
        async with server.browser() as page:
            answers = [await page.post("/api/auth/register", json=wish) for _ in range(6)]
        assert [a.status_code for a in answers] == [403] * 5 + [429]
        assert answers[-1].headers["retry-after"] == "300"

    async def test_this_very_machine_needs_none(self, build: Build) -> None:
        server = build(setup_code="1234-5678")
        async with server.browser() as page:
            assert (await register(page)).json()["account"]["role"] == "owner"

    @pytest.mark.parametrize(
        "headers", [{"x-forwarded-for": "203.0.113.9"}, {"host": "rebound.local:8000"}]
    )
    async def test_a_proxy_or_another_name_is_not_this_machine(
        self, build: Build, headers: dict[str, str]
    ) -> None:
        server = build(setup_code="1234-5678")
        async with server.browser(**headers) as page:
            answer = await page.post(
                "/api/auth/register", json={"username": "ada", "password": PASSWORD}
            )
        assert code_of(answer) == "setup_code_needed"


class TestRefresh:
    async def test_an_expired_token_says_so_and_is_renewed(self, server: Server) -> None:
        async with server.browser() as page:
            await register(page)
            await server.clock.advance(640)
            expired = await page.get("/api/auth/me")
            renewed = await page.post("/api/auth/refresh", json={})
            again = await page.get("/api/auth/me")
        assert (expired.status_code, code_of(expired)) == (401, "session_expired")
        assert (renewed.status_code, renewed.json()) == (200, {})
        assert again.status_code == 200

    async def test_a_lost_session_cookie_is_renewed_too(self, server: Server) -> None:
        async with server.browser() as page:
            await register(page)
            page.cookies.delete("wt_session")
            missing = await page.get("/api/auth/me")
            await page.post("/api/auth/refresh")
            again = await page.get("/api/auth/me")
        assert code_of(missing) == "session_expired"
        assert again.status_code == 200

    async def test_a_program_sends_its_token_in_the_body(self, server: Server) -> None:
        async with server.client() as program:
            first = (await register(program)).json()
        async with server.client() as program:
            second = (
                await program.post(
                    "/api/auth/refresh", json={"refresh_token": first["refresh_token"]}
                )
            ).json()
            me = await program.get("/api/auth/me", headers=bearer(second["access_token"]))
        assert second["refresh_token"] != first["refresh_token"]
        assert me.status_code == 200

    async def test_a_dead_one_takes_the_cookies_away(self, server: Server) -> None:
        async with server.browser() as page:
            account = (await register(page)).json()["account"]
            await server.sessions.end_all(account_id=account["id"])
            answer = await page.post("/api/auth/refresh")
        assert (answer.status_code, code_of(answer)) == (401, "not_signed_in")
        assert not page.cookies


class TestSessions:
    async def test_lists_ones_own_devices_the_last_seen_first(self, server: Server) -> None:
        async with server.browser() as page, server.client(**{"user-agent": "curl/8"}) as program:
            await register(page)
            await server.clock.advance(5)
            await login(program)
            found = (await page.get("/api/auth/sessions")).json()
        assert [(s["device"], s["current"]) for s in found] == [
            ("curl/8", False),
            ("Firefox on Linux", True),
        ]

    async def test_ending_one_signs_that_device_out(self, server: Server) -> None:
        async with server.browser() as page, server.browser() as phone:
            await register(page)
            await login(phone)
            listed = (await page.get("/api/auth/sessions")).json()
            other = next(s["id"] for s in listed if not s["current"])
            ended = await page.delete(f"/api/auth/sessions/{other}")
            assert (await phone.get("/api/auth/me")).status_code == 401
            assert (await page.get("/api/auth/me")).status_code == 200
        assert ended.status_code == 204
        assert server.ended == [other]

    async def test_signing_in_again_leaves_the_old_session(self, server: Server) -> None:
        async with server.browser() as page:
            await register(page)
            await login(page)
            found = (await page.get("/api/auth/sessions")).json()
        assert len(found) == 1
        assert len(server.ended) == 1

    async def test_signing_out_without_a_session_is_fine(self, server: Server) -> None:
        async with server.browser() as page:
            assert (await page.post("/api/auth/logout")).status_code == 204


class TestLimits:
    async def test_a_family_behind_one_address_signs_in_freely(self, server: Server) -> None:
        async with server.client() as program:
            await register(program)
            answers = [await login(program) for _ in range(30)]
        assert {a.status_code for a in answers} == {200}

    async def test_the_sixth_wrong_password_is_refused_for_five_minutes(
        self, server: Server
    ) -> None:
        async with server.client() as program:
            await register(program)
            wrong = [await login(program, password="wrong guess") for _ in range(6)]
            right = await login(program)
            await server.clock.advance(300)
            later = await login(program)
        assert [a.status_code for a in wrong] == [401] * 5 + [429]
        assert (code_of(wrong[-1]), wrong[-1].headers["retry-after"]) == ("rate_limited", "300")
        assert (right.status_code, later.status_code) == (429, 200)

    async def test_nobody_locks_somebody_else_out(self, build: Build) -> None:
        attacker, home = build(peer="203.0.113.9"), build(peer="192.168.1.20")
        async with attacker.client() as far, home.client() as near:
            await register(near)
            for _ in range(10):
                await login(far, password="wrong guess")
            assert (await login(near)).status_code == 200

    async def test_changes_of_one_session_are_limited_and_reading_is_not(
        self, server: Server
    ) -> None:
        async with server.browser() as page:
            await register(page)
            reads = [(await page.get("/api/auth/me")).status_code for _ in range(150)]
            writes = [
                (await page.delete("/api/auth/sessions/ses_none")).status_code for _ in range(101)
            ]
            assert (await page.post("/api/auth/logout")).status_code == 204
        assert set(reads) == {200}
        assert (writes[99], writes[100]) == (404, 429)


class TestCookies:
    async def test_plain_http_in_the_lan(self, build: Build) -> None:
        server = build(peer="192.168.1.20", base_path="/watch")
        server.base_url = "http://192.168.1.5:8000"
        async with server.browser() as page:
            answer = await page.post(
                "/watch/api/auth/register", json={"username": "ada", "password": PASSWORD}
            )
            assert (await page.get("/watch/api/auth/me")).status_code == 200
        session, refresh = answer.headers.get_list("set-cookie")
        assert session.startswith("wt_session=")
        assert refresh.startswith("wt_refresh=")
        for cookie in (session, refresh):
            attributes = set(cookie.split("; ")[1:])
            assert attributes == {"HttpOnly", "Max-Age=2592000", "Path=/watch/", "SameSite=lax"}

    async def test_https(self, build: Build) -> None:
        server = build(public_url="https://watch.example.org", base_path="/watch")
        async with server.browser() as page:
            answer = await page.post(
                "/watch/api/auth/register", json={"username": "ada", "password": PASSWORD}
            )
            assert (await page.get("/watch/api/setup")).json()["secure"] is True
            assert (await page.get("/watch/api/auth/me")).status_code == 200
        for cookie in answer.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-wt_")
            attributes = set(cookie.split("; ")[1:])
            assert attributes == {"HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=lax", "Secure"}

    async def test_https_is_public_but_the_browser_came_by_the_lan(self, build: Build) -> None:
        server = build(public_url="https://watch.example.org")
        server.base_url = "http://192.168.1.5:8000"
        async with server.browser() as page:
            answer = await register(page)
            assert (await page.get("/api/setup")).json()["secure"] is False
            assert (await page.get("/api/auth/me")).status_code == 200
        assert all(c.startswith("wt_") for c in answer.headers.get_list("set-cookie"))

    async def test_a_planted_cookie_without_prefix_is_not_read_by_https(self, build: Build) -> None:
        server = build(public_url="https://watch.example.org")
        async with server.client() as program:
            token = (await register(program)).json()["access_token"]
        async with server.browser(cookie=f"wt_session={token}") as page:
            assert (await page.get("/api/auth/me")).status_code == 401
