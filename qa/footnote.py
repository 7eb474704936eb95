"""The one place where settings become objects: a Footnote answers questions over one folder of articles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from qa.about_articles import about_articles
from qa.extractive import answer_extractively
from qa.finding import Finder, Found
from qa.languages import language_of
from qa.pipeline import Answering, AnswerStream, Question, Steps, check_question, run
from qa.reading import Reader, load_reader
from qa.retrieval import Retrieval
from qa.rewriting import rewrite
from qa.settings import Settings, load_settings
from qa.sources import named_sources
from qa.spelling import corrected
from qa.types import Answer, Turn
from qa.vector_cache import VectorCache
from vectorstore.corpus import Corpus
from vectorstore.embedding import PACKAGED
from vectorstore.errors import IndexDamaged
from vectorstore.index import Index, Within
from vectorstore.indexing import Progress
from vectorstore.types import Article, CorpusOptions, IndexReport, Passage

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
        since: date | None = None,
        until: date | None = None,
    ) -> Answer:
        """Answer a question from the articles as they are on disk now; raises UserError."""
        return self.stream(question, history=history, sources=sources, since=since, until=until).answer

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        sources: Sequence[str] | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> AnswerStream:
        """As `ask`, but the text can be read as it comes: iterate, then read `.answer`."""
        restrict = partial(Index.restrict, sources=sources, since=since, until=until)
        return AnswerStream(self._answer(Question(question, tuple(history)), restrict))

    def search(self, query: str, *, k: int | None = None) -> list[Passage]:
        """The k best passages for a query, best first, without an answer."""
        check_question(query)
        self.sync()
        wanted = replace(self._retrieval, k=k or self._retrieval.k)
        with self.corpus.reading() as index:
            return self._finder(index, Within(), wanted).find(query).passages

    def sync(self, *, progress: Progress | None = None) -> IndexReport:
        """Bring the index in line with the folder; costs a look at each file when nothing changed."""
        return self.corpus.sync(progress=progress)

    def articles(self) -> list[Article]:
        """All articles of the index, by source, without their text."""
        with self.corpus.reading() as index:
            return index.articles()

    def article(self, source: str) -> Article:
        """One article with its text."""
        with self.corpus.reading() as index:
            return index.article(source)

    def as_retriever(self) -> BaseRetriever:
        """A LangChain retriever over this corpus."""
        from qa.langchain import FootnoteRetriever

        return FootnoteRetriever(footnote=self)

    def as_runnable(self) -> Runnable[str, Answer]:
        """A LangChain runnable from a question to an Answer."""
        from qa.langchain import runnable

        return runnable(self)

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
    def _vectors(self) -> VectorCache:
        return VectorCache(self.corpus.embeddings)

    @cached_property
    def _reader(self) -> Reader | None:
        return load_reader() if self.settings.reader else None

    @cached_property
    def _chat_model(self) -> ChatModel | None:
        settings = self.settings
        if not settings.chat_model:
            return None
        from qa.chat_model import open_chat_model

        return open_chat_model(
            settings.chat_model,
            base_url=settings.chat_base_url,
            temperature=settings.temperature,
            timeout_seconds=settings.timeout_seconds,
            max_answer_tokens=settings.max_answer_tokens,
            context_tokens=settings.context_tokens,
        )

    def _answer(self, question: Question, restrict: Callable[[Index], Within]) -> Generator[str, None, Answer]:
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

    def _answer_once(self, question: Question, restrict: Callable[[Index], Within]) -> Generator[str, None, Answer]:
        with self.corpus.reading() as index:
            answer = yield from self._answer_from(index, question, restrict(index))
        return replace(
            answer,
            model=self.model,
            settings_fingerprint=self.settings.fingerprint,
            corpus_fingerprint=index.seal.corpus,
        )

    def _answer_from(self, index: Index, question: Question, asked: Within) -> Generator[str, None, Answer]:
        articles = [each for each in index.articles() if asked.sources is None or each.source in asked.sources]
        within = _narrowed(question, articles, asked)
        answer = yield from run(question, self._steps(index, within, articles))
        notices = (*within.notices, *self._limits(answer)) if answer.passages else asked.notices
        return replace(answer, notices=(*answer.notices, *notices))

    def _limits(self, answer: Answer) -> Iterator[str]:
        """What a lesser answer should say of itself: the reader is missing, or the question's language is not known."""
        if self.settings.reader and self._reader is None:
            yield "the reader's weights are missing or damaged, so answers are less exact; install Footnote anew"
        language, model = language_of(answer.query), self.corpus.embeddings.model
        if answer.abstained and language != "English" and model in PACKAGED:
            yield (
                f"the question seems to be in {language}, and {model} knows English only: the articles may tell it "
                "all the same; ask in English, or set QA_EMBEDDING_MODEL to a multilingual model"
            )

    def _steps(self, index: Index, within: Within, articles: Sequence[Article]) -> Steps:
        count_tokens = self.corpus.embeddings.count_tokens
        finder = self._finder(index, within, self._retrieval)
        return Steps(
            look_up=lambda question: about_articles(question.text, articles, article_text=_texts(index)),
            rewrite=lambda question: corrected(
                rewrite(question.text, question.history, chat_model=self._chat_model),
                frequency=index.frequency,
                is_word=lambda word: count_tokens(word) == 1,
            ),
            retrieve=finder.find,
            answer=self._compose,
            article_text=_texts(index),
        )

    def _finder(self, index: Index, within: Within, retrieval: Retrieval) -> Finder:
        return Finder(index, within, self._vectors, retrieval, self._reader, self.settings.abstain_below)

    def _compose(self, question: Question, query: str, found: Found) -> Answering:
        if self._chat_model is None:
            return answer_extractively(query, found.passages, found.extraction, ranked=found.ranked)
        from qa.generative import GenerativeAnswerer

        answerer = GenerativeAnswerer(
            self._chat_model,
            context_tokens=self.settings.context_tokens,
            encoding=self.settings.encoding,
            embed=self._vectors.embed,
        )
        return answerer.answer(question.text, query, passages=found.passages, history=question.history)


def open_corpus(path: str | Path | None = None, settings: Settings | None = None) -> Footnote:
    """Open a folder of articles; raises CorpusMissing on first use when there is no such folder."""
    given = settings or load_settings()
    return Footnote(given.model_copy(update={"corpus_dir": Path(path)}) if path else given)


def _narrowed(question: Question, articles: Sequence[Article], within: Within) -> Within:
    """A question that names an author, an outlet or a title is asked of those articles only."""
    named = named_sources(question.text, articles) if within.sources is None else ()
    if not named:
        return within
    return Within(named, notices=(f"searched only {', '.join(named)}, as the question asks",))


def _texts(index: Index) -> Callable[[str], str]:
    return lambda source: index.article(source).text


def corpus_options(settings: Settings) -> CorpusOptions:
    """Where a corpus and its index live: each folder of articles has an index of its own below `index_dir`."""
    folder = corpus_folder(settings)
    digest = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return CorpusOptions(
        folder=folder,
        home=settings.index_dir.expanduser().absolute() / f"{folder.name}-{digest}",
        cache_dir=(settings.cache_dir or _user_cache()).expanduser().absolute(),
        embedding_model=settings.embedding_model,
        chunk_tokens=settings.chunk_tokens,
        encoding=settings.encoding,
        max_file_mb=settings.max_file_mb,
        chroma_url=settings.chroma_url,
    )


def corpus_folder(settings: Settings) -> Path:
    """The corpus folder as an absolute path; the default `seeds` is also found beside this package."""
    folder = settings.corpus_dir.expanduser()
    shipped = Path(__file__).parent.parent / folder
    if not folder.exists() and "corpus_dir" not in settings.model_fields_set and shipped.is_dir():
        return shipped
    return folder.resolve()


def _user_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("footnote", appauthor=False)
