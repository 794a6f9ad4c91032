"""What can go wrong on a socket."""

from watchtogether.kit.errors import AppError


class TooFast(AppError):
    code = "too_fast"
    status = 429
    message = "That was too fast. Wait a moment."
