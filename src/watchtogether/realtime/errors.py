"""What can go wrong on a socket."""

from watchtogether.kit.errors import AppError


class TooManySockets(AppError):
    code = "too_many_sockets"
    status = 429
    message = "This party is open in too many windows. Close one."


class TooFast(AppError):
    code = "too_fast"
    status = 429
    message = "That was too fast. Wait a moment."
