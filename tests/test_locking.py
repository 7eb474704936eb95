"""One writer at a time, known by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vectorstore.errors import IndexLocked, IndexMissing
from vectorstore.locking import writing

HOLD = "import sys; from pathlib import Path; from vectorstore.locking import writing\n" + (
    "with writing(Path(sys.argv[1]), wait_seconds=5):\n    print('held', flush=True); sys.stdin.read()\n"
)


def holder(home: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its stdin ends."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    assert process.stdout
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    process = holder(tmp_path)
    with pytest.raises(IndexLocked, match=f"pid {process.pid}, since"), writing(tmp_path, wait_seconds=0):
        pass
    let_go(process)
    with writing(tmp_path, wait_seconds=0):
        pass


def test_the_lock_dies_with_its_owner(tmp_path: Path) -> None:
    process = holder(tmp_path)
    os.kill(process.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait(timeout=30)
    with writing(tmp_path, wait_seconds=5):
        pass
    let_go(process)


def test_an_error_inside_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(tmp_path, wait_seconds=0):
        raise ZeroDivisionError
    with writing(tmp_path, wait_seconds=0):
        pass


def test_an_owner_that_left_no_name_is_still_respected(tmp_path: Path) -> None:
    process = holder(tmp_path)
    (tmp_path / "owner.json").unlink()
    with pytest.raises(IndexLocked, match="owner unknown"), writing(tmp_path, wait_seconds=0):
        pass
    let_go(process)


def test_a_place_that_cannot_hold_a_lock_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    with pytest.raises(IndexMissing, match="QA_INDEX_DIR"), writing(tmp_path / "taken", wait_seconds=0):
        pass
