"""Requests that are turned away before any endpoint sees them."""

from watchtogether.kit.errors import AppError, Forbidden


class UnknownHost(AppError):
    """The request names a host that this server does not answer to."""

    code = "unknown_host"
    status = 400
    message = (
        "This server does not answer to that name. Its operator can set WATCHTOGETHER_PUBLIC_URL."
    )


class CrossSite(Forbidden):
    """Another site's page tried to change something here."""

    code = "cross_site"
    message = "That request came from another site."


class TooLarge(AppError):
    """The body is longer than any request needs."""

    code = "too_large"
    status = 413
    message = "That is more than fits into one request."


class TooSlow(AppError):
    """The body did not arrive in time."""

    code = "too_slow"
    status = 408
    message = "The request took too long to arrive."


class UnsupportedMediaType(AppError):
    """The body is not JSON, or does not say so."""

    code = "unsupported_media_type"
    status = 415
    message = "Send the body as application/json."
