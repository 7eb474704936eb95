"""What readers said of answers: a line each, in a file from which examples are drafted."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from qa.answer_json import read_as
from qa.history.conversation import Conversation, Scope, Vote, parsed, scope_dict
from qa.types import Answer
from vectorstore.durable import sync_path
from vectorstore.errors import UserError

SCHEMA_VERSION = 1
LONGEST_COMMENT = 2_000
MOST_BYTES = 50_000_000
_MOST_EARLIER = 10
_WAIT_SECONDS = 10.0


class FeedbackUnwritable(UserError):
    """The file of feedback is full, or cannot be written."""


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer as it was rated, with all that is needed to ask it again; who rated it is not known."""

    time: datetime
    conversation: str
    turn: int
    """1-based."""
    vote: Vote
    comment: str
    question: str
    query: str
    earlier: tuple[str, ...]
    """The last questions of the conversation before it."""
    scope: Scope
    answer: Answer


@dataclass(frozen=True, slots=True)
class Read:
    """The ratings of a file, the last of each answer, in order, and how many of its lines are damaged."""

    rated: tuple[Rated, ...]
    damaged: int


class Feedback:
    """A file of ratings, safe between threads and processes; ratings are only ever added to it."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes

    def give(self, conversation: Conversation, turn: int) -> None:
        """Add what an answer, 1-based, was rated; without a vote, that its vote was taken back.

        Raises FeedbackUnwritable, and ValueError where there is no answer.
        """
        line = json.dumps(_row(conversation, turn), separators=(",", ":")).encode("ascii") + b"\n"
        with self._locked():
            self._append(line)

    def _append(self, line: bytes) -> None:
        with _open_private(self._path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            # A process that was killed may have left half a line.
            line = line if file.read(1) in (b"", b"\n") else b"\n" + line
            if size + len(line) > self._most_bytes:
                raise FeedbackUnwritable(f"{self._path} is full; move it away to keep what is rated from now on")
            try:
                if file.write(line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise

    @contextmanager
    def _locked(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_name(f"{self._path.name}.lock"), timeout=_WAIT_SECONDS, mode=0o600):
                is_new = not self._path.exists()
                yield
                if is_new:
                    sync_path(self._path.parent)
        except Timeout as error:
            raise FeedbackUnwritable(f"{self._path} is being written by another process; try again") from error
        except OSError as error:
            why = f"{self._path} cannot be written ({error.strerror}); make room there or let it be written"
            raise FeedbackUnwritable(why) from error


def read_feedback(path: Path) -> Read:
    """The last rating of every answer, without those that were taken back; raises UserError."""
    latest: dict[tuple[str, int], Rated] = {}
    damaged = 0
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                try:
                    rated = _rated(line)
                except ValueError:
                    damaged += bool(line.strip())
                    continue
                latest.pop((rated.conversation, rated.turn), None)
                latest[rated.conversation, rated.turn] = rated
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; name the file of ratings") from error
    return Read(tuple(rated for rated in latest.values() if rated.vote), damaged)


def _open_private(path: Path) -> FileIO:
    """A file to add to, made so that only its owner can read it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    return FileIO(os.open(path, flags, 0o600), "rb+")


def _row(conversation: Conversation, turn: int) -> dict[str, Any]:
    exchange = conversation.exchanges[turn - 1]
    answer = exchange.answer
    if answer is None:
        raise ValueError("there is no answer to rate")
    return {
        "schema_version": SCHEMA_VERSION,
        "time": datetime.now(UTC).isoformat(),
        "conversation": conversation.id,
        "turn": turn,
        "vote": exchange.vote,
        "comment": exchange.comment[:LONGEST_COMMENT],
        "question": exchange.question,
        "query": answer.query,
        "earlier": [one.question for one in conversation.exchanges[: turn - 1]][-_MOST_EARLIER:],
        "scope": scope_dict(exchange.scope),
        "answer": answer.to_dict(),
        "settings_fingerprint": answer.settings_fingerprint,
        "corpus_fingerprint": answer.corpus_fingerprint,
    }


def _rated(line: str) -> Rated:
    data = parsed(line)
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ValueError("of another version")
    return read_as(Rated, data)
