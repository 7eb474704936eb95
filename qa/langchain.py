"""The LangChain face: a retriever over the corpus, and a runnable from a question to an Answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from qa.types import Answer
    from vectorstore.types import Passage


class FootnoteRetriever(BaseRetriever):
    """Finds passages as Footnote does; metadata: source, title, outlet, published, start, end, score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    footnote: Any
    k: int | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it)
    ) -> list[Document]:
        return [_document(passage) for passage in self.footnote.search(query, k=self.k)]


def runnable(footnote: Footnote) -> Runnable[str, Answer]:
    """A Runnable from a question to its Answer, whole; the keywords of `Footnote.ask` can be given or bound."""
    return RunnableLambda(footnote.ask)


def _document(passage: Passage) -> Document:
    chunk = passage.chunk
    metadata = {
        "source": chunk.source,
        "title": chunk.title,
        "outlet": chunk.outlet,
        "published": chunk.published.isoformat() if chunk.published else None,
        "start": chunk.start,
        "end": chunk.end,
        "score": passage.score,
    }
    return Document(id=chunk.id, page_content=chunk.text, metadata=metadata)


__all__ = ["FootnoteRetriever", "runnable"]
