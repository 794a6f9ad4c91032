"""The one base of every error that may reach a person, and how HTTP renders it."""

from collections.abc import Mapping


class AppError(Exception):
    """An expected failure with a stable code.

    Subclasses live in their own domain and set `code`, `status` and `message`. The message is
    safe to show; the cause is chained and only logged.
    """

    code: str = "internal_error"
    status: int = 500
    message: str = "Something went wrong on our side."

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after_s: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.text = message or self.message
        self.retry_after_s = retry_after_s
        self.extra = dict(extra or {})
        super().__init__(self.text)

    def as_ack(self) -> dict[str, object]:
        """The body of `error` in a Socket.IO acknowledgement (SPEC WIRE-3)."""
        body: dict[str, object] = {"code": self.code, "message": self.text}
        if self.retry_after_s is not None:
            body["retry_after_s"] = self.retry_after_s
        return body | self.extra

    def as_problem(self) -> dict[str, object]:
        """The body of an RFC 9457 problem (SPEC WIRE-2)."""
        problem: dict[str, object] = {
            "type": f"urn:watchtogether:error:{self.code}",
            "title": self.text,
            "status": self.status,
        }
        return problem | self.as_ack()


class InvalidRequest(AppError):
    """The request does not have the form that the door asks for."""

    code = "invalid_request"
    status = 422
    message = "That request is not in the expected form."


class NotFound(AppError):
    """There is no such thing, or none that the asker may know of."""

    code = "not_found"
    status = 404
    message = "There is nothing here."


class Forbidden(AppError):
    """The asker is known, and may not do this."""

    code = "forbidden"
    status = 403
    message = "You may not do that."


class TooManyRequests(AppError):
    """A rate limit was reached."""

    code = "rate_limited"
    status = 429
    message = "Too many attempts. Wait a moment and try again."


class StorageUnavailable(AppError):
    """The database did not answer; nothing was changed."""

    code = "storage_unavailable"
    status = 503
    message = "The database is not reachable right now. Nothing was changed."
