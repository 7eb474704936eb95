"""The server as OpenAI's chat completions, asked by OpenAI's own client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import openai
import pytest
from loopback import running, wait_until
from page_stand_ins import HOSTILE, KILLED, STRIKES, StandIn

from qa.drafts import Piece
from qa.pipeline import AnswerStream
from qa.server.cited_text import AFTER_CHECKING, below, inert, marks, without_footnotes
from qa.server.openai_routes import openai_routes
from qa.types import Answer, Turn
from vectorstore.errors import CorpusMissing, ModelUnavailable
from vectorstore.types import Article

ASKED = [{"role": "user", "content": "How many were killed?"}]


class Recording(StandIn):
    """A stand-in that keeps what it was asked, knows an article's own address, and some more questions."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def article(self, source: str) -> Article:
        return replace(super().article(source), url="https://daily.example/strikes")

    def stream(self, question: str, **options: Any) -> AnswerStream:
        self.asked.append((question, options))
        if options.get("sources") == ["nothing.txt"]:
            raise CorpusMissing("no article 'nothing.txt' in the index; `qa status` lists them")
        if "unavailable" in question:
            raise ModelUnavailable("openai:gpt", "set OPENAI_API_KEY")
        if "withdrawn" in question:
            return AnswerStream(_withdrawn(question))
        return super().stream(question)


def _withdrawn(question: str) -> Generator[Piece, None, Answer]:
    """A model says what does not stand up to checking."""
    yield Piece("It was ")
    yield Piece("<")
    yield Piece("b>12.")
    answer = StandIn().ask("How many were killed?")
    return replace(answer, question=question, complete=False)


@pytest.fixture(scope="module")
def footnote() -> Recording:
    return Recording()


@pytest.fixture(scope="module")
def address(footnote: Recording) -> Iterator[str]:
    from fastapi import FastAPI

    app = FastAPI()
    app.include_router(openai_routes({"footnote": footnote, "ollama:llama3.2": footnote}))  # type: ignore[dict-item]
    with running(app) as here:
        yield f"{here}/v1"


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=address, api_key="any") as client:
        yield client


def completed(client: openai.OpenAI, question: str, **more: Any) -> Any:
    messages = [{"role": "user", "content": question}]
    return client.chat.completions.create(model="footnote", messages=messages, **more)  # type: ignore[call-overload]


def test_the_models_are_the_answerer_and_the_specs_that_are_configured(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["footnote", "ollama:llama3.2"]
    assert client.models.retrieve("ollama:llama3.2").owned_by == "footnote"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-4o'"):
        client.models.retrieve("gpt-4o")


def test_an_answer_carries_its_marks_its_footnotes_and_the_whole_of_itself(client: openai.OpenAI) -> None:
    reply = completed(client, "How many were killed?")
    choice = reply.choices[0]
    text = choice.message.content
    assert text.startswith("At least 83 people have been killed. [1]\n\nFootnotes:\n\n[1] Strikes at sea kill 83 (")
    assert f"The Daily Record, 2025-11-30), strikes.txt: “{KILLED}”" in text
    cited = choice.message.annotations[0].url_citation
    assert (text[cited.start_index : cited.end_index], cited.title) == ("[1]", STRIKES.title)
    assert cited.url == "https://daily.example/strikes"
    assert len(choice.message.annotations) == 1
    assert choice.finish_reason == "stop"
    answer = reply.model_extra["footnote"]
    assert answer["citations"][0]["quote"] == KILLED
    assert answer["schema_version"] == 1


def test_an_article_without_an_address_of_its_own_is_cited_by_that_of_the_page(client: openai.OpenAI) -> None:
    footnote = StandIn()
    from fastapi import FastAPI

    app = FastAPI()
    app.include_router(openai_routes({"footnote": footnote}))  # type: ignore[dict-item]
    with running(app) as here, openai.OpenAI(base_url=f"{here}/v1", api_key="any") as client:
        reply = completed(client, "How many were killed?")
    url = reply.choices[0].message.annotations[0].url_citation.url
    start = STRIKES.text.index(KILLED)
    assert url == f"article?source=strikes.txt&start={start}&end={start + len(KILLED)}"


def test_an_abstention_says_so_and_cites_nothing(client: openai.OpenAI) -> None:
    reply = completed(client, "Who won the cup?")
    assert reply.choices[0].message.content.startswith("The articles do not tell.\n\nWhy: nothing in these articles")
    assert reply.choices[0].message.annotations == []
    assert reply.choices[0].finish_reason == "stop"
    assert reply.model_extra["footnote"]["abstained"] is True


def test_a_stream_says_what_the_whole_reply_says(client: openai.OpenAI) -> None:
    whole = completed(client, "rewritten")
    chunks = list(completed(client, "rewritten", stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    said = [chunk.choices[0].delta.content for chunk in chunks[:-1] if chunk.choices[0].delta.content]
    assert len(said) > 5
    assert "".join(said) == whole.choices[0].message.content
    last = chunks[-2]
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.model_extra["annotations"][0]["url_citation"]["title"] == STRIKES.title
    assert last.model_extra["footnote"]["text"] == "At least 83 people have been killed. [1]"
    usage = {"prompt_tokens": 1200, "completion_tokens": 34, "total_tokens": 1234}
    assert chunks[-1].choices == []
    assert chunks[-1].usage.model_dump(include=set(usage)) == usage == whole.usage.model_dump(include=set(usage))
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_without_usage_ends_with_its_reason(client: openai.OpenAI) -> None:
    chunks = list(completed(client, "Who won the cup?", stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks)
    assert chunks[-1].model_extra["footnote"]["abstained"] is True


def test_the_end_of_a_stream_is_told_as_openai_does(address: str) -> None:
    body = {"model": "footnote", "messages": ASKED, "stream": True}
    reply = httpx.post(f"{address}/chat/completions", json=body)
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = reply.text.strip().split("\n\n")
    assert events[-1] == "data: [DONE]"
    assert all(json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk" for event in events[:-1])


def test_async_code_asks_in_parallel(address: str) -> None:
    async def ask() -> list[str | None]:
        async with openai.AsyncOpenAI(base_url=address, api_key="any") as client:
            create = client.chat.completions.create
            replies = await asyncio.gather(*(create(model="footnote", messages=ASKED) for _ in range(20)))  # type: ignore[arg-type]
            stream = await create(model="footnote", messages=ASKED, stream=True)  # type: ignore[call-overload]
            said = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
            return [*(reply.choices[0].message.content for reply in replies), said]

    texts = asyncio.run(ask())
    assert len(texts) == 21
    assert len(set(texts)) == 1


def test_earlier_messages_are_the_history_without_footnotes(client: openai.OpenAI, footnote: Recording) -> None:
    first = completed(client, "How many were killed?").choices[0].message.content
    second = completed(client, "Who won the cup?").choices[0].message.content
    messages = [
        {"role": "system", "content": "Talk like a pirate."},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "How many were killed?"},
        {"role": "assistant", "content": first},
        {"role": "user", "content": "Who won the cup?"},
        {"role": "assistant", "content": second},
        {"role": "user", "content": "Never answered"},
        {"role": "user", "content": [{"type": "text", "text": "And who "}, {"type": "text", "text": "says so? 日本"}]},
    ]
    client.chat.completions.create(model="footnote", messages=messages)  # type: ignore[call-overload]
    question, options = footnote.asked[-1]
    assert question == "And who \nsays so? 日本"
    assert options["history"] == (
        Turn("How many were killed?", "At least 83 people have been killed."),
        Turn("Who won the cup?", "The articles do not tell."),
        Turn("Never answered", ""),
    )


@pytest.mark.parametrize("sources", ['["a, b.txt", "c.txt"]', "a.txt, c.txt"])
def test_metadata_restricts_the_articles(client: openai.OpenAI, footnote: Recording, sources: str) -> None:
    metadata = {"sources": sources, "outlet": "The Daily Record", "since": "2025-11", "until": "2025", "tag": "x"}
    completed(client, "How many were killed?", metadata=metadata)
    _, options = footnote.asked[-1]
    assert options["sources"] == (["a, b.txt", "c.txt"] if "[" in sources else ["a.txt", "c.txt"])
    assert options["outlet"] == "The Daily Record"
    assert (options["since"], options["until"]) == (date(2025, 11, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("more", "message", "param"),
    [
        ({"n": 2}, "leave n at 1", "n"),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}, "tools", "tools"),
        ({"response_format": {"type": "json_object"}}, "answers are text", "response_format"),
        ({"metadata": {"since": "soon"}}, "since 'soon' is no date", None),
        ({"metadata": {"sources": "[1]"}}, "JSON list of names", "metadata.sources"),
        ({"metadata": {"sources": "nothing.txt"}}, "no article 'nothing.txt'", None),
        ({"logprobs": True}, "log probabilities", "logprobs"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_what_cannot_be_is_refused_with_a_word(
    client: openai.OpenAI, more: dict[str, Any], message: str, param: str | None, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError, match=message.replace("[", r"\[")) as refused:
        completed(client, "How many were killed?", stream=stream, **more)
    assert refused.value.param == param
    assert refused.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "last message is the question"),
        ([{"role": "system", "content": "x"}], "last message is the question"),
        ([*ASKED, {"role": "assistant", "content": "At least"}], "last message is the question"),
        ([{"role": "tool", "content": "x", "tool_call_id": "1"}, *ASKED], "role 'tool'"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}], "'image_url'"),
        ([{"role": "user", "content": " ... "}], "please type a question"),
        ([{"role": "user", "content": "why " * 2000}], "too long"),
        ([{"role": "user", "content": 5}], "messages.0.content"),
    ],
)
def test_messages_without_a_question_are_refused(client: openai.OpenAI, messages: Any, message: str) -> None:
    with pytest.raises(openai.BadRequestError, match=message):
        client.chat.completions.create(model="footnote", messages=messages)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"model": "footnote"}', b"\xff\xfe", b'{"model":"a","messages":"b"}']
)
def test_a_body_that_is_no_request_is_refused_in_openais_form(address: str, body: bytes) -> None:
    reply = httpx.post(f"{address}/chat/completions", content=body)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client.chat.completions.create(model="gpt-4o", messages=ASKED)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("question", "status", "message"),
    [("unreachable", 502, "start it with `ollama serve`"), ("unavailable", 503, "set OPENAI_API_KEY")],
)
def test_a_model_that_fails_is_told_once(
    client: openai.OpenAI, footnote: Recording, question: str, status: int, message: str, stream: bool
) -> None:
    before = len(footnote.asked)
    with pytest.raises(openai.InternalServerError, match=message) as failed:
        completed(client, question, stream=stream)
    assert failed.value.status_code == status
    assert failed.value.type == "server_error"
    assert len(footnote.asked) == before + 1


def test_a_bug_is_told_in_neutral_words(client: openai.OpenAI, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(openai.InternalServerError, match="details are in the server's log"):
        completed(client, "broken secret")
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_an_error_in_the_middle_of_a_stream_reaches_the_client(client: openai.OpenAI) -> None:
    said = ""
    with pytest.raises(openai.APIError, match="details are in the server's log"):
        for chunk in completed(client, "broken", stream=True):
            said += chunk.choices[0].delta.content or ""
    assert said == "The first words "


def test_a_client_that_leaves_stops_the_answer(client: openai.OpenAI, address: str, footnote: Recording) -> None:
    stopped = footnote.stopped
    with completed(client, "slow", stream=True) as stream:
        for chunk in stream:
            if "word3" in (chunk.choices[0].delta.content or ""):
                break
    wait_until(lambda: footnote.stopped == stopped + 1)
    body = {"model": "footnote", "messages": [{"role": "user", "content": "slow"}]}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{address}/chat/completions", json=body, timeout=0.5)
    wait_until(lambda: footnote.stopped == stopped + 2)


def test_an_answer_that_is_another_after_checking_is_said_anew(client: openai.OpenAI, footnote: Recording) -> None:
    said, last = "", None
    for chunk in completed(client, "withdrawn", stream=True):
        said, last = said + (chunk.choices[0].delta.content or ""), chunk
    assert said.startswith(f"It was \\<b>12.\n\n{AFTER_CHECKING}At least 83 people")
    assert last is not None
    assert last.choices[0].finish_reason == "length"
    cited = last.choices[0].delta.model_extra["annotations"][0]["url_citation"]
    assert said[cited["start_index"] : cited["end_index"]] == "[1]"
    assert without_footnotes(said) == "At least 83 people have been killed."


def test_a_hostile_article_draws_nothing_in_a_client_that_reads_markdown(client: openai.OpenAI) -> None:
    text = completed(client, "hostile").choices[0].message.content
    assert "!\\[pixel]\\(http://evil.example/pixel.png)" in text
    assert "[1]\\(javascript:" in text
    assert "](" not in text
    assert not [
        at for at in range(1, len(text) - 1) if text[at] == "<" and text[at - 1] != "\\" and text[at + 1].isalpha()
    ]
    assert HOSTILE.text.strip() in completed(client, "hostile").model_extra["footnote"]["text"]


def test_an_answer_in_this_form_can_be_read_back() -> None:
    for question in ("killed", "hostile", "flagged", "rewritten", "nothing"):
        answer = StandIn().ask(question)
        shown = inert(answer.text) + below(answer)
        bare = without_footnotes(shown)
        assert bare in (answer.text, answer.text.removesuffix(" [1]"), answer.text.removesuffix(" [unsupported]")) or (
            question == "hostile" and bare.startswith("A hostile line.") and bare.endswith("The end of it.")
        )
        assert [mark.citation.number for mark in marks(inert(answer.text), answer)][:1] == [1][: len(answer.citations)]
