"""A process with everything imported that forks a child for each sync: a trial costs no start of Python.

Reads one request a line (JSON) from stdin; answers with the child's process id, then with how it ended.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any


class Syncer:
    """The parent's end: one child at a time."""

    def __init__(self) -> None:
        tests = Path(__file__).parent
        path = os.pathsep.join([str(tests), str(tests.parent), *sys.path])
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def begin(self, folder: Path, home: Path, cache: Path, **request: Any) -> int:
        """Start a sync; its process id."""
        assert self._process.stdin and self._process.stdout
        values = {"folder": str(folder), "home": str(home), "cache": str(cache), **request}
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> tuple[int, list[str]]:
        """Wait for the sync: the child's exit status (negative: killed by that signal) and what it said."""
        assert self._process.stdout
        status, lines = json.loads(self._process.stdout.readline())
        return os.waitstatus_to_exitcode(status), lines

    def close(self) -> None:
        """Let the template end."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=60)


def _serve() -> None:
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401
    import tokenizers  # noqa: F401

    import vectorstore.corpus  # noqa: F401

    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            _run(json.loads(line), write)
        os.close(write)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        status = os.waitpid(child, 0)[1]
        with os.fdopen(read) as answer:
            sys.stdout.write(json.dumps([status, answer.read().splitlines()]) + "\n")
        sys.stdout.flush()


def _run(request: dict[str, Any], write: int) -> None:
    from corpora import open_index

    corpus = open_index(Path(request["folder"]), Path(request["home"]), Path(request["cache"]))
    _ = corpus.embeddings
    if user := request.get("user"):
        os.setuid(user)
    if limit := request.get("largest_file_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    status = _sync(corpus, write)
    if limit:
        os.write(write, f"{_answer(corpus)}\n".encode())
        # The same process, once there is room again.
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        status = 10 * status + _sync(corpus, write)
    os._exit(status)


def _answer(corpus: Any) -> list[str]:
    from vectorstore.within import Within

    with corpus.reading() as index:
        vector = corpus.embeddings.embed_query("ferry")
        found = index.search_dense(vector, embedding=corpus.embeddings.fingerprint, candidates=99, within=Within())
        return sorted({passage.chunk.source for passage in found})


def _sync(corpus: Any, write: int) -> int:
    from vectorstore.errors import UserError

    try:
        os.write(write, f"{corpus.sync(wait_seconds=60)}\n".encode())
        return 0
    except UserError as error:
        os.write(write, f"{type(error).__name__}: {error}\n".encode())
        return 2
    except BaseException as error:
        os.write(write, f"bug: {error!r}\n".encode())
        return 3


if __name__ == "__main__":
    _serve()
