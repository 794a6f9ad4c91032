"""Every HTTP door of the server, and the page behind them."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, FastAPI

from watchtogether import __version__, webpage
from watchtogether.accounts import endpoints as account_endpoints
from watchtogether.accounts.cookies import SecretCookie
from watchtogether.accounts.providers import endpoints as provider_endpoints
from watchtogether.chat import endpoints as chat_endpoints
from watchtogether.monitoring import endpoints as health_endpoints
from watchtogether.monitoring import metrics_endpoint
from watchtogether.plex import endpoints as plex_endpoints
from watchtogether.plex import home_endpoints, signin_endpoints
from watchtogether.plex import report as plex_report
from watchtogether.rooms import endpoints as room_endpoints
from watchtogether.server import Server
from watchtogether.stream import endpoints as stream_endpoints


def open_doors(app: FastAPI, server: Server) -> None:
    """Mount them all; the page comes last, for it answers whatever is left."""
    for router in _routers(server):
        app.include_router(router)
    webpage.install(app, server.settings.base_path)


def _routers(server: Server) -> tuple[APIRouter, ...]:
    guard, cookies, settings = server.guard, server.cookies, server.settings
    return (
        account_endpoints.build_router(
            account_endpoints.AccountDoor(
                accounts=server.accounts,
                sessions=server.sessions,
                guard=guard,
                cookies=cookies,
                limiter=server.limiter,
                room_code_of=server.room_log.code_of,
                about=account_endpoints.About(
                    __version__,
                    settings.demo,
                    others=tuple((c.provider, c.label) for c in server.providers.sign_in.clients),
                ),
            )
        ),
        provider_endpoints.build_provider_router(
            provider_endpoints.ProviderDoor(
                sign_in=server.providers.sign_in,
                accounts=server.accounts,
                sessions=server.sessions,
                guard=guard,
                cookies=cookies,
                binding=SecretCookie(provider_endpoints.ERRAND_COOKIE, server.address),
                own_url=server.address.own_url,
                base_path=settings.base_path,
            )
        ),
        signin_endpoints.build_sign_in_router(
            signin_endpoints.SignInDoor(
                server.plex.sign_in,
                server.accounts,
                guard,
                cookies,
                SecretCookie(signin_endpoints.PIN_COOKIE, server.address),
            )
        ),
        plex_endpoints.build_router(server.plex.service, server.plex.images, guard),
        home_endpoints.build_home_router(server.plex.home, guard),
        plex_report.build_report_router(
            servers=server.plex.servers,
            asking=server.plex.asking,
            figures=server.plex.figures,
            http=server.plex.http,
            listening=server.plex.listening,
            redis=server.redis.report,
            guard=guard,
        ),
        room_endpoints.build_router(
            rooms=server.rooms,
            accounts=server.accounts,
            guard=guard,
            tickets=server.tickets,
            link=server.link,
            cookies=cookies,
            limiter=server.limiter,
        ),
        chat_endpoints.build_router(server.history, server.rooms, guard),
        stream_endpoints.build_router(
            service=server.stream,
            beside=server.beside,
            titles=server.plex.titles,
            plans=server.plans,
            doorkeeper=server.doorkeeper,
            segments=server.segments,
        ),
        metrics_endpoint.build_router(server.metrics, guard),
        health_endpoints.build_router(
            ping_database_ms=server.database.ping_ms,
            redis=server.redis.report,
            parts=_health_parts(server),
            guard=guard,
            clock=server.clock,
            version=__version__,
        ),
    )


def _health_parts(server: Server) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        "plex": lambda: (
            asdict(server.plex.service.stats()) | {"listened_to": server.plex.listening.open}
        ),
        "stream": server.stream.stats,
        "rooms": lambda: {"live": len(list(server.registry))},
    }
