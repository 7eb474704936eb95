"""The one place where settings become objects: a Footnote answers questions over one folder of articles."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack
from weakref import WeakKeyDictionary

from qa.asynchronous import AskOptions, AsyncAnswerStream
from qa.composing import Compose, by_model, extractive
from qa.context_windows import encoding_of, fit_context_tokens
from qa.drafts import Piece
from qa.fallback_model import with_fallback
from qa.finding import Finder
from qa.generative import GenerativeAnswerer
from qa.looking_up import LookUp, looking_up
from qa.metering import Meter
from qa.narrowing.narrowing import Known, Narrowed, narrowed
from qa.pipeline import AnswerStream, Question, Steps, check_question, run
from qa.places import corpus_options
from qa.prices import cost
from qa.reading import Reader, load_entailment, load_reader
from qa.replies import Streams
from qa.retrieval import Retrieval
from qa.rewriting import rewrite
from qa.settings import EXTRACTIVE, Settings, load_settings
from qa.shortcomings import shortcomings
from qa.spelling import corrected
from qa.tracing import Tracing, open_tracing
from qa.types import Answer, Turn
from qa.vector_cache import VectorCache
from qa.verifying.checker import Checker
from vectorstore.corpus import Corpus
from vectorstore.errors import IndexDamaged
from vectorstore.index import Index
from vectorstore.indexing import Progress
from vectorstore.types import Article, IndexReport, Passage
from vectorstore.within import Within

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

    from qa.chat_model import ChatModel


class Footnote:
    """Answers questions over one folder of articles; safe to share between threads."""

    def __init__(self, settings: Settings, *, notify: Callable[[str], None] | None = None) -> None:
        self.settings = settings
        self.corpus = Corpus(corpus_options(settings), notify=notify)
        self._retrieval = Retrieval(settings.retrieval, settings.candidates, settings.k)
        self._known: WeakKeyDictionary[Index, Known] = WeakKeyDictionary()
        self._tracing = open_tracing() if settings.traces else Tracing()

    @property
    def model(self) -> str:
        """What composes the answers: `extractive`, or the spec of the chat model."""
        return self.settings.chat_model or "extractive"

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        sources: Sequence[str] | None = None,
        outlet: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> Answer:
        """Answer a question from the articles as they are on disk now; raises UserError."""
        options: AskOptions = {"history": history, "sources": sources, "outlet": outlet, "since": since, "until": until}
        return self.stream(question, **options).answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        sources: Sequence[str] | None = None,
        outlet: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> AnswerStream:
        """As `ask`, but the text can be read as it comes: iterate, then read `.answer`."""
        restrict = partial(Index.restrict, sources=sources, outlet=outlet, since=since, until=until)
        return AnswerStream(self._tracing.question(self._answer(Question(question, tuple(history)), restrict)))

    async def aask(self, question: str, **options: Unpack[AskOptions]) -> Answer:
        """As `ask`, with the same keywords, for async code; to cancel it stops the chat model's call."""
        return await self.astream(question, **options).answer()

    def astream(self, question: str, **options: Unpack[AskOptions]) -> AsyncAnswerStream:
        """As `stream`, with the same keywords, for async code."""
        return AsyncAnswerStream(lambda: self.stream(question, **options))

    def search(
        self,
        query: str,
        *,
        k: int | None = None,
        sources: Sequence[str] | None = None,
        outlet: str | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> list[Passage]:
        """The k best passages for a query, best first, without an answer."""
        check_question(query)
        self.sync()
        wanted = replace(self._retrieval, k=k or self._retrieval.k)
        with self.corpus.reading() as index:
            within = index.restrict(sources=sources, outlet=outlet, since=since, until=until)
            return self._finder(index, Narrowed(within), wanted).find(query).passages

    def sync(self, *, progress: Progress | None = None) -> IndexReport:
        """Bring the index in line with the folder; costs a look at each file when nothing changed."""
        return self.corpus.sync(progress=progress)

    def articles(self) -> Sequence[Article]:
        """All articles of the index, by source, without their text; none when the last sync found none."""
        return self.corpus.articles()

    def article(self, source: str) -> Article:
        """One article with its text."""
        with self.corpus.reading() as index:
            return index.article(source)

    def as_retriever(self, **options: Any) -> BaseRetriever:
        """A LangChain retriever over this corpus; options: k, sources, outlet, since, until."""
        from qa.langchain import FootnoteRetriever

        return FootnoteRetriever(footnote=self, **options)

    def as_runnable(self) -> Runnable[str | Mapping[str, Any], Answer]:
        """A LangChain runnable from a question, or a mapping of it and its options, to an Answer."""
        from qa.langchain import FootnoteRunnable

        return FootnoteRunnable(self)

    def answered_by(self, model: str) -> Footnote:
        """The same articles, answered by another chat model, or `extractive`; shares all that is open."""
        other = copy(self)
        spec = "" if model == EXTRACTIVE else model
        fallback = self.settings.fallback_model if spec == self.settings.chat_model else ""
        other.settings = self.settings.model_copy(update={"chat_model": spec, "fallback_model": fallback})
        other.__dict__ |= {"vectors": self.vectors, "_reader": self._reader}
        for name in ("_chat_model", "_context_tokens"):
            other.__dict__.pop(name, None)
        return other

    def close(self) -> None:
        """Let go of all files."""
        self.corpus.close()

    def __enter__(self) -> Footnote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def vectors(self) -> VectorCache:
        """What was embedded before; what answers compare may be put in beforehand."""
        return VectorCache(self.corpus.embeddings)

    @cached_property
    def _reader(self) -> Reader | None:
        return load_reader() if self.settings.reader else None

    @cached_property
    def _chat_model(self) -> Streams | None:
        settings = self.settings
        if not settings.chat_model:
            return None
        first = self._open_chat_model(settings.chat_model, settings.chat_base_url, window=settings.context_window)
        if not self._has_fallback:
            return first
        return with_fallback(first, self._open_chat_model(settings.fallback_model, settings.fallback_base_url))

    def _open_chat_model(self, spec: str, base_url: str, *, window: int = 0) -> ChatModel:
        from qa.chat_model import open_chat_model

        settings = self.settings
        return open_chat_model(
            spec,
            base_url=base_url,
            temperature=settings.temperature,
            timeout_seconds=settings.timeout_seconds,
            max_answer_tokens=settings.max_answer_tokens,
            context_tokens=self._context_tokens,
            context_window=window,
        )

    def _answer(self, question: Question, restrict: Callable[[Index], Within]) -> Generator[Piece, None, Answer]:
        check_question(question.text)
        notices = self.sync().notices
        try:
            answer = yield from self._answer_once(question, restrict)
        except IndexDamaged:
            # Found while reading: a new generation is built from the library, and the question asked again.
            self.corpus.distrust()
            notices += self.sync().notices
            answer = yield from self._answer_once(question, restrict)
        return replace(answer, notices=(*notices, *answer.notices))

    def _answer_once(self, question: Question, restrict: Callable[[Index], Within]) -> Generator[Piece, None, Answer]:
        with self.corpus.reading() as index:
            answer = yield from self._answer_from(index, question, restrict(index))
        return replace(
            answer,
            settings_fingerprint=self.settings.fingerprint,
            corpus_fingerprint=index.seal.corpus,
        )

    def _answer_from(self, index: Index, question: Question, asked: Within) -> Generator[Piece, None, Answer]:
        known = self._known.setdefault(index, Known(index.articles()))
        within = narrowed(question.text, known, asked)
        meter = Meter(self._chat_model) if self._chat_model else None
        steps = self._steps(index, within, looking_up(index, known, asked), meter=meter)
        answer = yield from run(question, self._tracing.steps(steps))
        if meter:
            answer = replace(answer, usage=meter.usage, cost=self._cost(meter))
        lacks_reader, model = self.settings.reader and self._reader is None, self.corpus.embeddings.model
        lesser = shortcomings(answer, lacks_reader=lacks_reader, embedding_model=model)
        return replace(answer, notices=(*asked.notices, *answer.notices, *lesser))

    def _steps(self, index: Index, within: Narrowed, look_up: LookUp, *, meter: Meter | None) -> Steps:
        count_tokens = self.corpus.embeddings.count_tokens
        finder = self._finder(index, within, self._retrieval)

        def article_text(source: str) -> str:
            return index.article(source).text

        return Steps(
            look_up=look_up,
            rewrite=lambda question: corrected(
                within.searched_for(rewrite(question.text, question.history, chat_model=meter)),
                frequency=index.frequency,
                is_word=lambda word: count_tokens(word) == 1,
            ),
            retrieve=finder.find,
            answer=self._composing(meter) if meter else extractive,
            article_text=article_text,
            accounts=lambda: index.accounts,
        )

    def _finder(self, index: Index, within: Narrowed, retrieval: Retrieval) -> Finder:
        return Finder(index, within, self.vectors, retrieval, self._reader, self.settings.abstain_below)

    def _composing(self, meter: Meter) -> Compose:
        settings = self.settings
        answerer = GenerativeAnswerer(
            meter,
            context_tokens=self._context_tokens,
            encoding=encoding_of(settings.chat_model, settings.encoding),
            checker=self._checker,
            keep_unsupported=settings.unsupported == "mark",
        )
        return by_model(answerer, extractive_in_reserve=settings.fallback_model == EXTRACTIVE)

    @cached_property
    def _checker(self) -> Checker:
        named = self.settings.entailment_model
        return Checker(embed=self.vectors.embed, entailment=load_entailment(named) if named else None)

    @cached_property
    def _context_tokens(self) -> int:
        """What fits into the chat model, and into the one in reserve."""
        settings = self.settings
        fitting = partial(fit_context_tokens, answer_tokens=settings.max_answer_tokens)
        tokens = fitting(settings.chat_model, settings.context_tokens, set_tokens=settings.context_window)
        return fitting(settings.fallback_model, tokens) if self._has_fallback else tokens

    @property
    def _has_fallback(self) -> bool:
        return self.settings.fallback_model not in ("", EXTRACTIVE)

    def _cost(self, meter: Meter) -> float | None:
        """The prices are those of the first model; what another one took is not known."""
        settings = self.settings
        known = cost(meter.usage, price_input=settings.price_input, price_output=settings.price_output)
        return known if meter.only_first else None


def open_corpus(path: str | Path | None = None, settings: Settings | None = None) -> Footnote:
    """Open a folder of articles; raises CorpusMissing on first use when there is no such folder."""
    given = settings or load_settings()
    return Footnote(given.model_copy(update={"corpus_dir": Path(path)}) if path else given)
