"""Every way in which a call of a chat model can fail, in words of our own.

A server's own text is never passed on: it may hold a part of the key, or of the question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT_SECONDS = 10.0
"""A server that asks for a longer pause is not waited for."""
CUT_OFF = "the answer was cut off"
STOPPED = "the answer was stopped"
TOO_LONG = "the answer reached its length limit; raise QA_MAX_ANSWER_TOKENS"
FILTERED = "the provider's filter stopped the answer"

_TOO_LONG_A_PROMPT = re.compile(
    r"context[ _](?:length|size|window)|prompt is too long|input is too long|too many tokens|token limit", re.IGNORECASE
)
"""How servers say, in the text of a 400, what has no status of its own."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What to tell the user, and whether to try again."""

    cause: str
    retry: bool = False
    wait_seconds: float = 0.0
    """What the server asked for; 0 when it did not."""


def explain(error: BaseException, *, key: str = "", address: str = "", timeout_seconds: float = 0.0) -> Failure:
    """The failure behind any exception of a client; `key` is the variable's name, never its value."""
    chain = _chain(error)
    status = _status(chain)
    kinds = " ".join(kind.__name__ for link in chain for kind in type(link).__mro__)
    if status == 413 or (status == 400 and any(_TOO_LONG_A_PROMPT.search(str(link)) for link in chain)):
        return Failure(
            f"question and passages are too long for the model ({status}); "
            "lower QA_CONTEXT_TOKENS, or set QA_CONTEXT_WINDOW to what it takes"
        )
    if status:
        return _by_status(status, key, wait_seconds=_wait_seconds(chain))
    if "Timeout" in kinds:
        return Failure(
            f"timed out: nothing came for {timeout_seconds:g} seconds; raise QA_TIMEOUT_SECONDS if it is just slow"
        )
    if any(
        kind in kinds for kind in ("RemoteProtocolError", "ReadError", "WriteError", "ConnectionReset", "BrokenPipe")
    ):
        return Failure("the server broke the connection", retry=True)
    if "Connect" in kinds:
        where = f" at {address}" if address else ""
        return Failure(f"the server{where} cannot be reached; is it running, and is QA_CHAT_BASE_URL right?")
    if "APIError" in kinds or "ResponseError" in kinds:
        return Failure("the server reported an error", retry=True)
    return Failure("the server's reply cannot be read; is it a chat server, and does its address end in /v1?")


def _by_status(status: int, key: str, *, wait_seconds: float) -> Failure:
    if status in (401, 403):
        return Failure(f"the key was rejected ({status}){f'; check {key}' if key else ''}")
    if status == 404:
        return Failure(
            "the server does not have this model (404); check its name, and the address, which often ends in /v1"
        )
    if status == 429:
        later = f"in {max(2, math.ceil(wait_seconds))} seconds" if wait_seconds else "later"
        return Failure(f"rate limited (429); try again {later}", retry=True, wait_seconds=wait_seconds)
    if status >= 500 or status in (408, 409):
        return Failure(f"server error {status}", retry=True, wait_seconds=wait_seconds)
    return Failure(f"the server did not accept the request ({status})")


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links and len(links) < 10:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _status(chain: Iterable[BaseException]) -> int:
    for link in chain:
        response = getattr(link, "response", None)
        for value in (
            getattr(link, "status_code", None),
            getattr(response, "status_code", None),
            getattr(link, "code", None),
        ):
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return 0


def _wait_seconds(chain: Iterable[BaseException]) -> float:
    for link in chain:
        headers = getattr(getattr(link, "response", None), "headers", None) or {}
        for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
            if told := headers.get(name):
                return max(0.0, unit * _seconds(str(told)))
    return 0.0


def _seconds(told: str) -> float:
    """Seconds of a `retry-after`, which is a number or a date; 0 for what is neither."""
    try:
        return float(told) if told.replace(".", "", 1).isdecimal() else _until(parsedate_to_datetime(told))
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _until(date: datetime) -> float:
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
