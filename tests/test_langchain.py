"""The LangChain faces, used as a LangChain user would: invoke, batch, stream, pipe, bind, trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from corpora import write_corpus
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from model_server import Hangs, ModelServer, Says

from qa import Answer, Footnote, Turn, UserError, open_corpus
from qa.langchain import FootnoteRetriever
from qa.settings import load_settings

PASSENGERS = "How many passengers were brought ashore?"
COMET = "Who found the comet?"
SAID = "All 212 passengers were brought ashore by noon [1]."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("articles"))


@pytest.fixture(scope="module")
def settings(folder: Path, tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> dict[str, Any]:
    index = tmp_path_factory.mktemp("index")
    return {"corpus_dir": folder, "index_dir": index, "cache_dir": model_cache, "reader": False, "abstain_below": 0.0}


@pytest.fixture(scope="module")
def footnote(settings: dict[str, Any]) -> Iterator[Footnote]:
    with open_corpus(settings=load_settings(**settings)) as opened:
        yield opened


@contextmanager
def with_model(settings: dict[str, Any], server: ModelServer) -> Iterator[Footnote]:
    """A Footnote whose scripted model may be silent for a minute."""
    model = {"chat_model": "openai:m", "chat_base_url": server.openai, "timeout_seconds": 60}
    with open_corpus(settings=load_settings(**settings, **model)) as opened:
        yield opened


@pytest.fixture
def silent(settings: dict[str, Any]) -> Iterator[tuple[Footnote, ModelServer]]:
    with ModelServer(Hangs()) as server, with_model(settings, server) as opened:
        yield opened, server


def test_the_retriever_finds_documents_with_their_place(footnote: Footnote, folder: Path) -> None:
    documents = footnote.as_retriever().invoke("comet observatory")
    best = documents[0]
    assert isinstance(best, Document)
    assert best.metadata["source"] == "comet.txt"
    text = (folder / "comet.txt").read_text(encoding="utf-8")
    assert text[best.metadata["start"] : best.metadata["end"]] == best.page_content
    assert set(best.metadata) == {"source", "title", "outlet", "published", "page", "start", "end", "score"}
    assert len({document.id for document in documents}) == len(documents)


def test_the_retriever_finds_what_search_finds(footnote: Footnote) -> None:
    documents = footnote.as_retriever().invoke("city budget")
    assert [document.id for document in documents] == [one.chunk.id for one in footnote.search("city budget")]


def test_the_retriever_keeps_k_documents(footnote: Footnote) -> None:
    assert len(FootnoteRetriever(footnote=footnote, k=1).invoke("ferry")) == 1


def test_the_retriever_keeps_to_sources_and_dates(footnote: Footnote) -> None:
    one = footnote.as_retriever(sources=["budget.txt"]).invoke("comet observatory")
    assert {document.metadata["source"] for document in one} == {"budget.txt"}
    assert footnote.as_retriever(since=date(2024, 6, 1)).invoke("comet observatory") == []
    assert len(footnote.as_retriever(k=1).invoke("ferry")) == 1


def test_the_retriever_takes_a_batch(footnote: Footnote) -> None:
    comet, ferry = footnote.as_retriever().batch(["comet observatory", "ferry aground"])
    assert (comet[0].metadata["source"], ferry[0].metadata["source"]) == ("comet.txt", "harbour.txt")


def test_the_retriever_works_without_blocking_an_event_loop(footnote: Footnote) -> None:
    assert asyncio.run(footnote.as_retriever().ainvoke("comet observatory"))


def test_the_retriever_pipes_into_other_runnables(footnote: Footnote) -> None:
    chain = footnote.as_retriever() | RunnableLambda(lambda documents: documents[0].metadata["title"])
    assert chain.invoke("comet observatory") == "Comet seen over the bay"


def test_the_runnable_gives_an_answer(footnote: Footnote) -> None:
    answer = footnote.as_runnable().invoke(PASSENGERS)
    assert isinstance(answer, Answer)
    assert "212" in answer.text
    assert answer.citations


def test_the_runnable_takes_a_batch(footnote: Footnote) -> None:
    answers = footnote.as_runnable().batch([PASSENGERS, "Who found the comet?"])
    assert [answer.question for answer in answers] == [PASSENGERS, "Who found the comet?"]


def test_the_runnable_streams_the_answer_as_it_grows(footnote: Footnote) -> None:
    *growing, last = footnote.as_runnable().stream(PASSENGERS)
    plain = footnote.stream(PASSENGERS)
    assert len(growing) == len(list(plain)) > 1
    assert all(one.question == PASSENGERS and not one.complete for one in growing)
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(growing))
    assert growing[-1].citations == last.citations
    assert last.complete
    assert last.text == growing[-1].text == plain.answer.text
    assert last.passages


def test_the_runnable_works_in_async_code(footnote: Footnote) -> None:
    runnable = footnote.as_runnable()

    async def use() -> tuple[Answer, list[Answer], list[Answer]]:
        streamed = [answer async for answer in runnable.astream(PASSENGERS)]
        return await runnable.ainvoke(PASSENGERS), await runnable.abatch([PASSENGERS, COMET]), streamed

    one, many, streamed = asyncio.run(use())
    plain = runnable.invoke(PASSENGERS)
    assert one.text == many[0].text == streamed[-1].text == plain.text
    assert many[1].question == COMET
    assert [answer.text for answer in streamed] == [answer.text for answer in runnable.stream(PASSENGERS)]


def test_an_event_loop_goes_on_while_the_model_is_silent(
    footnote: Footnote, silent: tuple[Footnote, ModelServer]
) -> None:
    slow, server = silent

    async def ask_both() -> Answer:
        waiting = asyncio.create_task(slow.as_runnable().ainvoke(PASSENGERS))
        while not server.requests:
            await asyncio.sleep(0.02)
        answer = await footnote.as_runnable().ainvoke(PASSENGERS)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await asyncio.to_thread(server.hung_up.wait, 10)
        return answer

    assert "212" in asyncio.run(ask_both()).text


@pytest.mark.parametrize("leave", ["stream", "astream"])
def test_a_stream_that_is_left_stops_the_models_call(leave: str, settings: dict[str, Any]) -> None:
    async def read_one(answers: AsyncIterator[Answer]) -> None:
        await anext(answers)
        await answers.aclose()  # type: ignore[attr-defined]

    with ModelServer(Says(SAID, then="hang")) as server, with_model(settings, server) as slow:
        if leave == "stream":
            answers = slow.as_runnable().stream(PASSENGERS)
            next(answers)
            answers.close()  # type: ignore[attr-defined]
        else:
            asyncio.run(read_one(slow.as_runnable().astream(PASSENGERS)))
        assert server.hung_up.wait(30)


def test_a_chain_goes_on_with_the_answer(footnote: Footnote) -> None:
    chain = footnote.as_runnable() | RunnableLambda(lambda answer: answer.text)
    text = footnote.ask(PASSENGERS).text
    assert chain.invoke(PASSENGERS) == text
    assert list(chain.stream(PASSENGERS)) == [text]
    assert chain.batch([PASSENGERS]) == [text]
    assert asyncio.run(chain.ainvoke(PASSENGERS)) == text


def test_a_chain_may_read_the_growing_answers(footnote: Footnote) -> None:
    def texts(answers: Iterator[Answer]) -> Iterator[str]:
        yield from (answer.text for answer in answers)

    *growing, last = (footnote.as_runnable() | texts).stream(PASSENGERS)
    assert last == footnote.ask(PASSENGERS).text
    assert len(growing) > 1


def test_a_chain_may_make_the_question(footnote: Footnote) -> None:
    chain = {"question": RunnablePassthrough(), "sources": lambda _: ["budget.txt"]} | footnote.as_runnable()
    assert {one.chunk.source for one in chain.invoke(PASSENGERS).passages} == {"budget.txt"}
    *_, last = chain.stream(PASSENGERS)
    assert last.question == PASSENGERS
    assert {one.chunk.source for one in last.passages} == {"budget.txt"}

    def words(_: object) -> Iterator[str]:
        yield from ("How many passengers ", "were brought ashore?")

    assert list((RunnableLambda(words) | footnote.as_runnable()).stream(""))[-1].question == PASSENGERS


def test_the_runnable_takes_the_options_of_ask(footnote: Footnote) -> None:
    bound = footnote.as_runnable().bind(sources=["budget.txt"])
    assert {one.chunk.source for one in bound.invoke(PASSENGERS).passages} == {"budget.txt"}
    *_, last = bound.stream(PASSENGERS)
    assert {one.chunk.source for one in last.passages} == {"budget.txt"}
    history = [Turn("Who is the captain of the ferry Aurora?", "Captain Ines Falk.")]
    assert footnote.as_runnable().invoke("What did she say?", history=history).query != "What did she say?"


def test_what_comes_with_the_question_beats_what_was_bound(footnote: Footnote) -> None:
    bound = footnote.as_runnable().bind(sources=["budget.txt"])
    answer = bound.invoke({"question": PASSENGERS, "sources": ["comet.txt"], "since": None})
    assert {one.chunk.source for one in answer.passages} == {"comet.txt"}


def test_dates_may_come_as_text(footnote: Footnote) -> None:
    answer = footnote.as_runnable().invoke({"question": PASSENGERS, "since": "2024-06-01"})
    assert answer.passages == ()
    assert answer.abstained


@pytest.mark.parametrize(
    "history",
    [
        [HumanMessage("Who is the captain of the ferry Aurora?"), AIMessage("Captain Ines Falk.")],
        [("human", "Who is the captain of the ferry Aurora?"), ("ai", "Captain Ines Falk.")],
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Who is the captain of the ferry Aurora?"},
            {"role": "assistant", "content": [{"type": "text", "text": "Captain Ines Falk."}]},
        ],
        [
            SystemMessage("Be brief."),
            HumanMessage("Unheard?"),
            HumanMessage("Who is the captain of the ferry Aurora?"),
            AIMessage(""),
            AIMessage("Captain Ines Falk."),
            HumanMessage("What did she say?"),
        ],
    ],
)
def test_messages_are_a_history_as_turns_are(history: list[object], footnote: Footnote) -> None:
    turns = [Turn("Who is the captain of the ferry Aurora?", "Captain Ines Falk.")]
    wanted = footnote.ask("What did she say?", history=turns)
    answer = footnote.as_runnable().invoke({"question": "What did she say?", "history": history})
    assert answer.query == wanted.query != "What did she say?"
    assert answer.text == wanted.text


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (7, "question: Input should be a valid string"),
        ({}, "question: Field required"),
        ({"query": PASSENGERS, "question": PASSENGERS}, "query: Extra inputs are not permitted"),
        ({"question": PASSENGERS, "since": "soon"}, "since: Input should be a valid date"),
        ({"question": PASSENGERS, "history": [3]}, "history should hold turns, or messages"),
        ({"question": PASSENGERS, "history": [{"role": "stranger", "content": "x"}]}, "history should hold turns"),
    ],
)
def test_an_input_that_is_no_question_is_refused_in_one_line(given: Any, why: str, footnote: Footnote) -> None:
    with pytest.raises(UserError, match=why) as caught:
        footnote.as_runnable().invoke(given)
    assert "\n" not in str(caught.value)


def test_the_schemas_of_the_runnable_tell_its_fields(footnote: Footnote) -> None:
    runnable = footnote.as_runnable()
    assert set(runnable.get_input_jsonschema()["properties"]) == {
        "question",
        "history",
        "sources",
        "outlet",
        "since",
        "until",
    }
    assert runnable.get_input_jsonschema()["required"] == ["question"]
    assert runnable.OutputType is Answer


class Seen(BaseCallbackHandler):
    """Notes the runs that LangChain reports, each with the one that it is part of."""

    def __init__(self) -> None:
        self.runs: dict[UUID, tuple[str, UUID | None]] = {}
        self.tags: list[str] = []
        self.told: dict[str, object] = {}
        self.outputs: list[object] = []
        self.errors: list[BaseException] = []

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.runs.values()]

    def parent(self, name: str) -> str:
        (above,) = [parent for one, parent in self.runs.values() if one == name]
        return self.runs[above][0] if above else ""

    def on_chain_start(self, *_: Any, run_id: UUID, **told: Any) -> None:
        self._note(run_id, **told)

    def on_retriever_start(self, *_: Any, run_id: UUID, **told: Any) -> None:
        self._note(run_id, **told)

    def on_chat_model_start(self, *_: Any, run_id: UUID, **told: Any) -> None:
        self._note(run_id, **{**told, "name": "chat model"})

    def on_chain_end(self, outputs: object, **_: object) -> None:
        self.outputs.append(outputs)

    def on_chain_error(self, error: BaseException, **_: object) -> None:
        self.errors.append(error)

    def _note(self, run_id: UUID, *, parent_run_id: UUID | None, name: str, **told: Any) -> None:
        self.runs[run_id] = (name, parent_run_id)
        self.tags += told.get("tags") or []
        self.told |= told.get("metadata") or {}


async def _last(answers: AsyncIterator[Answer]) -> Answer:
    return [answer async for answer in answers][-1]


@pytest.mark.parametrize(
    "use",
    [
        lambda runnable, config: runnable.invoke(PASSENGERS, config),
        lambda runnable, config: list(runnable.stream(PASSENGERS, config))[-1],
        lambda runnable, config: runnable.batch([PASSENGERS], config)[0],
        lambda runnable, config: asyncio.run(runnable.ainvoke(PASSENGERS, config)),
        lambda runnable, config: asyncio.run(_last(runnable.astream(PASSENGERS, config))),
        lambda runnable, config: runnable.with_config(config).invoke(PASSENGERS),
    ],
    ids=["invoke", "stream", "batch", "ainvoke", "astream", "with_config"],
)
def test_callbacks_see_the_run_and_the_chat_model_in_it(
    use: Callable[[Any, dict[str, Any]], Answer], settings: dict[str, Any]
) -> None:
    seen = Seen()
    config = {"callbacks": [seen], "tags": ["mine"], "metadata": {"of": "me"}, "run_name": "the question"}
    with ModelServer(Says(SAID)) as server, with_model(settings, server) as footnote:
        answer = use(footnote.as_runnable(), config)
    assert sorted(set(seen.names)) == ["chat model", "the question"]
    assert seen.parent("chat model") == "the question"
    assert "mine" in seen.tags
    assert seen.told["of"] == "me"
    assert seen.outputs == [answer]


def test_a_run_has_a_name_of_its_own(footnote: Footnote) -> None:
    seen = Seen()
    footnote.as_runnable().invoke(PASSENGERS, {"callbacks": [seen]})
    footnote.as_retriever().invoke("comet", {"callbacks": [seen], "tags": ["search"]})
    assert seen.names == ["Footnote", "FootnoteRetriever"]
    assert seen.tags == ["search"]


def test_callbacks_see_an_error(footnote: Footnote) -> None:
    seen = Seen()
    with pytest.raises(UserError):
        footnote.as_runnable().invoke(" ", {"callbacks": [seen]})
    assert [type(error).__name__ for error in seen.errors] == ["QuestionError"]


def test_a_user_error_reaches_the_caller(footnote: Footnote) -> None:
    with pytest.raises(UserError, match="the question is empty"):
        footnote.as_runnable().invoke(" ")
    with pytest.raises(UserError, match="the question is empty"):
        footnote.as_retriever().invoke(" ")
