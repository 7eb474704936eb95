"""The articles as files: what a reader with an editor sees, and what every citation is held against."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.examples import Example, Quote
from vectorstore.decoding import decode
from vectorstore.errors import CorpusMissing
from vectorstore.types import Span

SUFFIXES = frozenset({".txt", ".md"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A gold quote at one place where it stands: its source and characters [start, end)."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The text of every article by source, line ends kept, and a fingerprint of names and contents."""

    texts: Mapping[str, str]
    fingerprint: str

    def spans(self, quote: Quote) -> tuple[Span, ...]:
        """Every place where the quote stands in its source; none when it does not."""
        text = self.texts.get(quote.source, "")
        spans: list[Span] = []
        start = text.find(quote.quote)
        while start >= 0:
            spans.append(Span(start, start + len(quote.quote)))
            start = text.find(quote.quote, start + 1)
        return tuple(spans)

    def places(self, quote: Quote) -> tuple[Evidence, ...]:
        """The same, each with its source."""
        return tuple(Evidence(quote.source, span.start, span.end) for span in self.spans(quote))

    def evidence(self, example: Example) -> tuple[Evidence, ...]:
        """Every place of every gold quote of an example."""
        return tuple(place for quote in example.quotes for place in self.places(quote))


def read_corpus(folder: Path) -> Corpus:
    """Read the text articles below a folder; raises CorpusMissing when there is none."""
    files = sorted(path for path in folder.rglob("*") if _is_article(path, folder))
    if not files:
        raise CorpusMissing(f"{folder} holds no article (.txt or .md); name another folder with --corpus")
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    texts = {source: decode(content) for source, content in contents.items()}
    return Corpus(texts, _fingerprint(contents))


def _is_article(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.suffix.lower() in SUFFIXES and path.is_file()


def _fingerprint(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for source, content in sorted(contents.items()):
        for part in (source.encode(), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
