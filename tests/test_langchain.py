"""The LangChain face, used as a LangChain user would: invoke, batch, stream, pipe, bind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpora import write_corpus
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda

from qa import Answer, Footnote, Turn, UserError, open_corpus
from qa.langchain import FootnoteRetriever
from qa.settings import load_settings

PASSENGERS = "How many passengers were brought ashore?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("articles"))


@pytest.fixture(scope="module")
def footnote(folder: Path, tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Footnote]:
    index = tmp_path_factory.mktemp("index")
    with open_corpus(folder, load_settings(index_dir=index, cache_dir=model_cache, abstain_below=0.0)) as opened:
        yield opened


def test_the_retriever_finds_documents_with_their_place(footnote: Footnote, folder: Path) -> None:
    documents = footnote.as_retriever().invoke("comet observatory")
    best = documents[0]
    assert isinstance(best, Document)
    assert best.metadata["source"] == "comet.txt"
    text = (folder / "comet.txt").read_text(encoding="utf-8")
    assert text[best.metadata["start"] : best.metadata["end"]] == best.page_content
    assert set(best.metadata) == {"source", "title", "outlet", "published", "start", "end", "score"}
    assert len({document.id for document in documents}) == len(documents)


def test_the_retriever_finds_what_search_finds(footnote: Footnote) -> None:
    documents = footnote.as_retriever().invoke("city budget")
    assert [document.id for document in documents] == [one.chunk.id for one in footnote.search("city budget")]


def test_the_retriever_keeps_k_documents(footnote: Footnote) -> None:
    assert len(FootnoteRetriever(footnote=footnote, k=1).invoke("ferry")) == 1


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


def test_the_runnable_streams_its_answer_whole(footnote: Footnote) -> None:
    assert [answer.question for answer in footnote.as_runnable().stream(PASSENGERS)] == [PASSENGERS]


def test_the_runnable_takes_the_options_of_ask(footnote: Footnote) -> None:
    bound = footnote.as_runnable().bind(sources=["budget.txt"])
    assert {one.chunk.source for one in bound.invoke(PASSENGERS).passages} == {"budget.txt"}
    history = [Turn("Who is the captain of the ferry Aurora?", "Captain Ines Falk.")]
    assert footnote.as_runnable().invoke("What did she say?", history=history).query != "What did she say?"


def test_a_user_error_reaches_the_caller(footnote: Footnote) -> None:
    with pytest.raises(UserError, match="the question is empty"):
        footnote.as_runnable().invoke(" ")
    with pytest.raises(UserError, match="the question is empty"):
        footnote.as_retriever().invoke(" ")
