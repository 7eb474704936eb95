"""The articles as files: what a reader with an editor sees, and what every citation is held against."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evals.examples import Example, Quote
from vectorstore.decoding import NotTextError, decode
from vectorstore.errors import CorpusMissing
from vectorstore.finding import Found, find_files
from vectorstore.loading import load_file
from vectorstore.types import Span

_TEXT = (".txt", ".md")
_LARGEST_FILE_MB = 1000.0


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
    """Read the articles below a folder; raises CorpusMissing when there is none.

    Text files are read here, as anybody would; of other formats the text is what `qa show` prints.
    """
    texts: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    for found in find_files(folder).files:
        articles = _articles(folder, found)
        if articles:
            texts |= articles
            contents[found.source] = found.path.read_bytes()
    if not texts:
        raise CorpusMissing(f"{folder} holds no article; name another folder with --corpus")
    return Corpus(texts, _fingerprint(contents))


def _articles(folder: Path, found: Found) -> dict[str, str]:
    if found.path.suffix.lower() in _TEXT:
        with suppress(NotTextError):
            return {found.source: decode(found.path.read_bytes())}
        return {}
    loaded = load_file(folder, found, max_file_mb=_LARGEST_FILE_MB)
    return {article.source: article.text for article in loaded.articles}


def _fingerprint(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for source, content in sorted(contents.items()):
        for part in (source.encode(), content):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
