"""One writer at a time: a file lock that names its owner and dies with it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from vectorstore.errors import IndexLocked, IndexMissing

_FIX = "set QA_INDEX_DIR to a folder that can be written"


def make_home(home: Path) -> None:
    """Make the folder of an index; raises IndexMissing when that cannot be."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexMissing(f"{home} cannot be made ({error.strerror}); {_FIX}") from error


@contextmanager
def writing(home: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the write lock of an index folder; raises IndexLocked, naming the owner, when it stays taken."""
    from filelock import FileLock, Timeout

    make_home(home)
    try:
        lock = FileLock(home / "lock")
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise IndexLocked(f"another process is indexing ({_owner(home)}); try again when it is done") from error
    except OSError as error:
        raise IndexMissing(f"{home} cannot be written ({error.strerror}); {_FIX}") from error
    try:
        owner = {"pid": os.getpid(), "since": datetime.now().astimezone().strftime("%H:%M")}
        with suppress(OSError):
            (home / "owner.json").write_text(json.dumps(owner), encoding="utf-8")
        yield
    finally:
        lock.release()


def _owner(home: Path) -> str:
    try:
        owner = json.loads((home / "owner.json").read_text(encoding="utf-8"))
        return f"pid {owner['pid']}, since {owner['since']}"
    except (OSError, ValueError, KeyError):
        return "owner unknown"
