"""The tools for models, called by the protocol's own client, over HTTP and over standard input and output."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import running
from page_stand_ins import KILLED, STRIKES, StandIn

from qa.pipeline import AnswerStream
from qa.server.mcp_shapes import MOST_CHARACTERS, ArticleShape
from qa.server.mcp_tools import PATH, build_server, mcp_app
from vectorstore.errors import QuestionError, SettingsError
from vectorstore.types import Chunk, Passage

_STDIO = """
import sys
from page_stand_ins import StandIn
from qa.server.mcp_tools import run_stdio
class Loud(StandIn):
    def stream(self, question, **options):
        print("what a library prints")
        return super().stream(question, **options)
run_stdio(Loud())
"""


class Searching(StandIn):
    """A stand-in that can search, and keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.options: list[dict[str, Any]] = []

    def stream(self, question: str, **options: Any) -> AnswerStream:
        self.options.append(options)
        return super().stream(question, **options)

    def search(self, _: str, **options: Any) -> list[Passage]:
        self.options.append(options)
        chunk = Chunk(
            STRIKES.id, 0, STRIKES.text[24:90], 24, 90, "strikes.txt", STRIKES.title, published=STRIKES.published
        )
        return [Passage(chunk, 0.5)][: options["k"]]


@pytest.fixture(scope="module")
def footnote() -> Searching:
    return Searching()


@pytest.fixture(scope="module")
def address(footnote: Searching) -> Iterator[str]:
    from fastapi import FastAPI

    served = mcp_app(footnote)  # type: ignore[arg-type]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with served.running:
            yield

    app = FastAPI(lifespan=lifespan)
    app.router.add_route(PATH, served.app)
    with running(app) as here:
        yield f"{here}{PATH}"


def over_http(address: str, use: Callable[[Any], Awaitable[Any]], *, mode: str = "auto") -> Any:
    from mcp.client import Client

    async def session() -> Any:
        async with Client(address, mode=mode) as client:
            return await use(client)

    return asyncio.run(session())


def called(address: str, tool: str, **arguments: Any) -> Any:
    return over_http(address, lambda client: client.call_tool(tool, arguments))


def test_the_tools_tell_what_they_do_and_that_they_only_read(address: str) -> None:
    tools = over_http(address, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search", "read_article"]
    for tool in tools:
        assert tool.annotations.read_only_hint is True
        assert tool.description
        assert tool.title
        assert all(one.get("description") for one in tool.input_schema["properties"].values())
        assert tool.output_schema["type"] == "object"
    assert tools[0].input_schema["required"] == ["question"]
    assert set(tools[0].input_schema["properties"]) == {"question", "sources", "outlet", "since", "until"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_answer_is_data_and_text_to_read(address: str, mode: str) -> None:
    result = over_http(
        address, lambda client: client.call_tool("ask", {"question": "How many were killed?"}), mode=mode
    )
    assert result.is_error is not True
    told = result.structured_content
    assert told["text"] == "At least 83 people have been killed. [1]"
    start = STRIKES.text.index(KILLED)
    footnote = told["footnotes"][0]
    assert (footnote["text"], footnote["start"], footnote["end"]) == (KILLED, start, start + len(KILLED))
    assert (footnote["source"], footnote["published"]) == ("strikes.txt", "2025-11-30")
    assert told["statements"][0]["footnotes"] == [1]
    assert result.content[0].text.startswith("At least 83 people have been killed. [1]\n\nFootnotes:\n\n[1] Strikes")


def test_an_abstention_is_no_error(address: str) -> None:
    result = called(address, "ask", question="Who won the cup?")
    assert not result.is_error
    assert result.structured_content["abstained"] is True
    assert result.structured_content["footnotes"] == []
    assert result.structured_content["nearest"] == ["strikes.txt"]
    assert "nothing in these articles speaks of it" in result.content[0].text


def test_a_question_can_be_restricted(address: str, footnote: Searching) -> None:
    restricted = {"sources": ["strikes.txt"], "outlet": "The Daily Record", "since": "2025-11", "until": "2025-11"}
    for tool, words in (("ask", "question"), ("search", "query")):
        called(address, tool, **{words: "killed"}, **restricted)
        options = footnote.options[-1]
        assert options["sources"] == ["strikes.txt"]
        assert options["outlet"] == "The Daily Record"
        assert (options["since"], options["until"]) == (date(2025, 11, 1), date(2025, 11, 30))


def test_a_search_gives_passages_with_their_places(address: str, footnote: Searching) -> None:
    result = called(address, "search", query="killed", k=3)
    passage = result.structured_content["passages"][0]
    assert STRIKES.text[passage["start"] : passage["end"]] == passage["text"]
    assert (passage["rank"], passage["source"], passage["published"]) == (1, "strikes.txt", "2025-11-30")
    assert footnote.options[-1]["k"] == 3
    assert "strikes.txt, characters 24-90" in result.content[0].text


def test_an_article_can_be_read_in_parts(address: str) -> None:
    whole = called(address, "read_article", source="strikes.txt").structured_content
    assert whole["text"] == STRIKES.text
    part = called(address, "read_article", source="strikes.txt", start=24, end=40)
    assert part.structured_content["text"] == STRIKES.text[24:40]
    assert part.structured_content["characters"] == len(STRIKES.text)
    assert part.content[0].text.endswith(STRIKES.text[24:40])


def test_a_long_article_is_cut_where_the_next_reading_begins() -> None:
    from dataclasses import replace

    long = replace(STRIKES, text="x" * (MOST_CHARACTERS + 10))
    first = ArticleShape.of(long, 0, None)
    assert ArticleShape.of(long, first.end, None).text == "x" * 10
    with pytest.raises(QuestionError, match="none is in the range"):
        ArticleShape.of(long, first.characters, None)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("ask", {"question": "..."}, "please type a question"),
        ("ask", {"question": "killed", "since": "soon"}, "since 'soon' is no date"),
        ("ask", {"question": "unreachable"}, "start it with `ollama serve`"),
        ("ask", {"question": "broken secret"}, "the details are in the server's log"),
        ("read_article", {"source": "nothing.txt"}, "there is no such article"),
        ("read_article", {"source": "strikes.txt", "start": 9999}, "none is in the range"),
    ],
)
def test_an_error_is_one_line_for_the_model_to_read(
    address: str, caplog: pytest.LogCaptureFixture, tool: str, arguments: dict[str, Any], message: str
) -> None:
    result = called(address, tool, **arguments)
    assert result.is_error is True
    assert message in result.content[0].text
    assert "\n" not in result.content[0].text
    assert "secret" not in caplog.text + result.content[0].text


def test_arguments_that_do_not_fit_are_refused(address: str) -> None:
    assert called(address, "search", query="killed", k=1000).is_error is True
    assert called(address, "ask").is_error is True


def test_many_clients_are_served_at_once(address: str) -> None:
    from mcp.client import Client

    async def ask(number: int) -> bool:
        async with Client(address) as client:
            result = await client.call_tool("ask", {"question": f"killed {number}"})
            return bool(result.structured_content["question"] == f"killed {number}")

    async def together() -> list[bool]:
        return list(await asyncio.gather(*map(ask, range(10))))

    assert all(asyncio.run(together()))


def test_over_standard_streams_only_the_protocol_is_on_stdout(tmp_path: Path) -> None:
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    program = StdioServerParameters(command=sys.executable, args=["-c", _STDIO], env=environment)
    errors = tmp_path / "stderr"

    async def session() -> Any:
        with errors.open("w", encoding="utf-8") as stderr:
            async with Client(stdio_client(program, errlog=stderr)) as client:
                return await client.call_tool("ask", {"question": "How many were killed? Ünïcödé 日本"})

    result = asyncio.run(session())
    assert result.structured_content["question"] == "How many were killed? Ünïcödé 日本"
    assert errors.read_text("utf-8").strip() == "what a library prints"


def test_the_package_leaves_the_logging_of_the_process_alone() -> None:
    before = list(logging.getLogger().handlers), logging.getLogger().level
    build_server(StandIn())  # type: ignore[arg-type]
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before


def test_without_the_package_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(SettingsError, match=r'pip install "footnote\[mcp\]"'):
        build_server(StandIn())  # type: ignore[arg-type]
