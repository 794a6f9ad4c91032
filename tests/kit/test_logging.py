"""Logs: one form for every library, no secrets, one line an event."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator

import pytest
import structlog

from watchtogether.kit.logging import configure
from watchtogether.kit.redaction import clean, clean_text, clean_trace, is_secret_key

CANARY = "canary-4f1d"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
Logged = Callable[[], list[dict[str, object]]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    stream = io.StringIO()
    configure("json", "info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


def test_our_lines_and_other_libraries_look_alike(logged: Logged) -> None:
    with structlog.contextvars.bound_contextvars(request_id="req_1"):
        structlog.get_logger("ours").warning("thing_happened", count=3)
        logging.getLogger("uvicorn.error").warning("started on %s", "port 8000")
    ours, theirs = logged()
    assert (ours["event"], ours["count"], ours["level"]) == ("thing_happened", 3, "warning")
    assert (theirs["event"], theirs["logger"]) == ("started on port 8000", "uvicorn.error")
    assert ours["request_id"] == theirs["request_id"] == "req_1"
    assert set(ours) - {"count"} == set(theirs)


def test_less_severe_lines_and_the_access_log_are_silent(logged: Logged) -> None:
    structlog.get_logger("ours").debug("detail")
    logging.getLogger("uvicorn.access").info('GET /api/stream/ticket HTTP/1.1" 200')
    logging.getLogger("httpx2").info("HTTP Request: GET http://plex/?X-Plex-Token=x")
    assert logged() == []


def test_a_body_that_breaks_off_is_no_error_of_the_servers(logged: Logged) -> None:
    logging.getLogger("uvicorn.error").error("ASGI callable returned without completing response.")
    assert logged() == []


def test_attack_65_a_secret_is_not_logged_by_its_key(logged: Logged) -> None:
    structlog.get_logger("ours").info(
        "signed_in",
        token=CANARY,
        access_token=CANARY,
        password=CANARY,
        Authorization=CANARY,
        set_cookie=CANARY,
        ticket=CANARY,
        setup_code=CANARY,
        headers={"Cookie": CANARY, "X-Plex-Token": CANARY, "accept": "x"},
        deep=[{"refresh_token": CANARY}],
    )
    (line,) = logged()
    assert CANARY not in json.dumps(line)
    assert line["headers"] == {"Cookie": "[redacted]", "X-Plex-Token": "[redacted]", "accept": "x"}


@pytest.mark.parametrize(
    "text",
    [
        f"GET http://pms:32400/library?X-Plex-Token={CANARY}&a=1 failed",
        f"x-plex-token={CANARY}",
        f"{{'X-Plex-Token': '{CANARY}'}}",
        f"X-Plex-Token: {CANARY}",
        f"https://here/r/abc#invite={CANARY}",
        f"https://here/cb?access_token={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"GET /api/stream/{CANARY}/master.m3u8",
        f"postgresql://user:{CANARY}@db/name",
    ],
)
def test_attack_65_nor_by_its_place_in_a_text_or_a_traceback(logged: Logged, text: str) -> None:
    ours = structlog.get_logger("ours")
    ours.info("request_failed", error=text)
    ours.info(text)
    logging.getLogger("theirs").warning("%s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        ours.error("crashed", error=error, exc_info=True)
        logging.getLogger("theirs").exception("crashed")
    lines = logged()
    assert len(lines) == 5
    assert CANARY not in json.dumps(lines)
    assert "RuntimeError" in str(lines[3]["exception"])


def test_attack_65_nor_by_its_form() -> None:
    refresh = "ses_" + "0f" * 12 + "." + "A" * 43 + "." + "b" * 32
    assert clean(f"got {JWT} and {refresh}!") == "got [redacted] and [redacted]!"


@pytest.mark.parametrize(
    "unit",
    ["eyJaaaaa-", "://a:", "x-plex-token ", "token=", "bearer ", "\r\n", "ses_" + "0" * 24 + ".a-"],
)
def test_attack_59_a_very_long_text_is_cut_and_cleaned_quickly(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    started = time.process_time()
    clean_text(text)
    clean_trace(text)
    assert time.process_time() - started < 0.05


@pytest.mark.parametrize("key", ["event", "code", "room_code", "tokens_left_count", "room_id"])
def test_harmless_keys_stay(key: str) -> None:
    assert not is_secret_key(key)


def test_a_traceback_keeps_its_lines(logged: Logged) -> None:
    try:
        raise ValueError("one\r\ntwo")
    except ValueError:
        structlog.get_logger("ours").error("crashed", exc_info=True)
    (line,) = logged()
    assert "\n" in str(line["exception"])
    assert "\r" not in str(line["exception"])


def test_text_form_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure("text", "info")
    structlog.get_logger("ours").info("thing_happened", count=3)
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    assert "thing_happened" in capsys.readouterr().err
