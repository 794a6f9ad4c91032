"""What can go wrong in chat."""

from watchtogether.kit.errors import AppError


class NoSuchMessage(AppError):
    code = "no_such_message"
    status = 404
    message = "That message is gone."
