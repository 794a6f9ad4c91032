"""Structured logs of the whole process, other libraries' included, in one form."""

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from watchtogether.kit.redaction import REDACTED, clean, clean_trace, is_secret_key

_TRACE = "exception"
_COLOURED = "color_message"
"""uvicorn's copy of its message for terminals."""
_OWN_KEYS = frozenset({"_record", "_from_structlog"})
_BROKEN_OFF = "ASGI callable returned without completing response."
"""uvicorn's word for a body that breaks off, such as a film's own file for who was shown out. That
is no bug; where it happens is logged there."""
_CHATTY = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "engineio",
    "socketio",
    "aiosqlite",
    "alembic",
)


def configure(
    format: Literal["json", "text"] = "text",  # noqa: A002 - the setting's name
    level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send every log line of the process to `stream` (standard error), one event a line.

    Lines of the standard library's loggers come out the same way. uvicorn's access log is silent:
    it would print tickets; `request_finished` stands for it.
    """
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before[:3],
            structlog.stdlib.PositionalArgumentsFormatter(),
            *before[4:],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                _renderer(format, target),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    _tame_libraries()


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A processor: no secrets, no control characters, whatever was logged."""
    return {key: _redacted(key, value) for key, value in event.items() if key != _COLOURED}


def _redacted(key: str, value: object) -> object:
    if key in _OWN_KEYS:
        return value
    if is_secret_key(key):
        return REDACTED
    if key == _TRACE and isinstance(value, str):
        return clean_trace(value)
    return clean(value)


def _renderer(format: str, target: TextIO) -> Processor:  # noqa: A002
    if format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    return structlog.dev.ConsoleRenderer(
        colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _tame_libraries() -> None:
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    return record.msg != _BROKEN_OFF
