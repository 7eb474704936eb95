"""What the tools for models return: data of a fixed shape, and the same as text to read."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from qa.server.cited_text import below, inert
from qa.terminal import one_line
from qa.types import Answer, Citation
from vectorstore.errors import QuestionError
from vectorstore.types import Article, Passage
from vectorstore.within import shown_day

MOST_CHARACTERS = 20_000
"""Of an article, in one reading."""


class Told(BaseModel):
    """Where something is told: `text` are the characters `start` to `end` of an article."""

    source: str = Field(description="file name of the article, as the other tools take it")
    title: str
    outlet: str
    published: str = Field(description="2025-11-30, 2025-11 or 2025, as exactly as it is known; empty where it is not")
    start: int
    end: int
    text: str


class Footnote(Told):
    """A footnote of an answer; its text is an exact quote."""

    number: int = Field(description="the [n] in the answer's text")
    page: int = Field(description="1-based page of the quote; 0 where the file has no pages")

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """From an answer's citation."""
        return cls(
            number=citation.number,
            source=citation.source,
            title=citation.title,
            outlet=citation.outlet,
            published=shown_day(citation.published, citation.precision),
            start=citation.start,
            end=citation.end,
            text=citation.quote,
            page=citation.page,
        )


class StatementShape(BaseModel):
    """One statement of an answer."""

    text: str
    verdict: str = Field(description="verbatim, supported, or unsupported by the articles")
    why: str
    footnotes: list[int]


class AnswerShape(BaseModel):
    """An answer with its checked footnotes, or an abstention, which has none."""

    question: str
    query: str = Field(description="what was searched for: the question, without need of its history")
    text: str = Field(description="the answer, with [n] marks that point at the footnotes")
    abstained: bool = Field(description="true where the articles do not tell")
    reason: str
    confidence: float
    footnotes: list[Footnote]
    statements: list[StatementShape]
    nearest: list[str] = Field(description="file names of the articles closest to the question")
    notices: list[str]
    model: str

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """From an answer, without the passages it was made of."""
        claims = [
            StatementShape(
                text=claim.text,
                verdict=claim.verdict,
                why=claim.why,
                footnotes=[citation.number for citation in claim.citations],
            )
            for claim in answer.claims
        ]
        return cls(
            question=answer.question,
            query=answer.query,
            text=answer.text,
            abstained=answer.abstained,
            reason=answer.reason,
            confidence=answer.confidence,
            footnotes=[Footnote.of(citation) for citation in answer.citations],
            statements=claims,
            nearest=[near.source for near in answer.nearest],
            notices=list(answer.notices),
            model=answer.model,
        )


class Found(Told):
    """A passage that was found."""

    rank: int
    score: float = Field(description="higher is better; comparable only within one search")


class PassagesShape(BaseModel):
    """Passages, best first."""

    passages: list[Found]

    @classmethod
    def of(cls, passages: list[Passage]) -> Self:
        """From the passages of a search."""
        found = [_found(rank, passage) for rank, passage in enumerate(passages, start=1)]
        return cls(passages=found)

    def as_text(self) -> str:
        """To read: a numbered list with the places."""
        lines = [
            f"{one.rank}. {one.title}, {one.source}, characters {one.start}-{one.end}: {one_line(one.text)}"
            for one in self.passages
        ]
        return inert("\n\n".join(lines)) or "Nothing was found."


class ArticleShape(Told):
    """An article, or a part of it."""

    author: str
    language: str
    url: str
    characters: int = Field(description="length of the whole article")

    @classmethod
    def of(cls, article: Article, start: int, end: int | None) -> Self:
        """The characters from `start` to `end` of an article; raises QuestionError for a range without any."""
        length = len(article.text)
        last = min(start + MOST_CHARACTERS, length, length if end is None else end)
        if not 0 <= start < last:
            raise QuestionError(f"{article.source} has {length} characters; none is in the range that was asked for")
        return cls(
            source=article.source,
            title=article.title,
            outlet=article.outlet,
            published=shown_day(article.published, article.precision),
            start=start,
            end=last,
            text=article.text[start:last],
            author=article.author,
            language=article.language,
            url=article.url,
            characters=length,
        )

    def as_text(self) -> str:
        """To read: what is known of the article, then its text as it is."""
        about = ", ".join(filter(None, [self.author, self.outlet, self.published, self.source]))
        part = f"Characters {self.start} to {self.end} of {self.characters}"
        return f"{one_line(self.title)}\n{one_line(about)}\n{part}\n\n{self.text}"


def answer_as_text(answer: Answer) -> str:
    """To read: the text, the footnotes below it, and what should be known of it."""
    notices = "".join(f"\n\nNote: {one_line(notice)}" for notice in answer.notices)
    return inert(answer.text) + below(answer) + notices


def _found(rank: int, passage: Passage) -> Found:
    chunk = passage.chunk
    return Found(
        rank=rank,
        score=round(passage.score, 6),
        source=chunk.source,
        title=chunk.title,
        outlet=chunk.outlet,
        published=shown_day(chunk.published, chunk.precision),
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
    )
