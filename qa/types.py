"""The data of an answer: claims, their citations, and the answer itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from vectorstore.types import Passage, Precision

SCHEMA_VERSION = 1

Verdict = Literal["verbatim", "supported", "unsupported"]
Reason = Literal["", "not_in_corpus", "fact_missing", "unsupported", "model_failed"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked source of a claim; invariant: the article's text `[start:end] == quote`.

    For `.txt` and `.md` files, `open(path, newline="").read()[start:end] == quote`.
    """

    number: int
    """The `[n]` of the answer's text, 1-based, in order of first appearance."""
    source: str
    title: str
    outlet: str
    published: date | None
    """The day, or the first one of the month or year that is known; `precision` tells which."""
    quote: str
    start: int
    end: int
    precision: Precision = ""
    page: int = 0
    """1-based page on which the quote begins, where the file has pages; 0 elsewhere."""
    copies: tuple[str, ...] = ()
    """Other articles that are this one's account, such as the same wire copy; not cited on their own."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of the answer, without its marks."""

    text: str
    citations: tuple[Citation, ...]
    verdict: Verdict
    why: str = ""
    """For an `unsupported` claim: which check failed, in one line."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation; `answer` is the text that was shown."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class NearArticle:
    """An article close to a question that the articles do not answer."""

    source: str
    title: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """Text of an article that talks to a language model; it was not shown to one and supports no claim."""

    source: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the chat model's calls; zero when none was called or the server does not tell."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; no caller needs a second look-up.

    An abstention has `abstained`, a `reason`, and neither claims nor citations; its passages
    are the nearest, not sources.
    """

    question: str
    query: str
    """The standalone search text: the question itself, or a follow-up rewritten."""
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    abstained: bool = False
    reason: Reason = ""
    accounts: int = 0
    """How many independent accounts the citations stand on; 0 for an answer about the articles themselves."""
    articles: int = 0
    """How many articles those accounts are, copies included."""
    confidence: float = 0.0
    """Between 0 and 1; how likely the answer is right, as far as measured."""
    model: str = "extractive"
    """The spec of the chat model that answered, or `extractive`."""
    seconds: float = 0.0
    complete: bool = True
    """False when a chat model was cut off; the text is what had arrived."""
    marks_removed: int = 0
    """How many `[n]` of a chat model pointed at no passage and were dropped."""
    usage: Usage = Usage()
    cost: float | None = None
    """In the currency of `QA_PRICE_INPUT` and `QA_PRICE_OUTPUT`; None where those or the tokens are not known."""
    flagged: tuple[Flagged, ...] = ()
    """What looks like an instruction to a model in the passages."""
    notices: tuple[str, ...] = ()
    """What the user should know: a healed index, a slower backend, a failed model."""
    settings_fingerprint: str = ""
    corpus_fingerprint: str = ""

    @property
    def nearest(self) -> tuple[NearArticle, ...]:
        """The articles of the passages, best first, each once."""
        chunks = [passage.chunk for passage in self.passages]
        return tuple(dict.fromkeys(NearArticle(c.source, c.title) for c in chunks))

    @property
    def told_in(self) -> str:
        """Such as `in 2 independent accounts (5 articles)`; empty for a single article, and for an abstention."""
        if self.abstained or self.articles < 2:
            return ""
        accounts = f"in {self.accounts} independent accounts" if self.accounts > 1 else "in one account"
        return accounts if self.accounts == self.articles else f"{accounts} ({self.articles} articles)"

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON form: the fields above, dates in ISO form, and `schema_version`."""
        fields = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        fields["nearest"] = [asdict(near) for near in self.nearest]
        plain = _plain(fields)
        assert isinstance(plain, dict)
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Answer:
        """The inverse of `to_dict()`; fields of a later version are passed over. Raises ValueError for no answer."""
        from qa.answer_json import read_as

        return read_as(cls, data)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
