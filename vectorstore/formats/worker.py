"""The heavier formats are read in a child process, bounded in memory and time: a bad file costs one child, no more."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import signal
import struct
import subprocess
import sys
import threading
import warnings
from importlib import import_module
from io import FileIO
from pathlib import Path
from typing import IO, Any, cast

from vectorstore.formats.extracted import Extracted, UnreadableError

_READERS = {
    ".html": "html:read_html", ".htm": "html:read_html", ".xhtml": "html:read_html", ".pdf": "pdf:read_pdf",
    ".docx": "word:read_docx", ".odt": "opendocument:read_odt", ".epub": "epub:read_epub", ".rtf": "rtf:read_rtf",
    ".eml": "mail:read_eml",
}  # fmt: skip
SUFFIXES = frozenset(_READERS)
"""Suffixes of the files that are read in the child, in lower case."""

_MODULE = "vectorstore.formats.worker"
_PACKAGES = {"docx": "python-docx"}
_REQUEST = struct.Struct(">8sQQ")
"""Suffix, most characters, bytes that follow."""
_ANSWER = struct.Struct(">Q")
_NETWORK_EVENTS = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
_GRACE_SECONDS = 5
_FILES_OF_A_CHILD = 1_000
"""Libraries keep what they have seen; a fresh child starts small."""


class FormatWorker:
    """A child that reads files one at a time, started at the first and kept; safe to use from several threads."""

    def __init__(self, *, timeout_seconds: float = 15.0, memory_bytes: int = 2_000_000_000) -> None:
        self._timeout_seconds = timeout_seconds
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0

    def read(self, suffix: str, data: bytes, *, max_chars: int) -> list[Extracted]:
        """The articles of a file whose name ends in one of SUFFIXES; raises UnreadableError."""
        head = _REQUEST.pack(suffix.lower().encode(), max_chars, len(data))
        with self._lock:
            answer = self._ask(head, data)
        if "why" in answer:
            raise UnreadableError(answer["why"])
        return [Extracted(article["text"], article["fields"], article["row"]) for article in answer["articles"]]

    def close(self) -> None:
        """End the child; the next file starts another."""
        with self._lock:
            self._end()

    def forget(self) -> None:
        """After a fork: let go of the child, which belongs to the parent, and leave it running."""
        self._lock = threading.Lock()
        child, self._child = self._child, None
        if child is not None:
            _close_pipes(child)
            child.returncode = 0  # no child of this process: nothing to wait for

    def _ask(self, head: bytes, data: bytes) -> Any:
        child, is_fresh = self._living(), self._files == 1
        late = threading.Event()
        timer = threading.Timer(self._timeout_seconds, _stop, (child, late))
        timer.start()
        answer = None
        try:
            answer = _exchange(child, head, data)
        finally:
            timer.cancel()
            timer.join()
            if answer is None or "spent" in answer or late.is_set():  # what is left of it serves no later file
                self._end()
        if not is_fresh and not late.is_set() and (answer is None or "spent" in answer):
            return self._ask(head, data)  # the files before may have worn it out
        if answer is not None:
            return answer
        slow = f"took longer than {self._timeout_seconds:g} s to read"
        return {"why": slow if late.is_set() else "could not be read (the reader crashed)"}

    def _living(self) -> subprocess.Popen[bytes]:
        self._files += 1
        if self._child is None or self._child.poll() is not None or self._files > _FILES_OF_A_CHILD:
            self._end()
            self._child, self._files = self._started(), 1
        return self._child

    def _started(self) -> subprocess.Popen[bytes]:
        limits = [str(self._memory_bytes), str(int(self._timeout_seconds) + _GRACE_SECONDS)]
        # -P: the folder a user works in may hold a json.py of its own.
        command = [sys.executable, "-P", "-m", _MODULE, *limits]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)}
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        return subprocess.Popen(command, bufsize=0, stdin=pipe, stdout=pipe, stderr=nowhere, env=environment)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            _close_pipes(child)
            child.wait()


_SHARED = FormatWorker()
atexit.register(_SHARED.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_SHARED.forget)


def read_in_worker(suffix: str, data: bytes, *, max_chars: int) -> list[Extracted]:
    """The articles of a file whose name ends in one of SUFFIXES, by the process's own child; raises UnreadableError."""
    return _SHARED.read(suffix, data, max_chars=max_chars)


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _exchange(child: subprocess.Popen[bytes], head: bytes, data: bytes) -> Any:
    """The child's answer, or None where it ended before it gave one."""
    requests, answers = cast(FileIO, child.stdin), cast(FileIO, child.stdout)
    try:
        for content in (head, data):
            _write(requests, content)
        return json.loads(_read(answers, *_ANSWER.unpack(_read(answers, _ANSWER.size))))
    except (OSError, EOFError):
        return None


def _write(pipe: FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[pipe.write(rest) :]


def _read(pipe: IO[bytes] | FileIO, size: int) -> bytes:
    content = bytearray()
    while len(content) < size:
        piece = pipe.read(size - len(content))
        if not piece:
            raise EOFError
        content += piece
    return bytes(content)


def main() -> None:
    """The child's end: reads files from standard input until it closes; nothing else reaches standard output."""
    memory_bytes, seconds = map(int, sys.argv[1:])
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _keep_quiet()
    _limit_memory(memory_bytes)
    sys.addaudithook(_refuse_network)
    with contextlib.suppress(EOFError):
        while True:
            suffix, max_chars, size = _REQUEST.unpack(_read(requests, _REQUEST.size))
            data = _read(requests, size)
            _set_alarm(seconds)  # should the parent be gone, nobody else would stop an endless reader
            answer = _packed(suffix.rstrip(b"\0").decode(), data, max_chars=max_chars)
            if not answer:
                why = f"took more than {memory_bytes / 1e9:g} GB of memory to read"
                answer = json.dumps({"why": why, "spent": True}).encode()
            _set_alarm(0)
            answers.write(_ANSWER.pack(len(answer)) + answer)
            answers.flush()


def _packed(suffix: str, data: bytes, *, max_chars: int) -> bytes:
    """The answer as it goes back; empty where memory ran out, all of which is free again when this returns."""
    try:
        return json.dumps(_answer(suffix, data, max_chars=max_chars)).encode()
    except MemoryError:
        return b""


def _answer(suffix: str, data: bytes, *, max_chars: int) -> dict[str, Any]:
    """What goes back as JSON; any other exception ends the child, and the parent reports a crash."""
    module, _, function = _READERS[suffix].partition(":")
    try:
        read = getattr(import_module(f"vectorstore.formats.{module}"), function)
        articles = read(data, max_chars=max_chars)
    except UnreadableError as error:
        return {"why": str(error)}
    except RecursionError:
        return {"why": "nested too deeply"}
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        package = _PACKAGES.get(missing, missing)
        return {"why": f"needs {package}: pip install {package}"}
    except ImportError as error:
        return {"why": f"needs a package that cannot be loaded ({error})"}
    return {"articles": [{"text": one.text, "fields": dict(one.fields), "row": one.row} for one in articles]}


def _keep_quiet() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C ends


def _limit_memory(memory_bytes: int) -> None:
    """Address space, where the system knows such a limit (Windows does not, macOS refuses)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _refuse_network(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _NETWORK_EVENTS:
        raise PermissionError("a reader of files has no business in the network")


def _set_alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


if __name__ == "__main__":
    main()
