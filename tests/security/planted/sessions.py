"""Sessions, sign-in, origins and headers: the defences at the door (attacks 1 to 27)."""

from tests.security.planted.plant import Plant

_TOKENS, _SESSIONS = "security/test_tokens.py", "security/test_sessions.py"
_ORIGIN, _PROVIDERS = "security/test_origin.py", "accounts/test_providers.py"

PLANTS = (
    Plant(
        (1, 2),
        "accounts/tokens.py",
        """            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            if decoded.header != _HEADER:
                raise NotSignedIn
            self._registry().validate(decoded.claims)
""",
        """            import base64

            claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            return _principal(claims)
""",
        _TOKENS,
    ),
    Plant(
        (3,),
        "accounts/guard.py",
        "        who = self._tokens.read(token)\n",
        """        if token.startswith("ses_"):
            return (await self._sessions.refresh(token)).principal
        who = self._tokens.read(token)
""",
        _TOKENS,
    ),
    Plant(
        (4, 5),
        "accounts/tokens.py",
        "            self._registry().validate(decoded.claims)\n",
        "",
        _TOKENS,
    ),
    Plant((6,), "accounts/tokens.py", "if decoded.header != _HEADER:", "if False:", _TOKENS),
    Plant(
        (7, 12),
        "accounts/guard.py",
        "        await self._sessions.require_live(who.session_id)\n",
        "",
        _SESSIONS,
    ),
    Plant(
        (8, 15),
        "server.py",
        "self.sessions.on_ended += [self.gateway.close_session, ",
        "self.sessions.on_ended += [",
        "security/test_sockets.py",
    ),
    Plant(
        (9,),
        "accounts/sessions.py",
        """            await self._end([state.session.id])
            raise NotSignedIn
        successor""",
        """            raise NotSignedIn
        successor""",
        _SESSIONS,
    ),
    Plant(
        (10,),
        "accounts/sessions.py",
        "state.rotated_wall_ms <= GRACE_S * 1000",
        "state.rotated_wall_ms < 0",
        _SESSIONS,
    ),
    Plant(
        (11,),
        "accounts/sessions.py",
        "presented == state.previous_hash\n            and state.rotated_wall_ms is not None",
        "state.rotated_wall_ms is not None",
        _SESSIONS,
    ),
    Plant(
        (13,),
        "accounts/passwords.py",
        "        right, new_hash = await asyncio.to_thread(",
        """        if stored is None:
            return Verdict(right=False)
        right, new_hash = await asyncio.to_thread(""",
        _SESSIONS,
    ),
    Plant(
        (14,),
        "accounts/service.py",
        """        if disabled:
            await self._sessions.end_all""",
        """        if False:
            await self._sessions.end_all""",
        _SESSIONS,
    ),
    Plant(
        (15,),
        "accounts/service.py",
        """            raise WrongCredentials  # somebody was faster with the same one
        await self._sessions.end_all(account_id=account_id, keep=who.session_id)
""",
        """            raise WrongCredentials
""",
        _SESSIONS,
    ),
    Plant(
        (16,),
        "accounts/providers/sign_in.py",
        """        if kept.provider != name or not hmac.compare_digest(
            state.encode(), kept.errand.state.encode()
        ):""",
        "        if kept.provider != name:",
        _PROVIDERS,
    ),
    Plant(
        (16,),
        "plex/signin.py",
        """        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise PinForeign
""",
        "",
        "plex/test_signin.py",
    ),
    Plant(
        (17,),
        "accounts/providers/sign_in.py",
        """        if found is None:
            raise NotFound
        return found""",
        """        if found is None:
            raise ProviderRefused
        return found""",
        _PROVIDERS,
    ),
    Plant(
        (18, 21, 22),
        "kit/web/gates.py",
        'elif scope["type"] == "http" and not _is_bearer_alone(scope):',
        "elif False:",
        _ORIGIN,
    ),
    Plant((19,), "kit/web/gates.py", "elif body and not _is_json(scope):", "elif False:", _ORIGIN),
    Plant(
        (20,),
        "kit/web/gates.py",
        "            await self._websocket(scope, receive, send)\n",
        "            await self._app(scope, receive, send)\n",
        "kit/test_web.py",
    ),
    Plant(
        (23,),
        "kit/web/headers.py",
        "wanted = dict(self._always)",
        'wanted = self._always | {"Access-Control-Allow-Origin": "*"}',
        _ORIGIN,
    ),
    Plant(
        (24,),
        "accounts/endpoints.py",
        '@router.post("/auth/logout", status_code=204)',
        '@router.api_route("/auth/logout", methods=["GET", "POST"], status_code=204)',
        _ORIGIN,
    ),
    Plant((25,), "kit/web/headers.py", "            \"frame-ancestors 'none'\",\n", "", _ORIGIN),
    Plant(
        (26,),
        "kit/web/gates.py",
        "return len(hosts) <= 1 and all(self._address.knows(host) for host in named)",
        "return True",
        _ORIGIN,
    ),
    Plant(
        (27,),
        "kit/web/headers.py",
        "\"script-src 'self'\"",
        "\"script-src 'self' 'unsafe-inline'\"",
        "security/test_csp.py",
    ),
)
