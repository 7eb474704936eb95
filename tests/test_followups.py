"""What is offered after an answer leads on from it, is answered by the articles, and comes in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from corpora import write_corpus

from qa.footnote import Footnote
from qa.settings import load_settings
from qa.types import Answer
from qa.ui.followups import followups
from vectorstore.errors import CorpusMissing, ModelCallFailed
from vectorstore.types import Article

STORIES = {
    "ferry.txt": "Ferry runs aground\n\nThe ferry Aurora ran aground near Lund on Monday. Baltic Star sold three "
    "ferries in May to Polish buyers. Captain Ines Falk, the director of Baltic Star, spoke in Lund. Baltic Star paid "
    "£3 million for the Aurora in 2019. Ines Falk accused Lund harbour of negligence.\n",
    "budget.txt": "Council passes budget\n\nThe council of Lund passed a budget of 48 million euros. Mayor Tom Berg "
    "called it sober. Tom Berg opened the Lund Library in 2021. Tom Berg promised a new school in Holt.\n",
    "comet.txt": "Comet seen\n\nAstronomers at Holt photographed a comet. It was found by student Mia Okafor. The Holt "
    "Observatory bought two telescopes in January.\n",
}


@pytest.fixture(scope="module")
def footnote(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Footnote]:
    base = tmp_path_factory.mktemp("followups")
    folder = write_corpus(base / "articles", STORIES)
    with Footnote(load_settings(corpus_dir=folder, index_dir=base / "home", cache_dir=model_cache)) as opened:
        opened.sync()
        opened.ask("What happened in Lund?")
        yield opened


def offered(footnote: Footnote, answer: Answer, asked: tuple[str, ...] = (), most: int = 3) -> list[str]:
    return followups(answer, article=footnote.article, ask=footnote.ask, asked=asked, most=most, deadline=60)


def test_each_is_answered_from_another_place_than_the_answer(footnote: Footnote) -> None:
    answer = footnote.ask("Where did the ferry Aurora run aground?")
    assert answer.citations
    found = offered(footnote, answer)
    assert 2 <= len(found) <= 3
    before = {(one.source, one.start) for one in answer.citations}
    for question in found:
        next_answer = footnote.ask(question)
        assert not next_answer.abstained
        first = next_answer.citations[0]
        assert (first.source, first.start) not in before
        before.add((first.source, first.start))
    assert footnote.ask(found[0]).citations[0].source == "ferry.txt"
    assert found == offered(footnote, answer)


def test_what_was_asked_before_is_not_offered_again(footnote: Footnote) -> None:
    answer = footnote.ask("Where did the ferry Aurora run aground?")
    first, *_ = offered(footnote, answer)
    again = offered(footnote, answer, asked=(first.lower(),))
    assert again
    assert first not in again


def test_an_abstention_leads_to_what_the_nearest_articles_tell(footnote: Footnote) -> None:
    answer = footnote.ask("How much does the mayor Tom Berg earn?")
    if not answer.abstained:
        answer = replace(answer, abstained=True, citations=(), claims=())
    assert answer.nearest
    found = offered(footnote, answer)
    assert found
    assert all(not footnote.ask(question).abstained for question in found)


def test_no_question_points_at_what_only_the_answer_names(footnote: Footnote) -> None:
    for question in ("Who is the mayor of Lund?", "What did the Holt Observatory buy?", "How many ferries were sold?"):
        for one in offered(footnote, footnote.ask(question)):
            assert one.endswith("?")
            assert not {"he", "she", "it", "they", "this", "that"} & set(one.lower().rstrip("?").split())


def test_it_ends_in_time_however_slow_the_answers(footnote: Footnote) -> None:
    answer = footnote.ask("Where did the ferry Aurora run aground?")
    asked: list[str] = []

    def slowly(question: str) -> Answer:
        asked.append(question)
        time.sleep(0.2)
        return Answer(question, question, "", abstained=True)

    started = time.monotonic()
    assert followups(answer, article=footnote.article, ask=slowly, deadline=0.3) == []
    assert time.monotonic() - started < 2
    assert len(asked) == 2
    assert followups(answer, article=footnote.article, ask=slowly, deadline=0) == []
    assert len(asked) == 2


def test_what_fails_or_is_gone_offers_nothing(footnote: Footnote) -> None:
    answer = footnote.ask("Where did the ferry Aurora run aground?")

    def fail(question: str) -> Answer:
        raise ModelCallFailed("ollama:x", f"no answer to {len(question)} characters")

    def gone(source: str) -> Article:
        raise CorpusMissing(f"no article {source!r}")

    assert followups(answer, article=footnote.article, ask=fail) == []
    assert followups(answer, article=gone, ask=footnote.ask) == []
    assert followups(Answer("x", "x", "x"), article=footnote.article, ask=footnote.ask) == []
