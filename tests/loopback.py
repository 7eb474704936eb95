"""An ASGI app on a real server on loopback, in a thread, for the length of a block."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def running(app: Any, **options: Any) -> Iterator[str]:
    """Serve an app until the block ends; yields its address. Options are uvicorn's."""
    import uvicorn

    with listening_socket() as listening:
        config = uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1, **options)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def wait_until(holds: Any, *, seconds: float = 20) -> None:
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


_SERVE = """
import uvicorn
from loopback import listening_socket
with listening_socket() as listening:
    print("http://127.0.0.1:%s" % listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, ws="none", timeout_graceful_shutdown=1, **options)).run(sockets=[listening])
"""


def listening_socket() -> socket.socket:
    """A socket on a free port of this machine."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def running_apart(program: str, log: Path) -> Iterator[str]:
    """Serve the `app` that a program makes, in a process of its own; yields its address once it answers."""
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", f"options = {{}}\n{program}\n{_SERVE}"],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=environment,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, log.read_text("utf-8")
            yield address
        finally:
            process.terminate()
            process.communicate(timeout=20)
