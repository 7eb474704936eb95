"""Answers in async code: the same as without it, many at once, and a model's call ends with whoever wanted it."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from corpora import write_corpus
from model_server import Hangs, Line, ModelServer, Says

from qa import Answer, AnswerStream, AsyncAnswerStream, Footnote, Turn, UserError, aask, ask, astream, open_corpus
from qa.api import OpenOptions
from qa.asynchronous import AskOptions
from qa.drafts import Piece
from qa.settings import Settings, load_settings

PASSENGERS = "How many passengers were brought ashore?"
SAID = "All 212 passengers were brought ashore by noon [1]. The engine had failed in heavy fog [1]."
MANY = 34
"""More than an event loop has threads of its own."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("articles"))


@pytest.fixture(scope="module")
def settings(folder: Path, tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Settings:
    index = tmp_path_factory.mktemp("index")
    return load_settings(corpus_dir=folder, index_dir=index, cache_dir=model_cache, reader=False, abstain_below=0.0)


@pytest.fixture
def footnote(settings: Settings) -> Iterator[Footnote]:
    with Footnote(settings) as opened:
        yield opened


@contextmanager
def answered_by(settings: Settings, *script: Line) -> Iterator[tuple[Footnote, ModelServer]]:
    """A Footnote with a scripted model that may be silent for a minute."""
    with ModelServer(*script) as server:
        model = {"chat_model": "openai:m", "chat_base_url": server.openai, "timeout_seconds": 60}
        with Footnote(load_settings(**settings.model_dump(exclude_unset=True), **model)) as opened:
            yield opened, server


async def hung_up(server: ModelServer) -> bool:
    return await asyncio.to_thread(server.hung_up.wait, 10)


def test_an_async_stream_is_what_the_stream_is(footnote: Footnote) -> None:
    async def read() -> tuple[list[str], AsyncAnswerStream]:
        stream = footnote.astream(PASSENGERS)
        pieces = [piece async for piece in stream]
        assert "".join(pieces) == stream.text == (await stream.answer()).text
        assert [piece async for piece in stream] == []
        return pieces, stream

    pieces, stream = asyncio.run(read())
    plain = footnote.stream(PASSENGERS)
    assert pieces == list(plain)
    assert len(pieces) > 1
    assert stream.citations == plain.citations == plain.answer.citations
    assert stream.claims == plain.claims


def test_aask_answers_as_ask_does(folder: Path, settings: Settings) -> None:
    wanted = ask(PASSENGERS, settings=settings)
    answer = asyncio.run(aask(PASSENGERS, settings=settings))
    assert (answer.text, answer.citations, answer.confidence) == (wanted.text, wanted.citations, wanted.confidence)
    assert "212" in asyncio.run(aask(PASSENGERS, corpus=folder, settings=settings)).text


def test_the_answer_of_an_async_stream_can_be_read_without_iterating(settings: Settings) -> None:
    async def read() -> str:
        return (await astream(PASSENGERS, settings=settings).answer()).text

    assert "212" in asyncio.run(read())


def test_the_options_reach_the_answer(footnote: Footnote) -> None:
    answer = asyncio.run(footnote.aask(PASSENGERS, sources=["budget.txt"]))
    assert {one.chunk.source for one in answer.passages} == {"budget.txt"}
    history = [Turn("Who is the captain of the ferry Aurora?", "Captain Ines Falk.")]
    assert asyncio.run(footnote.aask("What did she say?", history=history)).query != "What did she say?"


@pytest.mark.parametrize(("function", "options"), [(ask, OpenOptions), (Footnote.ask, AskOptions)])
def test_the_keywords_are_those_of_ask(function: Callable[..., object], options: type) -> None:
    parameters = set(inspect.signature(function).parameters) - {"self", "question"}
    assert parameters == options.__required_keys__ | options.__optional_keys__  # type: ignore[attr-defined]


def test_several_questions_at_once_are_all_answered(settings: Settings) -> None:
    async def ask_several(footnote: Footnote) -> list[str]:
        return [answer.text for answer in await asyncio.gather(*[footnote.aask(PASSENGERS) for _ in range(8)])]

    with answered_by(settings, Says(SAID, pause_seconds=0.01)) as (footnote, server):
        texts = asyncio.run(ask_several(footnote))
    assert len(texts) == len(server.requests) == 8
    assert all("212" in text for text in texts)


def test_more_waiting_answers_than_a_pool_has_threads_hold_up_nobody(footnote: Footnote) -> None:
    told = threading.Event()

    def waiting() -> Generator[Piece, None, Answer]:
        yield Piece("At least ")
        assert told.wait(60)
        yield Piece("83.")
        return Answer(PASSENGERS, PASSENGERS, "At least 83.")

    async def ask_beside() -> list[Answer]:
        streams = [AsyncAnswerStream(lambda: AnswerStream(waiting())) for _ in range(MANY)]
        assert [await anext(stream) for stream in streams] == MANY * ["At least "]
        assert "212" in (await footnote.aask(PASSENGERS)).text
        await asyncio.to_thread(told.set)
        return await asyncio.gather(*[stream.answer() for stream in streams])

    assert [answer.text for answer in asyncio.run(ask_beside())] == MANY * ["At least 83."]


async def cancelled(stream: AsyncAnswerStream) -> None:
    """A task that reads the stream to its end, cancelled while it waits for more."""
    reading = asyncio.create_task(stream.answer())
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def closed(stream: AsyncAnswerStream) -> None:
    await stream.aclose()


async def left(stream: AsyncAnswerStream) -> None:
    async with stream:
        pass


@pytest.mark.parametrize("leave", [cancelled, closed, left])
@pytest.mark.parametrize("then", ["", "hang"])
def test_leaving_early_stops_the_models_call(
    leave: Callable[[AsyncAnswerStream], Awaitable[None]], then: str, settings: Settings
) -> None:
    async def leave_early(footnote: Footnote, server: ModelServer) -> None:
        stream = footnote.astream(PASSENGERS)
        await anext(stream)
        await leave(stream)
        assert await hung_up(server)
        with pytest.raises(RuntimeError, match="closed before its answer was complete"):
            await stream.answer()

    talkative = SAID * 500
    with answered_by(settings, Says(SAID if then else talkative, then=then, pause_seconds=0.02)) as (footnote, server):
        asyncio.run(leave_early(footnote, server))


def test_a_cancelled_question_does_not_wait_for_a_silent_model(settings: Settings) -> None:
    async def give_up(footnote: Footnote, server: ModelServer) -> None:
        asking = asyncio.create_task(footnote.aask(PASSENGERS))
        while not server.requests:
            await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await hung_up(server)

    with answered_by(settings, Hangs()) as (footnote, server):
        asyncio.run(give_up(footnote, server))


def test_a_stream_that_is_dropped_stops_the_models_call(settings: Settings) -> None:
    async def read_one(footnote: Footnote) -> None:
        async for _ in footnote.astream(PASSENGERS):
            break

    async def drop(footnote: Footnote, server: ModelServer) -> None:
        await read_one(footnote)
        gc.collect()
        assert await hung_up(server)

    with answered_by(settings, Says(SAID, then="hang")) as (footnote, server):
        asyncio.run(drop(footnote, server))


def test_a_loop_that_ends_first_leaves_nothing_behind(settings: Settings) -> None:
    @asynccontextmanager
    async def kept(footnote: Footnote) -> AsyncIterator[AsyncAnswerStream]:
        yield footnote.astream(PASSENGERS)

    async def begin(footnote: Footnote) -> AsyncAnswerStream:
        async with kept(footnote) as stream:
            await anext(stream)
            return stream

    with answered_by(settings, Says(SAID * 500, pause_seconds=0.02)) as (footnote, server):
        stream = asyncio.run(begin(footnote))
        assert server.hung_up.wait(30)
        assert stream.text


def test_nothing_is_asked_before_the_first_await(settings: Settings) -> None:
    async def hold(footnote: Footnote, server: ModelServer) -> None:
        stream = footnote.astream(PASSENGERS)
        await asyncio.sleep(0.05)
        assert not server.requests
        assert "212" in (await stream.answer()).text
        assert len(server.requests) == 1

    with answered_by(settings, Says(SAID)) as (footnote, server):
        asyncio.run(hold(footnote, server))


def test_what_a_user_can_mend_is_told_as_without_async(footnote: Footnote, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the question is empty"):
        asyncio.run(footnote.aask(" "))
    with pytest.raises(UserError, match=r"no article 'nowhere\.txt' in the index"):
        asyncio.run(footnote.aask(PASSENGERS, sources=["nowhere.txt"]))
    with pytest.raises(UserError, match="there is no folder"):
        asyncio.run(aask(PASSENGERS, corpus=tmp_path / "nowhere"))
    with pytest.raises(UserError, match="there is no provider 'olama'"):
        asyncio.run(aask(PASSENGERS, chat_model="olama:x", settings=footnote.settings))


def test_a_stream_that_failed_has_no_answer(footnote: Footnote) -> None:
    async def fail() -> None:
        stream = footnote.astream(" ")
        with pytest.raises(UserError, match="the question is empty"):
            await anext(stream)
        with pytest.raises(RuntimeError, match="closed before its answer was complete"):
            await stream.answer()

    asyncio.run(fail())


def test_one_footnote_serves_one_event_loop_after_another(footnote: Footnote) -> None:
    assert len({asyncio.run(footnote.aask(PASSENGERS)).text for _ in range(3)}) == 1


def test_an_opened_corpus_answers_in_async_code(folder: Path, settings: Settings) -> None:
    with open_corpus(folder, settings) as opened:
        assert asyncio.run(opened.aask(PASSENGERS)).citations
