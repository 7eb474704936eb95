"""LangSmith gets a trace when its own variables ask for it, and otherwise nothing ever leaves the machine for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from model_server import CANARY, ModelServer, Says

ASK = """
import os
before = dict(os.environ)
import qa
from qa.chat_model import open_chat_model
print("".join(open_chat_model("openai:m", base_url=os.environ["MODEL_ADDRESS"]).stream("s", "How many?")))
assert dict(os.environ) == before, "no variable is set behind the user's back"
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


class LangSmith(ThreadingHTTPServer):
    """Takes whatever it is sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taker)
        self.traces = 0


class _Taker(BaseHTTPRequestHandler):
    server: LangSmith

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.traces += 1
        self._answer()

    do_PATCH = do_POST  # noqa: N815

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


@pytest.fixture
def langsmith() -> Iterator[LangSmith]:
    with LangSmith() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("asked_for", "traced"), [({}, False), ({"LANGSMITH_TRACING": "true"}, True)])
def test_a_call_is_traced_only_where_its_variable_says_so(
    asked_for: dict[str, str], traced: bool, langsmith: LangSmith
) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSMITH_", "LANGCHAIN_"))}
    with ModelServer(Says("At least 83 [1].")) as model:
        environment = {
            **own,
            **asked_for,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "MODEL_ADDRESS": model.openai,
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{langsmith.server_port}",
            "LANGSMITH_API_KEY": CANARY,
        }
        run = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "At least 83 [1].", run.stderr
    assert bool(langsmith.traces) == traced
