"""The command line: prints JSON lines on stdout, the last of them when the server is ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from plexsandbox.accounts import OLIVE
from plexsandbox.app import app_around, create_app
from plexsandbox.box import Sandbox
from plexsandbox.films.studio import FilmProgress
from plexsandbox.options import Options
from plexsandbox.serving import ENDING, Beside, Server, url_of

_FILMS_OF_SECOND = 500
_DEFAULTS = Options()


def main(argv: Sequence[str] | None = None) -> None:
    """Exits with 1 and one line on stderr when it cannot start."""
    arguments = parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    media_dir: Path = arguments.media
    try:
        media_dir.mkdir(parents=True, exist_ok=True)
        listener = _listen(arguments.host, arguments.port)
        second = _listen(arguments.host, arguments.second_port) if arguments.second_server else None
    except OSError as error:
        sys.exit(_explain(arguments.host, arguments.port, error))
    with listener, second or nullcontext():
        asyncio.run(_serve(media_dir, _options(arguments), arguments.host, listener, second))


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="plexsandbox",
        description="A small Plex-compatible media server over a folder of videos.",
    )
    made.add_argument("--media", type=Path, required=True, metavar="DIR", help="folder of videos")
    made.add_argument("--port", type=int, default=32400, help="0 chooses a free one")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--name", default=_DEFAULTS.friendly_name, help="the server's name")
    made.add_argument("--make-films", action="store_true", help="make films of our own")
    _add_times(made)
    _add_archive(made)
    _add_people(made)
    made.add_argument(
        "--wild",
        type=_positive,
        default=0.0,
        metavar="RATE",
        help="this part of all fields of answers is missing, null, of another type or huge",
    )
    made.add_argument("--wild-seed", type=_count, default=0, metavar="N")
    made.add_argument(
        "--encoder-speed",
        type=_positive,
        metavar="X",
        help="encode at most X times as fast as real time",
    )
    made.add_argument("--encoder-threads", type=int, default=_DEFAULTS.encoder_threads, metavar="N")
    return made


def _add_times(to: argparse.ArgumentParser) -> None:
    for name, text in (
        ("segment_s", "length of a segment"),
        ("throttle_s", "film seconds the encoder may run ahead"),
        ("prune_s", "film seconds kept behind"),
        ("idle_s", "seconds after which a forgotten session ends"),
        ("wait_s", "seconds that a request for a coming segment waits"),
        ("far_s", "film seconds ahead of the encoder at which it restarts"),
        ("scan_every_s", "seconds between looks at the folder"),
        ("device_token_s", "life of a token that a device has earned with its key"),
    ):
        option, default = f"--{name.replace('_', '-')}", getattr(_DEFAULTS, name)
        to.add_argument(option, type=_positive, default=default, metavar="S", help=text)


def _add_archive(to: argparse.ArgumentParser) -> None:
    for name, text in (
        ("extra_films", "films made up on the fly, in a section of their own"),
        ("extra_shows", "shows made up on the fly, likewise"),
        ("archive_seed", "another number makes up other ones"),
    ):
        option, default = f"--{name.replace('_', '-')}", getattr(_DEFAULTS, name)
        to.add_argument(option, type=_count, default=default, metavar="N", help=text)
    to.add_argument(
        "--second-server",
        type=_count,
        nargs="?",
        const=_FILMS_OF_SECOND,
        default=0,
        metavar="N",
        help="another server in the same process, with N films made up",
    )
    to.add_argument("--second-port", type=int, default=0, help="0 chooses a free one")


def _add_people(to: argparse.ArgumentParser) -> None:
    text = "a friend with one section, a child without PIN"
    to.add_argument("--more-people", action="store_true", help=text)
    to.add_argument("--admin-pin", metavar="PIN", help="PIN of the home's owner")


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
        device_token_s=arguments.device_token_s,
        encoder_speed=arguments.encoder_speed,
        encoder_threads=arguments.encoder_threads,
        make_films=arguments.make_films,
        extra_films=arguments.extra_films,
        extra_shows=arguments.extra_shows,
        archive_seed=arguments.archive_seed,
        more_people=arguments.more_people,
        admin_pin=arguments.admin_pin,
        second_films=arguments.second_server,
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


async def _serve(
    media_dir: Path,
    options: Options,
    host: str,
    listener: socket.socket,
    second_listener: socket.socket | None,
) -> None:
    """The first film is made before the server says that it is ready, the others behind it."""
    app = create_app(media_dir, options)
    box: Sandbox = app.state.box
    url, beside = url_of(listener, host), None
    second = box.directory.offers.get("second")
    if second is not None and second_listener is not None:
        second.url = url_of(second_listener, host)
        beside = Beside(app_around(second.box), second_listener)
    if options.make_films and not await _first_film(box):
        return
    server = Server(app, listener, beside=beside, ready=lambda: _tell(_ready(box, url)))
    await server.run_here()


async def _first_film(box: Sandbox) -> bool:
    """False when a signal has asked to end meanwhile."""
    making = asyncio.ensure_future(box.studio.make_first(_tell_progress))
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, making.cancel)
    try:
        await making
    except asyncio.CancelledError:
        return False
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)
    return True


def _tell_progress(film: FilmProgress) -> None:
    _tell({"progress": {"step": "film", "title": film.title, "percent": film.percent}})


def _ready(box: Sandbox, url: str) -> dict[str, object]:
    line: dict[str, object] = {
        "ready": True,
        "url": url,
        "plex_tv_url": url,
        "token": box.tokens.for_server(OLIVE),
        "account_token": box.tokens.for_account(OLIVE),
        "machine_identifier": box.state.machine_identifier,
    }
    second = box.directory.offers.get("second")
    if second is not None:
        line["second"] = {
            "url": second.url,
            "token": second.box.tokens.for_server(OLIVE),
            "machine_identifier": second.box.state.machine_identifier,
        }
    return line


def _tell(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)
