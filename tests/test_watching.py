"""A folder followed: a line for what changed, a line once for what is wrong, and an end at Ctrl-C."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from corpora import STORIES, write_corpus, write_story

from qa.commands.watching import follow, looks_at
from vectorstore.errors import CorpusMissing, UserError
from vectorstore.types import IndexReport, Skipped

SCAN = Skipped("page.pdf", "no text layer (scanned?)")


def followed(*outcomes: IndexReport | UserError, looks: Iterable[bool] | None = None) -> list[str]:
    """What is told when syncs end like this, one after the other."""
    told: list[str] = []
    coming = iter(outcomes)

    def sync() -> IndexReport:
        outcome = next(coming)
        if isinstance(outcome, UserError):
            raise outcome
        return outcome

    follow(sync, looks or [True] * len(outcomes), show=told.append, warn=told.append)
    return told


def test_the_first_sync_is_told_and_a_later_one_only_when_it_changed_something() -> None:
    told = followed(IndexReport(unchanged=3), IndexReport(unchanged=3), IndexReport(added=1, unchanged=3))
    assert [line.partition(",")[0] for line in told] == ["0 added", "1 added"]


def test_a_skipped_file_is_told_once_and_again_when_it_was_mended_between() -> None:
    bad, good = IndexReport(unchanged=3, skipped=(SCAN,)), IndexReport(replaced=1, unchanged=2)
    told = followed(bad, bad, good, bad)
    assert told.count("skipped page.pdf: no text layer (scanned?)") == 2
    assert told[1] == told[-1] == "skipped page.pdf: no text layer (scanned?)"


def test_an_error_is_one_line_as_long_as_it_lasts_and_its_end_is_told() -> None:
    gone = CorpusMissing("there is no folder\nx")
    told = followed(IndexReport(unchanged=3), gone, gone, IndexReport(unchanged=3), gone)
    assert [line.partition(",")[0] for line in told] == [
        "0 added",
        "qa: there is no folder x",
        "0 added",
        "qa: there is no folder x",
    ]


def test_a_sync_that_takes_long_is_not_done_again_before_a_change_calls_for_it() -> None:
    long = IndexReport(unchanged=100_000, seconds=60.0)
    told = followed(long, IndexReport(added=1, seconds=60.0), long, looks=[True, False, False, True, False, False])
    assert [line[:7] for line in told] == ["0 added", "1 added"]


def test_a_missing_folder_is_waited_for_and_what_is_hidden_or_ours_does_not_count(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    looks = looks_at(folder, ignoring=folder / "index")
    assert [next(looks), next(looks)] == [False, False]
    (folder / "index").mkdir(parents=True)
    assert next(looks) is True
    seen: queue.Queue[bool] = queue.Queue()
    threading.Thread(target=lambda: seen.put(next(looks)), daemon=True).start()
    for name in (".hidden", "index/library.db"):
        (folder / name).write_text("x", encoding="utf-8")
    with pytest.raises(queue.Empty):
        seen.get(timeout=2)
    (folder / "a.txt").write_text("x", encoding="utf-8")
    assert seen.get(timeout=9) is True


@contextmanager
def watching(folder: Path, home: Path) -> Iterator[tuple[subprocess.Popen[str], queue.Queue[str]]]:
    """`qa index --watch` in a process of its own, and its lines as they come."""
    command = [sys.executable, "-m", "qa", "index", "--watch", "--corpus", str(folder)]
    lines: queue.Queue[str] = queue.Queue()
    out, err = subprocess.PIPE, subprocess.STDOUT
    environment = {**os.environ, "QA_INDEX_DIR": str(home)}
    with subprocess.Popen(command, stdout=out, stderr=err, text=True, env=environment) as process:
        assert process.stdout is not None
        reading = threading.Thread(target=lambda stream: [lines.put(line) for line in stream], args=(process.stdout,))
        reading.start()
        try:
            yield process, lines
        finally:
            process.kill()
            reading.join()


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_each_change_of_a_file_brings_a_line_until_ctrl_c(tmp_path: Path) -> None:
    folder = write_corpus(tmp_path / "articles")
    with watching(folder, tmp_path / "index") as (process, lines):
        assert lines.get(timeout=120).startswith("3 added, 0 replaced, 0 removed, 0 unchanged; 3 chunks")
        write_story(folder / "storm.txt", "Storm\n\nThe storm cut power to 4100 homes in Lund on Monday evening.\n")
        assert lines.get(timeout=60).startswith("1 added, 0 replaced, 0 removed, 3 unchanged; 4 chunks")
        write_story(folder / "storm.txt", "Storm\n\nThe storm cut power to 5200 homes in Lund on Monday evening.\n")
        assert lines.get(timeout=60).startswith("0 added, 1 replaced, 0 removed, 3 unchanged; 4 chunks")
        (folder / "noise.txt").write_bytes(bytes(range(256)) * 64)
        assert lines.get(timeout=60) == "skipped noise.txt: not a text file\n"
        (folder / "storm.txt").unlink()
        assert lines.get(timeout=60).startswith("0 added, 0 replaced, 1 removed, 3 unchanged; 3 chunks")
        shutil.rmtree(folder)
        assert lines.get(timeout=60).startswith("qa: there is no folder")
        write_corpus(folder, {"comet.txt": STORIES["comet.txt"]})
        assert "2 removed, 1 unchanged; 1 chunks" in lines.get(timeout=60)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert lines.empty()
