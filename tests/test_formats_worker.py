"""The heavier formats are read in a child: what goes wrong in it costs its file a reason, and nothing else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from vectorstore.formats.extracted import UnreadableError
from vectorstore.formats.worker import SUFFIXES, FormatWorker, read_in_worker

ROOT = Path(__file__).parent.parent
PAGE = b"<html><head><title>Bridge closes today</title></head><body><p>It is closed.</p></body></html>"
MAIL = b"From: Ada Bell <ada@ulm.example>\r\nSubject: The bridge\r\n\r\nIt is closed."
CRASHED = "could not be read (the reader crashed)"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
STARTS = """
import os, time
from vectorstore.formats.worker import read_in_worker
def text(number):
    page = f"<html><body><p>It is closed {number} times.</p></body></html>".encode()
    return read_in_worker(".html", page, max_chars=1000)[0].text
assert text(1) == "It is closed 1 times."
"""


@pytest.fixture
def worker() -> Iterator[FormatWorker]:
    with closing(FormatWorker()) as made:
        yield made


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worker: FormatWorker) -> Iterator[Path]:
    """A library for rich text in the place of the real one, whose code a test writes; only the child imports it."""
    package = tmp_path / "striprtf"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert text(worker) == "It is closed."
    yield package / "striprtf.py"
    assert text(worker) == "It is closed."


def text(worker: FormatWorker, suffix: str = ".html", data: bytes = PAGE) -> str:
    (article,) = worker.read(suffix, data, max_chars=1_000_000)
    return article.text


def why(worker: FormatWorker, suffix: str, data: bytes, max_chars: int = 1_000_000) -> str:
    with pytest.raises(UnreadableError) as raised:
        worker.read(suffix, data, max_chars=max_chars)
    return str(raised.value)


def children_of(parent: int) -> set[int]:
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # ended while we looked
            continue
        if int(above) == parent and state != "Z":
            found.add(int(status.parent.name))
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_text_and_fields_come_back_and_files_follow_each_other(worker: FormatWorker) -> None:
    (article,) = worker.read(".eml", MAIL, max_chars=1_000_000)
    assert (article.text, dict(article.fields)) == ("It is closed.", {"title": "The bridge", "author": "Ada Bell"})
    assert text(worker, ".HTML") == "It is closed."


def test_the_process_has_a_worker_of_its_own() -> None:
    (article,) = read_in_worker(".html", PAGE, max_chars=1_000_000)
    assert article.fields == {"title": "Bridge closes today"}
    assert ".pdf" in SUFFIXES
    assert ".txt" not in SUFFIXES


def test_reasons_come_back_word_for_word(worker: FormatWorker) -> None:
    assert why(worker, ".pdf", b"no pdf") == "not a readable PDF file"
    assert why(worker, ".eml", MAIL + b" " + b"word " * 400, max_chars=1_000).startswith(
        "expands to more than 0.001 MB"
    )


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    with closing(FormatWorker(timeout_seconds=0.001)) as worker:  # no process starts as fast as that
        assert why(worker, ".html", PAGE) == "took longer than 0.001 s to read"
        assert why(worker, ".html", PAGE * 10_000) == "took longer than 0.001 s to read"


def test_a_reader_that_runs_out_of_memory_says_so_and_is_replaced() -> None:
    with closing(FormatWorker(memory_bytes=400_000_000)) as worker:
        spent = ("took more than 0.4 GB of memory to read", CRASHED)  # a library may abort before Python can tell
        assert why(worker, ".html", b"<html><body>" + b"<i>a</i>" * 2_000_000) in spent
        assert text(worker) == "It is closed."


def test_a_library_that_asks_for_too_much_memory_is_told_from_one_that_crashed(
    stand_in: Path, worker: FormatWorker
) -> None:
    stand_in.write_text("def rtf_to_text(text, **options): return bytearray(9_000_000_000)")
    assert why(worker, ".rtf", b"{\\rtf1 A}") == "took more than 2 GB of memory to read"


def test_a_library_that_keeps_what_it_read_costs_no_later_file(stand_in: Path, worker: FormatWorker) -> None:
    stand_in.write_text(
        "kept = []\ndef rtf_to_text(text, **options):\n    kept.append(bytearray(500_000_000))\n    return 'Words.'\n"
    )
    assert [text(worker, ".rtf", b"{\\rtf1 A}") for _ in range(6)] == ["Words."] * 6


def test_an_e_mail_nested_too_deeply_says_so(worker: FormatWorker) -> None:
    nested = b"From: a@ulm.example\n" + b"Content-Type: message/rfc822\n\n" * 5_000
    assert why(worker, ".eml", nested) == "nested too deeply"


def test_a_closed_worker_starts_again(worker: FormatWorker) -> None:
    assert text(worker) == "It is closed."
    worker.close()
    assert text(worker) == "It is closed."


def test_several_threads_share_a_worker(worker: FormatWorker) -> None:
    pages = [PAGE.replace(b"closed", f"closed {number} times".encode()) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda data: text(worker, ".html", data), pages))
    assert texts == [f"It is closed {number} times." for number in range(40)]


def test_a_missing_library_says_what_to_install(stand_in: Path, worker: FormatWorker) -> None:
    stand_in.write_text("import striprtf_that_is_gone")
    package = "striprtf_that_is_gone"
    assert why(worker, ".rtf", b"{\\rtf1 A}") == f"needs {package}: pip install {package}"


def test_a_broken_library_says_what_it_lacks(stand_in: Path, worker: FormatWorker) -> None:
    stand_in.write_text("raise ImportError('lxml.html.clean is a project of its own now')")
    told = "needs a package that cannot be loaded (lxml.html.clean is a project of its own now)"
    assert why(worker, ".rtf", b"{\\rtf1 A}") == told


def test_a_library_that_prints_spoils_no_answer(stand_in: Path, worker: FormatWorker) -> None:
    stand_in.write_text(
        "import os\nprint('noise', flush=True)\nos.write(1, b'noise')\n"
        "def rtf_to_text(text, **options):\n    print('noise', flush=True)\n    return 'Words.'\n"
    )
    assert text(worker, ".rtf", b"{\\rtf1 A}") == "Words."


@pytest.mark.parametrize("fault", ["import os; os.abort()", "raise RuntimeError", "import os; os._exit(0)"])
def test_a_library_that_crashes_costs_one_file(stand_in: Path, worker: FormatWorker, fault: str) -> None:
    stand_in.write_text(f"def rtf_to_text(text, **options): {fault}")
    assert why(worker, ".rtf", b"{\\rtf1 A}") == CRASHED


def test_an_endless_library_is_given_up(stand_in: Path) -> None:
    stand_in.write_text("def rtf_to_text(text, **options):\n    while True: pass")
    with closing(FormatWorker(timeout_seconds=3)) as impatient:
        assert why(impatient, ".rtf", b"{\\rtf1 A}") == "took longer than 3 s to read"


def test_a_library_reaches_no_network(stand_in: Path, worker: FormatWorker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = server.getsockname()
        stand_in.write_text(f"import socket\ndef rtf_to_text(text, **options): socket.create_connection({address})")
        assert why(worker, ".rtf", b"{\\rtf1 A}") == CRASHED
        with pytest.raises(BlockingIOError):
            server.accept()


@LINUX
def test_a_child_that_was_killed_is_replaced(worker: FormatWorker) -> None:
    before = children_of(os.getpid())
    text(worker)
    (child,) = children_of(os.getpid()) - before
    os.kill(child, signal.SIGKILL)
    while is_running(child):
        time.sleep(0.01)
    assert text(worker) == "It is closed."


@LINUX
def test_the_child_ends_when_its_parent_is_killed() -> None:
    command = [sys.executable, "-c", STARTS + "print('ready', flush=True)\ntime.sleep(600)"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout and parent.stdout.readline() == b"ready\n"
        (child,) = children_of(parent.pid)
        parent.kill()
    deadline = time.monotonic() + 30
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_a_fork_has_a_child_of_its_own() -> None:
    program = STARTS + (
        "forked = os.fork()\n"
        "numbers = range(2, 40) if forked else range(40, 80)\n"
        "right = all(text(number) == f'It is closed {number} times.' for number in numbers)\n"
        "if not forked: os._exit(0 if right else 1)\n"
        "assert right and os.waitpid(forked, 0)[1] == 0 and text(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_parent_imports_no_library_of_a_format() -> None:
    program = "import sys, vectorstore.formats.worker\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"lxml", "trafilatura", "pypdfium2", "docx", "odfdo", "striprtf", "numpy"}
    assert not heavy & set(done.stdout.split())
