"""A hand-written stand-in for a Footnote, for the tests of the page: three articles, and answers that behave."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from qa.drafts import Piece
from qa.pipeline import AnswerStream, check_question
from qa.settings import Settings, load_settings
from qa.types import Answer, Citation, Claim, Turn, Usage
from vectorstore.errors import ArticleError, CorpusMissing, ModelCallFailed
from vectorstore.types import Article, Chunk, IndexReport, Passage

PAYLOADS = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    '"><svg onload="window.hacked = 3">',
    "![pixel](http://evil.example/pixel.png) [click](http://evil.example/) <http://evil.example/>",
    "[1](javascript:window.hacked=4) <a href='http://evil.example'>here</a>",
    "</mark></details><iframe src='http://evil.example/'></iframe><meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<style>@import 'http://evil.example/x.css'; body { background: url(http://evil.example/y) }</style>",
    "$$\\href{http://evil.example}{x}$$ `code` &lt;b&gt; &amp;",
    "```mermaid\ngraph TD; A-->B\n```\n\n<b>after a blank line</b>",
)
STRIKES = Article(
    id="a" * 12,
    title="Strikes at sea kill 83",
    text=(
        "Strikes at sea kill 83\n\nThe campaign began in September. Officials said that at least 83 people have been "
        "killed in the strikes, most of them aboard small boats. Congress has asked for the legal grounds.\n\n"
        "Another paragraph follows.\n"
    ),
    source="strikes.txt",
    outlet="The Daily Record",
    published=date(2025, 11, 30),
)
HOSTILE = Article(
    id="b" * 12,
    title=PAYLOADS[0] + PAYLOADS[1],
    text="A hostile line. " + " ".join(PAYLOADS).replace("\n", " ") + " The end of it.\n",
    source="<img src=x onerror=window.hacked=5>.txt",
    outlet=PAYLOADS[2],
)


_SPENT: dict[str, Any] = {"model": "openai:any", "usage": Usage(1200, 34), "cost": 0.0021, "seconds": 1.25}
_ABSTAINED: dict[str, Any] = {"abstained": True, "reason": "not_in_corpus"}
KILLED = "Officials said that at least 83 people have been killed in the strikes, most of them aboard small boats."


_PROGRAM = """
import sys
from qa.server import serve
from page_stand_ins import StandIn
from vectorstore.errors import UserError
try:
    serve({}, host="127.0.0.1", port=0, on_ready=lambda address: print(address, flush=True))
except UserError as error:
    sys.exit(str(error))
print("served")
"""


class Served(NamedTuple):
    """A page that is being served."""

    address: str
    process: subprocess.Popen[str]


class StandIn:
    """Answers by a key word of the question: killed, hostile, flagged, rewritten, slow, broken, unreachable.

    To any other it abstains.
    """

    def __init__(self, *, model: str = "extractive", sync_seconds: float = 0, missing: bool = False) -> None:
        self.settings: Settings = load_settings(corpus_dir=Path("articles"))
        self.model = model
        self.history: list[Sequence[Turn]] = []
        self.stopped = 0
        self.closed = False
        self._sync_seconds, self._missing = sync_seconds, missing
        self._articles = {article.source: article for article in (STRIKES, HOSTILE)}

    def sync(self, *, progress: Callable[[int, int], None] | None = None) -> IndexReport:
        for done in range(3):
            if progress is not None:
                progress(done, 2)
        time.sleep(self._sync_seconds)
        if self._missing:
            raise CorpusMissing("there is no folder articles; choose one with --corpus")
        return IndexReport(added=2)

    def articles(self) -> list[Article]:
        return list(self._articles.values())

    def article(self, source: str) -> Article:
        if source not in self._articles:
            raise ArticleError(source, "there is no such article")
        return self._articles[source]

    def forget(self, source: str) -> None:
        del self._articles[source]

    def ask(self, question: str, **_: object) -> Answer:
        return self.stream(question).answer

    def stream(self, question: str, *, history: Sequence[Turn] = (), **_: object) -> AnswerStream:
        self.history.append(history)
        return AnswerStream(self._answer(question))

    def close(self) -> None:
        self.closed = True

    def _answer(self, question: str) -> Generator[Piece, None, Answer]:
        check_question(question)
        if "broken" in question:
            yield Piece("The first words ")
            raise RuntimeError(f"no code handles {question}")
        if "unreachable" in question:
            raise ModelCallFailed("ollama:llama3.2", "the server does not answer; start it with `ollama serve`")
        if "slow" in question:
            settled = _quoting(question, STRIKES, KILLED, "At least 83 people have been killed.")
            try:
                yield Piece(f"{settled.text} ", settled.claims, settled.citations)
                for number in range(600):
                    yield Piece(f"word{number} ", settled.claims, settled.citations)
                    time.sleep(0.05)
            except GeneratorExit:
                self.stopped += 1
                raise
        answer = self._complete(question)
        for word in () if answer.abstained else re.findall(r"\S+\s*", answer.text):
            yield Piece(word, answer.claims, answer.citations) if "[" in word else Piece(word)
        return answer

    def _complete(self, question: str) -> Answer:
        if "killed" in question:
            return _quoting(question, STRIKES, KILLED, "At least 83 people have been killed.")
        if "hostile" in question:
            return _quoting(question, HOSTILE, HOSTILE.text.strip(), HOSTILE.text.strip())
        if "flagged" in question:
            claim = Claim("The strikes ended in June.", (), "unsupported", "no source says June")
            text = f"{claim.text} [unsupported]"
            return Answer(question, question, text, claims=(claim,), notices=("The index was rebuilt.",))
        if "rewritten" in question:
            found = _quoting(question, STRIKES, KILLED, "At least 83 people have been killed.")
            return replace(found, query="How many died in the strikes?", **_SPENT)
        chunk = Chunk(STRIKES.id, 0, STRIKES.text[:20], 0, 20, STRIKES.source, STRIKES.title)
        return Answer(question, question, "The articles do not tell.", passages=(Passage(chunk, 0.1),), **_ABSTAINED)


def _quoting(question: str, article: Article, quote: str, statement: str) -> Answer:
    start = article.text.index(quote)
    citation = Citation(
        1, article.source, article.title, article.outlet, article.published, quote, start, start + len(quote)
    )
    claim = Claim(statement, (citation,), "supported")
    return Answer(question, question, text=f"{statement} [1]", claims=(claim,), citations=(citation,))


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
