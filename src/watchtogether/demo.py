"""`watchtogether demo`: a party to try, with a sandbox Plex server and films of its own.

Everything goes through the public API, as a person would do it: sign up, connect Plex by PIN,
open a room. What it found out stands in `demo.json`, so that the next start takes seconds.
"""

import contextlib
import json
import secrets
import threading
import time
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import typer

from watchtogether.addresses import local_url, shared_url
from watchtogether.kit.logging import configure
from watchtogether.sandbox_process import follow_films, sandbox_plex
from watchtogether.serving import listen, serve
from watchtogether.settings import Settings

USERNAME: Final = "demo"
_SANDBOX_USER: Final = "olive"
_PATIENCE_S: Final = 60.0

Json = dict[str, Any]  # Any: JSON


def run(settings: Settings) -> None:
    """Serve the demonstration until SIGINT or SIGTERM; the sandbox ends with it."""
    level = "warning" if settings.log_level == "info" else settings.log_level
    configure(settings.log_format, level)
    listen(settings).close()  # a port that is taken is said before anything is made
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with sandbox_plex(settings.data_dir / "films", _old_port(settings)) as sandbox:
        demo_settings = settings.model_copy(
            update={
                "host": _host(settings),
                "plex_tv_url": sandbox["plex_tv_url"],
                "plex_allow_loopback": True,
                "demo": True,
            }
        )

        async def furnish(port: int, _: bool) -> None:
            furnisher = Furnisher(demo_settings, port, sandbox)
            threading.Thread(target=furnisher.run, name="furnisher", daemon=True).start()

        serve(demo_settings, furnish)


class Furnisher:
    """Prepares the party through the public API, beside the running server."""

    def __init__(self, settings: Settings, port: int, sandbox: Json) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._url = local_url(settings.host, port, settings.base_path)
        self._share = shared_url(settings.host, port, settings.base_path, settings.public_url)
        self._notes = settings.data_dir / "demo.json"
        self._http = httpx2.Client(base_url=self._url, timeout=_PATIENCE_S)

    def run(self) -> None:
        """Sign up or in, connect Plex, open a party, say where it is."""
        try:
            notes = self._party(self._signed_in(_read_notes(self._settings)))
        except (httpx2.HTTPError, KeyError, TimeoutError) as error:
            typer.echo(f"The demonstration could not be prepared: {error!r}", err=True)
            return
        self._notes.touch(mode=0o600)
        self._notes.write_text(json.dumps(notes, indent=2))
        _tell(notes, self._share)
        with contextlib.suppress(httpx2.HTTPError):  # the sandbox ends before this thread does
            follow_films(self._sandbox["url"])

    def _signed_in(self, notes: Json) -> Json:
        sign_in = notes.get("sign_in") or {
            "username": USERNAME,
            "password": secrets.token_urlsafe(9),
        }
        first_run = self._get("api/setup")["first_run"]
        answer = self._post("api/auth/register" if first_run else "api/auth/login", sign_in)
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        if not answer["account"]["plex"]["linked"]:
            self._connect_plex()
        sandbox = {key: self._sandbox[key] for key in ("url", "plex_tv_url", "token")}
        return {"url": self._url, "sign_in": sign_in, "sandbox": sandbox, **_old_party(notes)}

    def _connect_plex(self) -> None:
        pin = self._post("api/auth/plex/pin", {})
        approve = f"{self._sandbox['plex_tv_url']}/sandbox/pins/{pin['code']}/approve"
        httpx2.post(approve, json={"user": _SANDBOX_USER}, timeout=10).raise_for_status()
        self._http.headers["X-Pin-Binding"] = pin["binding"]
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            status = self._get(f"api/auth/plex/pin/{pin['id']}")["status"]
            if status == "approved":
                return
            time.sleep(0.2)
        raise TimeoutError("the sandbox did not approve the sign-in")

    def _party(self, notes: Json) -> Json:
        party = notes.get("party")
        if party and self._http.get(f"api/rooms/{party['code']}").is_success:
            return notes | {"party": {**party, "link": f"{self._url}r/{party['code']}"}}
        room = self._post("api/rooms", {"name": "Friday night", **self._first_film()})
        return notes | {"party": {"code": room["code"], "link": f"{self._url}r/{room['code']}"}}

    def _first_film(self) -> Json:
        for server in self._get("api/plex/servers"):
            for library in self._get(f"api/plex/servers/{server['id']}/libraries"):
                if library["kind"] == "movie":
                    path = f"api/plex/libraries/{library['key']}/items"
                    items = self._get(path, {"server": server["id"]})["items"]
                    if items:
                        return {"server": server["id"], "rating_key": items[0]["rating_key"]}
        return {}

    def _get(self, path: str, params: Json | None = None) -> Any:  # Any: JSON
        return self._http.get(path, params=params).raise_for_status().json()

    def _post(self, path: str, body: Json) -> Json:
        answer: Json = self._http.post(path, json=body).raise_for_status().json()
        return answer


def _read_notes(settings: Settings) -> Json:
    with contextlib.suppress(OSError, ValueError):
        notes: Json = json.loads((settings.data_dir / "demo.json").read_text())
        return notes
    return {}


def _host(settings: Settings) -> str:
    """Every address, so that a phone on the same Wi-Fi can join, unless told otherwise."""
    return settings.host if "host" in settings.model_fields_set else "0.0.0.0"  # noqa: S104


def _old_port(settings: Settings) -> int:
    """Where the sandbox was the last time, so that what is stored about it stays true."""
    return urlsplit(_read_notes(settings).get("sandbox", {}).get("url", "")).port or 0


def _old_party(notes: Json) -> Json:
    return {"party": notes["party"]} if "party" in notes else {}


def _tell(notes: Json, share: str) -> None:
    party, sign_in = notes["party"], notes["sign_in"]
    lines = [
        "",
        f"  Watch Together   {notes['url']}",
        f"  sign in as       {sign_in['username']} / {sign_in['password']}",
        f"  party link       {party['link']}",
    ]
    if share != notes["url"]:
        lines.append(f"  on your Wi-Fi    {share}r/{party['code']}")
    typer.echo("\n".join([*lines, "", "  Ctrl-C stops everything.", ""]))
