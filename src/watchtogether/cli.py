"""The command line: `watchtogether serve`, `demo`, `doctor`, `migrate`, `admin`."""

import asyncio

import typer
from pydantic import ValidationError

from watchtogether import __version__
from watchtogether.accounts.secrets import SecretBox
from watchtogether.addresses import local_url, shared_url
from watchtogether.admin import admin
from watchtogether.demo import run as run_demo
from watchtogether.doctor import examine
from watchtogether.kit.logging import configure
from watchtogether.server import setup_code
from watchtogether.serving import CannotStart, prepare
from watchtogether.serving import serve as run_server
from watchtogether.settings import Settings, load_secret_key

app = typer.Typer(
    help="Watch films from your own Plex server together.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(admin, name="admin")


def main() -> None:
    """Entry point; what cannot start says why in one line and exits with 1."""
    try:
        app()
    except CannotStart as error:
        typer.echo(f"watchtogether: {error}", err=True)
        raise SystemExit(1) from None
    except ValidationError as error:
        typer.echo(f"watchtogether: {_settings_at_fault(error)}", err=True)
        raise SystemExit(1) from None


def _settings_at_fault(error: ValidationError) -> str:
    """Which settings make no sense, and why."""
    return "; ".join(
        (f"WATCHTOGETHER_{str(fault['loc'][0]).upper()}: " if fault["loc"] else "") + fault["msg"]
        for fault in error.errors(include_url=False, include_input=False)
    )


@app.command()
def serve() -> None:
    """Run the server. Settings come from WATCHTOGETHER_* variables or a .env file."""
    settings = Settings()
    configure(settings.log_format, settings.log_level)

    async def tell(port: int, first_run: bool) -> None:
        here = local_url(settings.host, port, settings.base_path)
        typer.echo(f"Watch Together is at {here}")
        share = shared_url(settings.host, port, settings.base_path, settings.public_url)
        if share != here:
            typer.echo(f"Friends open {share}")
        if first_run:
            code = setup_code(SecretBox(load_secret_key(settings)))
            typer.echo(f"To become its owner from another machine, use the set-up code {code}")

    run_server(settings, tell)


@app.command()
def demo() -> None:
    """Run a demonstration: the server, a sandbox Plex, and films made on the spot."""
    run_demo(Settings())


@app.command()
def migrate() -> None:
    """Bring the database to the newest form, and stop."""
    settings = Settings()
    configure(settings.log_format, settings.log_level)
    prepare(settings)
    typer.echo("The database is up to date.")


@app.command()
def doctor() -> None:
    """Check settings, data folder, database, page and ffmpeg, and say what to do."""
    raise SystemExit(asyncio.run(examine(Settings())))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


if __name__ == "__main__":
    main()
