"""The typed endpoints, called by Gradio's own client and by plain REST."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback import running_apart, wait_until
from page_stand_ins import KILLED, STRIKES

_PROGRAM = """
from dataclasses import replace
from fastapi import FastAPI
from page_stand_ins import STRIKES, StandIn
from qa.server.typed import add_typed
from qa.ui.page import import_gradio
from vectorstore.types import Chunk, Passage

class Echoing(StandIn):
    def stream(self, question, **options):
        told = super().stream(question)
        if "echo" in question:
            told._events = echo(question, options)
        return told
    def search(self, query, **options):
        chunk = Chunk(STRIKES.id, 0, STRIKES.text[24:90], 24, 90, "strikes.txt", repr(options))
        return [Passage(chunk, 0.5)]

def echo(question, options):
    return replace(StandIn().ask("killed"), notices=(repr(options),))
    yield

gradio = import_gradio()
with gradio.Blocks(analytics_enabled=False) as blocks:
    box = gradio.Textbox()
    box.submit(lambda text: text, [box], [box], api_visibility="private")
    add_typed(gradio, Echoing())
blocks.queue(default_concurrency_limit=8)
app = FastAPI()
gradio.mount_gradio_app(app, blocks, "/ui", show_error=False, ssr_mode=False, mcp_server=False, run_history=False)
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typed") / "log"


@pytest.fixture(scope="module")
def address(log: Path) -> Iterator[str]:
    with running_apart(_PROGRAM, log) as here:
        yield f"{here}/ui"


@pytest.fixture(scope="module")
def client(address: str) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False, analytics_enabled=False)


def test_only_ask_and_search_are_offered(address: str) -> None:
    offered = httpx.get(f"{address}/gradio_api/info").json()
    assert set(offered["named_endpoints"]) == {"/ask", "/search"}
    assert offered["unnamed_endpoints"] == {}
    parameters = offered["named_endpoints"]["/ask"]["parameters"]
    assert [one["parameter_name"] for one in parameters] == [
        "question",
        "sources",
        "outlet",
        "since",
        "until",
        "history",
    ]
    assert [one["parameter_has_default"] for one in parameters] == [False] + [True] * 5


def test_the_client_gets_the_answer_as_data(client: Any) -> None:
    answer = client.predict("How many were killed? Ünïcödé 日本", api_name="/ask")
    assert answer["question"] == "How many were killed? Ünïcödé 日本"
    assert answer["citations"][0]["quote"] == KILLED
    assert answer["citations"][0]["published"] == "2025-11-30"
    assert answer["schema_version"] == 1
    assert client.predict(question="Who won the cup?", api_name="/ask")["abstained"] is True


def test_the_client_restricts_a_question_and_tells_its_history(client: Any) -> None:
    answer = client.predict(
        "echo", ["strikes.txt"], "The Daily Record", "2025-11", until="2025", history=[["Who?", "Nobody."]],
        api_name="/ask",
    )  # fmt: skip
    assert answer["notices"] == [
        "{'history': (Turn(question='Who?', answer='Nobody.'),), 'sources': ['strikes.txt'], "
        "'outlet': 'The Daily Record', 'since': datetime.date(2025, 11, 1), 'until': datetime.date(2025, 12, 31)}"
    ]


def test_the_client_searches(client: Any) -> None:
    found = client.predict("killed", 3, api_name="/search")["passages"]
    assert STRIKES.text[found[0]["start"] : found[0]["end"]] == found[0]["text"]
    assert found[0]["title"].startswith("{'k': 3, 'sources': None")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"question": "..."}, "please type a question"),
        ({"question": "killed", "since": "soon"}, "since 'soon' is no date"),
        ({"question": "killed", "history": [["alone"]]}, "list of pairs"),
        ({"question": 5}, "question: Input should be a valid string"),
        ({"question": "killed", "sources": "strikes.txt"}, "sources: Input should be a valid list"),
        ({"question": "unreachable"}, "start it with `ollama serve`"),
        ({"question": "broken secret"}, "the details are in the server's log"),
    ],
)
def test_an_error_is_one_line_for_the_client(client: Any, log: Path, arguments: dict[str, Any], message: str) -> None:
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=message) as failed:
        client.predict(**arguments, api_name="/ask")
    assert "\n" not in str(failed.value)
    if "broken" in str(arguments):
        wait_until(lambda: "(RuntimeError)" in log.read_text("utf-8"))
        assert "secret" not in log.read_text("utf-8")


def test_plain_rest_asks_in_two_steps(address: str) -> None:
    call = httpx.post(
        f"{address}/gradio_api/call/ask", json={"data": ["How many were killed?", None, "", "", "", None]}
    )
    event = call.json()["event_id"]
    told = httpx.get(f"{address}/gradio_api/call/ask/{event}").text
    assert told.startswith("event: complete\ndata: ")
    answer = json.loads(told.partition("data: ")[2])[0]
    assert answer["text"] == "At least 83 people have been killed. [1]"


def test_plain_rest_may_name_what_it_gives(address: str) -> None:
    call = httpx.post(f"{address}/gradio_api/call/v2/ask", json={"question": "..."})
    told = httpx.get(f"{address}/gradio_api/call/ask/{call.json()['event_id']}").text
    assert told.startswith("event: error\n")
    assert "please type a question" in told
