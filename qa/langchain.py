"""The LangChain faces: a retriever over the corpus, and a runnable from a question to its Answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qa.asynchronous import AskOptions, AsyncAnswerStream
from qa.types import Answer, Turn
from vectorstore.errors import QuestionError
from vectorstore.within import shown_day

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from qa.pipeline import AnswerStream
    from vectorstore.types import Passage


class FootnoteRetriever(BaseRetriever):
    """Finds passages as Footnote does; metadata: source, title, outlet, published, page, start, end, score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    footnote: Any
    k: int | None = None
    sources: Sequence[str] | None = None
    outlet: str | None = None
    since: date | None = None
    until: date | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it)
    ) -> list[Document]:
        options = {"sources": self.sources, "outlet": self.outlet, "since": self.since, "until": self.until}
        found = self.footnote.search(query, k=self.k, **options)
        return [_document(passage) for passage in found]


class AskInput(BaseModel):
    """A question with the options of `Footnote.ask`; the history may be turns, or LangChain messages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    history: Sequence[Any] = Field((), description="turns, or messages; a message without an answer is left out")
    sources: Sequence[str] | None = None
    outlet: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def options(self) -> AskOptions:
        """What `Footnote.ask` takes beside the question."""
        return {
            "history": tuple(_turns(self.history)),
            "sources": self.sources,
            "outlet": self.outlet,
            "since": self.since,
            "until": self.until,
        }


Input = str | Mapping[str, Any]


class FootnoteRunnable(Runnable[Input, Answer]):
    """Answers a question, or a mapping with the fields of AskInput; keywords of `bind` and `invoke` fill what it lacks.

    It streams the answer as it grows: each chunk is all that has come, not `complete`; the last is the answer.
    """

    name = "Footnote"

    def __init__(self, footnote: Footnote) -> None:
        self._footnote = footnote

    def get_input_schema(self, config: RunnableConfig | None = None) -> type[BaseModel]:  # noqa: ARG002
        """The fields of a mapping."""
        return AskInput

    def invoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The answer; `kwargs` are the options of `Footnote.ask`."""
        return self._call_with_config(self._ask, input, config, **kwargs)

    async def ainvoke(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """As `invoke`; no event loop waits for it."""
        return await self._acall_with_config(self._aask, input, config, **kwargs)

    def stream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Answer]:
        """The answer as it grows, and at last the complete one."""
        yield from self.transform(iter([input]), config, **kwargs)

    async def astream(self, input: Input, config: RunnableConfig | None = None, **kwargs: Any) -> AsyncIterator[Answer]:
        """As `stream`; no event loop waits for it."""

        async def inputs() -> AsyncIterator[Input]:
            yield input

        async for answer in self.atransform(inputs(), config, **kwargs):
            yield answer

    def transform(
        self, input: Iterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        """As `stream`, of an input that comes in chunks."""
        yield from self._transform_stream_with_config(input, self._grow, config, **kwargs)

    async def atransform(
        self, input: AsyncIterator[Input], config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Answer]:
        """As `astream`, of an input that comes in chunks."""
        async for answer in self._atransform_stream_with_config(input, self._agrow, config, **kwargs):
            yield answer

    def _ask(self, given: Input, **options: Any) -> Answer:
        return self._open(_asked(given, options)).answer

    async def _aask(self, given: Input, **options: Any) -> Answer:
        asked = _asked(given, options)
        return await AsyncAnswerStream(lambda: self._open(asked)).answer()

    def _grow(self, chunks: Iterator[Input], **options: Any) -> Iterator[Answer]:
        asked = _asked(_joined(list(chunks)), options)
        with closing(self._open(asked)) as stream:
            for _ in stream:
                yield self._so_far(asked, stream)
            yield stream.answer

    async def _agrow(self, chunks: AsyncIterator[Input], **options: Any) -> AsyncIterator[Answer]:
        asked = _asked(_joined([chunk async for chunk in chunks]), options)
        async with AsyncAnswerStream(lambda: self._open(asked)) as stream:
            async for _ in stream:
                yield self._so_far(asked, stream)
            yield await stream.answer()

    def _open(self, asked: AskInput) -> AnswerStream:
        return self._footnote.stream(asked.question, **asked.options)

    def _so_far(self, asked: AskInput, stream: AnswerStream | AsyncAnswerStream) -> Answer:
        return Answer(
            question=asked.question,
            query=asked.question,
            text=stream.text,
            claims=stream.claims,
            citations=stream.citations,
            model=self._footnote.model,
            complete=False,
        )


def _asked(given: Input, options: Mapping[str, Any]) -> AskInput:
    asked = dict(given) if isinstance(given, Mapping) else {"question": given}
    try:
        return AskInput.model_validate({**options, **asked})
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        fields = ", ".join(AskInput.model_fields)
        raise QuestionError(f"{place}: {problem['msg']}; ask with a text, or a mapping of {fields}") from None


def _joined(chunks: Sequence[Any]) -> Any:
    """The input from its chunks, as LangChain adds them up; of chunks that cannot be added, the last."""
    whole = chunks[0] if chunks else ""
    for chunk in chunks[1:]:
        try:
            whole = whole + chunk
        except TypeError:
            whole = chunk
    return whole


def _turns(history: Sequence[Any]) -> Iterator[Turn]:
    """Turns as they are; of messages, each human's with what the model answered to it."""
    if all(isinstance(one, Turn) for one in history):
        yield from history
        return
    question, answer = "", ""
    for message in _messages(history):
        if isinstance(message, HumanMessage):
            if question and answer:
                yield Turn(question, answer)
            question, answer = str(message.text), ""
        elif isinstance(message, AIMessage):
            answer += str(message.text)
    if question and answer:
        yield Turn(question, answer)


def _messages(history: Sequence[Any]) -> list[BaseMessage]:
    try:
        return convert_to_messages(history)
    except (ValueError, NotImplementedError) as error:
        raise QuestionError("the history should hold turns, or messages of people and models") from error


def _document(passage: Passage) -> Document:
    chunk = passage.chunk
    metadata = {
        "source": chunk.source,
        "title": chunk.title,
        "outlet": chunk.outlet,
        "published": shown_day(chunk.published, chunk.precision) or None,
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "score": passage.score,
    }
    return Document(id=chunk.id, page_content=chunk.text, metadata=metadata)


__all__ = ["AskInput", "FootnoteRetriever", "FootnoteRunnable"]
