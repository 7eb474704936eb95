"""What an answerer hands over: pieces on their way, statements with quotes, and the draft that they become."""

from __future__ import annotations

from dataclasses import dataclass

from qa.types import Citation, Claim, Reason, Usage, Verdict
from vectorstore.chunking import page_at
from vectorstore.types import Chunk

ABSTENTION = "The articles do not tell."
NO_REPLY = "The chat model did not answer."
_NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact slice of a chunk; `start` and `end` are offsets into the article."""

    chunk: Chunk
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.chunk.start <= self.start < self.end <= self.chunk.end:
            raise ValueError(f"quote {self.start}:{self.end} lies outside its chunk {self.chunk.id}")

    @property
    def text(self) -> str:
        """The quoted characters, exactly as the article has them."""
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]

    def citation(self, number: int) -> Citation:
        """This quote as footnote `number`."""
        chunk = self.chunk
        return Citation(
            number=number,
            source=chunk.source,
            title=chunk.title,
            outlet=chunk.outlet,
            published=chunk.published,
            quote=self.text,
            start=self.start,
            end=self.end,
            precision=chunk.precision,
            page=chunk.page and chunk.page - 1 + page_at(chunk.text, self.start - chunk.start),
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with the quotes that support it, before footnotes are numbered."""

    text: str
    quotes: tuple[Quote, ...] = ()
    verdict: Verdict = "verbatim"
    why: str = ""
    support: float = 1.0
    """Between 0 and 1: how likely the quotes support it."""
    before: str = " "
    """The blanks, line ends or list marker that stand before it; ignored for the first."""
    is_claim: bool = True
    """False for a heading, a lead-in that ends in a colon, or a remark about the articles."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer on its way, and all claims and footnotes that are settled by now."""

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer without its receipt: the part that an answerer decides."""

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    abstained: bool = False
    reason: Reason = ""
    confidence: float = 0.0
    complete: bool = True
    marks_removed: int = 0
    usage: Usage = _NO_USAGE
    notices: tuple[str, ...] = ()
    model: str = ""
    """The spec of the chat model that answered; empty for extractive answers."""


def abstention(
    reason: Reason, *, confidence: float = 0.0, usage: Usage = _NO_USAGE, notices: tuple[str, ...] = ()
) -> Draft:
    """The draft that says that the articles do not tell, and why; or that the model did not answer."""
    text = NO_REPLY if reason == "model_failed" else ABSTENTION
    return Draft(text, abstained=True, reason=reason, confidence=confidence, usage=usage, notices=notices)
