"""Renders every failure at the HTTP door as an RFC 9457 problem (SPEC WIRE-2)."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from watchtogether.kit.errors import AppError, InvalidRequest, NotFound

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


def problem_response(error: AppError) -> JSONResponse:
    """The problem as a response, with Retry-After where it is known."""
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return JSONResponse(
        error.as_problem(), status_code=error.status, headers=headers, media_type=MEDIA_TYPE
    )


def expected_response(error: AppError) -> JSONResponse:
    """The same, and a word in the log where it is the server's own trouble."""
    if error.status >= 500:
        log.warning("request_failed", code=error.code, error=error.text, exc_info=error)
    return problem_response(error)


def install(app: FastAPI) -> None:
    """Give the app one handler for each kind of failure."""

    @app.exception_handler(AppError)
    async def _expected(_: Request, error: AppError) -> JSONResponse:
        return expected_response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = [
            {"field": ".".join(str(part) for part in item["loc"][1:]), "message": item["msg"]}
            for item in error.errors()
        ]
        return problem_response(InvalidRequest(extra={"errors": fields}))

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return problem_response(NotFound())
        body = {
            "type": "about:blank",
            "title": str(error.detail),
            "status": error.status_code,
            "code": f"http_{error.status_code}",
            "message": str(error.detail),
        }
        return JSONResponse(
            body, status_code=error.status_code, headers=error.headers, media_type=MEDIA_TYPE
        )

    @app.exception_handler(Exception)
    async def _bug(_: Request, error: Exception) -> JSONResponse:
        log.error("request_crashed", exc_info=error)
        return problem_response(AppError())
