"""The command line: prints JSON lines on stdout, the last of them when the server is ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from plexsandbox.accounts import OLIVE
from plexsandbox.app import create_app
from plexsandbox.box import Sandbox
from plexsandbox.films.studio import FilmProgress
from plexsandbox.gate import Lines
from plexsandbox.options import Options

_ENDING = (signal.SIGINT, signal.SIGTERM)


def main(argv: Sequence[str] | None = None) -> None:
    """Exits with 1 and one line on stderr when it cannot start."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    media_dir: Path = arguments.media
    try:
        media_dir.mkdir(parents=True, exist_ok=True)
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        sys.exit(_explain(arguments.host, arguments.port, error))
    with listener:
        asyncio.run(_serve(media_dir, _options(arguments), listener, arguments.host))


def _parser() -> argparse.ArgumentParser:
    defaults = Options()
    parser = argparse.ArgumentParser(
        prog="plexsandbox",
        description="A small Plex-compatible media server over a folder of videos.",
    )
    parser.add_argument("--media", type=Path, required=True, metavar="DIR", help="folder of videos")
    parser.add_argument("--port", type=int, default=32400, help="0 chooses a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--name", default=defaults.friendly_name, help="the server's name")
    parser.add_argument("--make-films", action="store_true", help="make films of our own")
    for name, text in (
        ("segment_s", "length of a segment"),
        ("throttle_s", "film seconds the encoder may run ahead"),
        ("prune_s", "film seconds kept behind"),
        ("idle_s", "seconds after which a forgotten session ends"),
        ("wait_s", "seconds that a request for a coming segment waits"),
        ("far_s", "film seconds ahead of the encoder at which it restarts"),
        ("scan_every_s", "seconds between looks at the folder"),
    ):
        option = f"--{name.replace('_', '-')}"
        default: float = getattr(defaults, name)
        parser.add_argument(option, type=_positive, default=default, metavar="S", help=text)
    for option, text in (
        ("--extra-films", "films made up on the fly, in a section of their own"),
        ("--extra-shows", "shows made up on the fly, likewise"),
        ("--archive-seed", "another number makes up other ones"),
    ):
        name = option.removeprefix("--").replace("-", "_")
        parser.add_argument(
            option, type=_count, default=getattr(defaults, name), metavar="N", help=text
        )
    parser.add_argument(
        "--wild",
        type=_positive,
        default=0.0,
        metavar="RATE",
        help="this part of all fields of answers is missing, null, of another type or huge",
    )
    parser.add_argument("--wild-seed", type=_count, default=0, metavar="N")
    parser.add_argument(
        "--encoder-speed",
        type=_positive,
        metavar="X",
        help="encode at most X times as fast as real time",
    )
    parser.add_argument(
        "--encoder-threads", type=int, default=defaults.encoder_threads, metavar="N"
    )
    return parser


def _positive(raw: str) -> float:
    number = float(raw)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be greater than zero")
    return number


def _count(raw: str) -> int:
    number = int(raw)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _options(arguments: argparse.Namespace) -> Options:
    return Options(
        friendly_name=arguments.name,
        segment_s=arguments.segment_s,
        throttle_s=arguments.throttle_s,
        prune_s=arguments.prune_s,
        idle_s=arguments.idle_s,
        wait_s=arguments.wait_s,
        far_s=arguments.far_s,
        scan_every_s=arguments.scan_every_s,
        encoder_speed=arguments.encoder_speed,
        encoder_threads=arguments.encoder_threads,
        make_films=arguments.make_films,
        extra_films=arguments.extra_films,
        extra_shows=arguments.extra_shows,
        archive_seed=arguments.archive_seed,
        wild_rate=arguments.wild,
        wild_seed=arguments.wild_seed,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named so, asyncio sends small answers at once instead of waiting for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _explain(host: str, port: int, error: OSError) -> str:
    return f"plexsandbox: cannot listen on {host}:{port}: {error.strerror or error}"


async def _serve(media_dir: Path, options: Options, listener: socket.socket, host: str) -> None:
    """The first film is made before the server says that it is ready, the others behind it."""
    app = create_app(media_dir, options)
    box: Sandbox = app.state.box
    server = _Server(app, listener, host)
    if options.make_films and not await _first_film(box):
        return
    await server.serve(sockets=[listener])


async def _first_film(box: Sandbox) -> bool:
    """False when a signal has asked to end meanwhile."""
    making = asyncio.ensure_future(box.studio.make_first(_tell_progress))
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, making.cancel)
    try:
        await making
    except asyncio.CancelledError:
        return False
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
    return True


def _tell_progress(film: FilmProgress) -> None:
    _tell({"progress": {"step": "film", "title": film.title, "percent": film.percent}})


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, app: Starlette, listener: socket.socket, host: str) -> None:
        super().__init__(
            uvicorn.Config(
                Lines(app, app.state.box.gate),
                loop="asyncio",
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=2,
                server_header=False,
            )
        )
        self._app = app
        port = int(listener.getsockname()[1])
        shown = "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104
        self._url = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but the signal is not raised again at the end: the exit code is 0."""
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _ENDING:
                loop.remove_signal_handler(number)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Those who listen would never leave by themselves."""
        box: Sandbox = self._app.state.box
        box.notices.cut_all()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _tell(_ready(self._app.state.box, self._url))


def _ready(box: Sandbox, url: str) -> dict[str, object]:
    return {
        "ready": True,
        "url": url,
        "plex_tv_url": url,
        "token": box.tokens.for_server(OLIVE),
        "account_token": box.tokens.for_account(OLIVE),
        "machine_identifier": box.state.machine_identifier,
    }


def _tell(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)
