"""A hand-written stand-in for a Footnote, for the tests of the page: real articles, and answers that behave."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from page_articles import (
    ARABIC,
    FERRY,
    HERALD,
    HOSTILE,
    JAPANESE,
    KILLED,
    LONG,
    PAYLOADS,
    STRIKES,
    findings,
    write_articles,
)

from qa.drafts import Piece
from qa.footnote import Footnote
from qa.pipeline import AnswerStream, check_question
from qa.settings import Settings, load_settings
from qa.types import Answer, Citation, Claim, Turn, Usage
from vectorstore.corpus import Corpus
from vectorstore.errors import ArticleError, CorpusMissing, ModelCallFailed
from vectorstore.types import Article, Chunk, IndexReport, Passage

__all__ = ["HOSTILE", "KILLED", "PAYLOADS", "STRIKES", "Served", "StandIn", "serving"]

_SPENT: dict[str, Any] = {"model": "openai:any", "usage": Usage(1200, 34), "cost": 0.0021, "seconds": 1.25}
_ABSTAINED: dict[str, Any] = {"abstained": True, "reason": "not_in_corpus"}
_DOZENS = "Dozens have died at sea since the autumn, a spokesman told reporters."
_WAITING_SECONDS = 120.0

Said = tuple[str, Article, str]
"""A statement, and the quote of an article that it rests on."""
_SAID: dict[str, tuple[Said, ...]] = {
    "killed": (("At least 83 people have been killed.", STRIKES, KILLED),),
    "hostile": ((HOSTILE.text.strip(), HOSTILE, HOSTILE.text.strip()),),
    "differ": (("At least 83", STRIKES, KILLED), ("dozens, according to The Herald", HERALD, _DOZENS)),
    "Falk": (("She is the captain.", FERRY, "Captain Ines Falk said that the engine had failed in heavy fog."),),
    "ferry": (
        ("It ran aground near Lund.", FERRY, "The ferry Aurora ran aground near Lund harbour on Monday."),
        ("All 212 passengers are safe.", FERRY, "All 212 passengers were brought ashore by noon."),
        ("Others died at sea.", STRIKES, KILLED),
    ),
    "report": tuple((f"{one}\n", LONG, one) for one in findings(40)),
    "عبارة": (("تم إجلاء 212 راكبا.", ARABIC, "وتم إجلاء 212 راكبا قبل الظهر."),),
    "フェリー": (("乗客212人は全員上陸した。👨‍👩‍👧‍👦", JAPANESE, "乗客212人は正午までに全員上陸した。👨‍👩‍👧‍👦"),),
    "bridge": (),
}
"""What is answered to a question that holds the word; `bridge` from whatever article of that name was added."""

_PROGRAM = """
import sys
from qa.server.serving import serve
from page_stand_ins import StandIn
from vectorstore.errors import UserError
try:
    made = {}
    tell = lambda address: print(address, flush=True)
    serve(made.settings, lambda: made, host="127.0.0.1", port=0, on_ready=tell)
except UserError as error:
    sys.exit(str(error))
print("served")
"""


class Served(NamedTuple):
    """A page that is being served."""

    address: str
    process: subprocess.Popen[str]


class _Forgetful:
    """Has nothing to remember: the answers are scripted."""

    def embed(self, texts: Sequence[str]) -> None:
        assert texts


class StandIn:
    """Answers by a word of the question: those of `_SAID`, flagged, rewritten, slow, waiting, broken, unreachable.

    To any other it abstains. Its folder of articles is written, and really indexed, when it is first looked into;
    `slow` goes on until it is stopped, `waiting` until there is a file `go` in `home`. What is asked is noted in its
    `asked.jsonl`.
    """

    def __init__(
        self,
        *,
        model: str = "extractive",
        sync_seconds: float = 0,
        missing: bool = False,
        home: str = "",
        **settings: object,
    ) -> None:
        self.home = Path(home or tempfile.mkdtemp())
        if not home:
            weakref.finalize(self, shutil.rmtree, self.home, ignore_errors=True)
        chosen = {"corpus_dir": self.home / "articles", "index_dir": self.home / "index", **settings}
        self.settings: Settings = load_settings(**chosen)
        self.model = model
        self.history: list[Sequence[Turn]] = []
        self.stopped = 0
        self.closed = False
        self._sync_seconds, self._missing = sync_seconds, missing
        self._articles = {article.source: article for article in (STRIKES, HOSTILE)}

    @cached_property
    def _indexed(self) -> Footnote:
        write_articles(self.settings.corpus_dir)
        footnote = Footnote(self.settings)
        footnote.sync()
        return footnote

    @property
    def corpus(self) -> Corpus:
        return self._indexed.corpus

    def answered_by(self, model: str) -> StandIn:
        other = copy(self)
        other.model = model
        other.settings = self.settings.model_copy(update={"chat_model": "" if model == "extractive" else model})
        return other

    def sync(self, *, progress: Callable[[int, int], None] | None = None) -> IndexReport:
        for done in range(3):
            if progress is not None:
                progress(done, 2)
        time.sleep(self._sync_seconds)
        if self._missing:
            raise CorpusMissing("there is no folder articles; choose one with --corpus")
        return self._indexed.sync()

    def articles(self) -> Sequence[Article]:
        return self._indexed.articles() if self._is_indexed else list(self._articles.values())

    def article(self, source: str) -> Article:
        if self._is_indexed:
            return self._indexed.article(source)
        if source not in self._articles:
            raise ArticleError(source, "there is no such article")
        return self._articles[source]

    def forget(self, source: str) -> None:
        del self._articles[source]

    def ask(self, question: str, **_: object) -> Answer:
        return self.stream(question).answer

    def stream(self, question: str, *, history: Sequence[Turn] = (), **within: object) -> AnswerStream:
        self.history.append(history)
        self._note(question, history, within)
        return AnswerStream(self._answer(question))

    @property
    def vectors(self) -> _Forgetful:
        return _Forgetful()

    def close(self) -> None:
        self.closed = True
        if self._is_indexed:
            self._indexed.close()

    @property
    def _is_indexed(self) -> bool:
        return "_indexed" in self.__dict__

    def _note(self, question: str, history: Sequence[Turn], within: dict[str, object]) -> None:
        noted = {"question": question, "model": self.model, "history": [[t.question, t.answer] for t in history]}
        with (self.home / "asked.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(noted | within, default=str) + "\n")

    def _answer(self, question: str) -> Generator[Piece, None, Answer]:
        check_question(question)
        if "broken" in question:
            yield Piece("The first words ")
            raise RuntimeError(f"no code handles {question}")
        if "unreachable" in question:
            raise ModelCallFailed("ollama:llama3.2", "the server does not answer; start it with `ollama serve`")
        if "slow" in question or "waiting" in question:
            yield from self._haltingly(question)
        answer = self._complete(question)
        for word in () if answer.abstained else re.findall(r"\S+\s*", answer.text):
            yield Piece(word, answer.claims, answer.citations) if "[" in word else Piece(word)
        return answer

    def _haltingly(self, question: str) -> Iterator[Piece]:
        settled = quoting(question, *_SAID["killed"])
        go, deadline = self.home / "go", time.monotonic() + _WAITING_SECONDS
        try:
            yield Piece(f"{settled.text} ", settled.claims, settled.citations)
            for number in itertools.count():
                if time.monotonic() > deadline or ("waiting" in question and go.exists()):
                    return
                yield Piece(f"word{number} ", settled.claims, settled.citations)
                time.sleep(0.05)
        except GeneratorExit:
            self.stopped += 1
            raise

    def _complete(self, question: str) -> Answer:
        if "flagged" in question:
            claim = Claim("The strikes ended in June.", (), "unsupported", "no source says June")
            text = f"{claim.text} [unsupported]"
            return Answer(question, question, text, claims=(claim,), notices=("The index was rebuilt.",))
        if "rewritten" in question:
            found = quoting(question, *_SAID["killed"])
            return replace(found, query="How many died in the strikes?", **_SPENT)
        word = next((word for word in _SAID if word in question), "")
        said = self._of_added(word) if word == "bridge" else _SAID.get(word)
        if said:
            return quoting(question, *said, between="; " if word == "differ" else " ")
        chunk = Chunk(STRIKES.id, 0, STRIKES.text[:20], 0, 20, STRIKES.source, STRIKES.title)
        return Answer(question, question, "The articles do not tell.", passages=(Passage(chunk, 0.1),), **_ABSTAINED)

    def _of_added(self, word: str) -> tuple[Said, ...]:
        added = [self.article(one.source) for one in self.articles() if one.source.startswith(word)]
        return tuple((f"It is told in {one.source}.", one, one.text.strip()) for one in added)


def quoting(question: str, *said: Said, between: str = " ") -> Answer:
    """An answer of statements, each with a footnote of its own."""
    citations = [
        Citation(
            number, article.source, article.title, article.outlet, article.published, quote,
            article.text.index(quote), article.text.index(quote) + len(quote),
        )
        for number, (_, article, quote) in enumerate(said, 1)
    ]  # fmt: skip
    claims = [Claim(told.strip(), (cited,), "supported") for (told, *_), cited in zip(said, citations, strict=True)]
    text = between.join(f"{told.strip()} [{n}]{told[len(told.rstrip()) :]}" for n, (told, *_) in enumerate(said, 1))
    return Answer(question, question, text, claims=tuple(claims), citations=tuple(citations))


@contextmanager
def serving(program: str, *, until: str = "ready") -> Iterator[Served]:
    """Run a program that serves a page, in a process of its own as users do; yields once it listens or is ready."""
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    running = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert running.stdout is not None
    try:
        served = Served(running.stdout.readline().strip(), running)
        assert served.address, running.communicate()[1]
        deadline = time.monotonic() + 240
        while until == "ready" and httpx.get(f"{served.address}/ready").status_code != 200:
            assert time.monotonic() < deadline, httpx.get(f"{served.address}/ready").text
            time.sleep(0.1)
        yield served
    finally:
        running.terminate()
        running.communicate(timeout=20)
