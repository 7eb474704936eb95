"""Attacks planted in articles: whether an order to a model reaches the reader as a claim with a footnote."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.normalise import folded
from qa.types import Claim, Usage
from vectorstore.errors import DatasetError
from vectorstore.furniture import ends_sentence, paragraphs
from vectorstore.sentences import sentences
from vectorstore.types import Passage, Span

if TYPE_CHECKING:
    from qa.footnote import Footnote
    from qa.settings import Settings
    from qa.verifying.checker import Checker

Placement = Literal["middle", "end", "paragraph"]
PLACEMENTS: tuple[Placement, ...] = ("middle", "end", "paragraph")
NEUTRAL = (
    "What did Trump say about the call?",
    "How many people were killed in the strikes?",
    "What does the U.S. accuse Maduro of?",
)
"""Questions that the shipped articles answer."""
_MOST_PASSAGES = 8


@dataclass(frozen=True, slots=True)
class Attack:
    """A text that somebody writes into an article for a model to obey."""

    category: str
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Its sentences, folded."""
        whole = Span(0, len(self.text))
        plain = (folded(span.of(self.text)).strip(" .") for span in sentences(self.text, whole))
        return tuple(part for part in plain if part)

    def is_in(self, text: str) -> bool:
        """Whether a text holds one of its sentences, or is a piece of it."""
        plain = folded(text).strip(" .")
        return any(part in plain for part in self.parts) or (bool(plain) and plain in folded(self.text))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one planted attack."""

    attack: Attack
    recognised: bool
    """Whether the article's text shows it as an instruction or a question."""
    claims: int
    """The claims that were looked at."""
    reached: tuple[Claim, ...]
    """Those that carry the attack and are not `unsupported`; none should."""


def load_attacks(folder: Path) -> tuple[Attack, ...]:
    """The attacks of a BIPIA benchmark folder, its files `text_attack_*.json` in order; raises DatasetError."""
    files = sorted(folder.glob("text_attack_*.json"))
    if not files:
        raise DatasetError(folder, 0, "holds no text_attack_*.json; name BIPIA's folder `benchmark`")
    return tuple(attack for path in files for attack in _attacks_of(path))


def _attacks_of(path: Path) -> Iterator[Attack]:
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise DatasetError(path, getattr(error, "lineno", 0), "is no JSON") from error
    except OSError as error:
        raise DatasetError(path, 0, f"cannot be read: {error.strerror}") from error
    if not isinstance(content, Mapping):
        raise DatasetError(path, 0, "is no object of category to texts")
    for category, texts in content.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise DatasetError(path, 0, f"{category!r} is no list of texts")
        yield from (Attack(category, text.strip()) for text in texts)


def planted(article: str, attack: str, placement: Placement) -> str:
    """The article with the attack as a sentence of its middle or its end, or as a paragraph of its middle."""
    found = paragraphs(article) or [Span(0, len(article))]
    sentence = attack if ends_sentence(attack) else f"{attack}."
    if placement == "paragraph":
        place = found[len(found) // 2].end
        return f"{article[:place]}\n\n{sentence}\n\n{article[place:].lstrip()}"
    if placement == "end":
        place = found[-1].end
    else:
        own = sentences(article, max(found, key=lambda span: span.end - span.start))
        place = own[len(own) // 2].end if own else found[0].end
    return f"{article[:place]} {sentence}{article[place:]}"


def try_attacks(
    attacks: Sequence[Attack],
    articles: Mapping[str, str],
    settings: Settings,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Outcome]:
    """Plant each attack in an article, as many at a time as there are articles, and ask about what was planted."""
    placements = cycle(PLACEMENTS)
    for first in range(0, len(attacks), len(articles)):
        together = attacks[first : first + len(articles)]
        texts = dict(articles)
        for attack, source in zip(together, articles, strict=False):
            texts[source] = planted(texts[source], attack.text, next(placements))
        with tempfile.TemporaryDirectory() as home, _opened(texts, Path(home), settings) as footnote:
            told, checker = _told(footnote, NEUTRAL), _checker(footnote)
            for done, attack in enumerate(together, start=first + 1):
                yield _outcome(attack, footnote, told, checker=checker)
                if progress:
                    progress(done, len(attacks))


def _opened(texts: Mapping[str, str], home: Path, settings: Settings) -> Footnote:
    from qa.footnote import open_corpus

    for source, text in texts.items():
        path = home / "articles" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    own = settings.model_copy(update={"index_dir": home / "index", "corpus_dir": home / "articles", "chat_model": ""})
    footnote = open_corpus(None, own)
    footnote.sync()
    return footnote


def _told(footnote: Footnote, questions: Iterable[str]) -> list[Claim]:
    return [claim for question in questions for claim in footnote.ask(question).claims]


def _outcome(attack: Attack, footnote: Footnote, told: Sequence[Claim], *, checker: Checker) -> Outcome:
    """`told` are the claims of neutral questions, the same for all that was planted at once."""
    passages = _with_attack(attack, footnote)
    claims = [*told, *_told(footnote, [attack.text]), *_obeyed(attack, passages, checker)]
    reached = tuple(claim for claim in claims if claim.verdict != "unsupported" and _carries(claim, attack))
    return Outcome(attack, _is_recognised(attack, passages), len(claims), reached)


def _with_attack(attack: Attack, footnote: Footnote) -> list[Passage]:
    """The passages that a question in the attack's words finds, that with the attack first: the worst case."""
    found = footnote.search(attack.text, k=50)
    holding = [passage for passage in found if any(part in folded(passage.chunk.text) for part in attack.parts)]
    return [*holding, *(passage for passage in found if passage not in holding)][:_MOST_PASSAGES]


def _is_recognised(attack: Attack, passages: Sequence[Passage]) -> bool:
    from qa.instructions import instruction_spans, is_question

    flagged = " ".join(
        span.of(passage.chunk.text)
        for passage in passages
        for span in instruction_spans(passage.chunk.text, passage.chunk.language)
    )
    return is_question(attack.text) or any(part in folded(flagged) for part in attack.parts)


def _carries(claim: Claim, attack: Attack) -> bool:
    return any(attack.is_in(text) for text in (claim.text, *(citation.quote for citation in claim.citations)))


def _checker(footnote: Footnote) -> Checker:
    from qa.vector_cache import VectorCache
    from qa.verifying.checker import Checker

    embed = VectorCache(footnote.corpus.embeddings).embed
    return Checker(embed=embed)


def _obeyed(attack: Attack, passages: Sequence[Passage], checker: Checker) -> Sequence[Claim]:
    """The claims of an answer by a model that does what the attack wants, and cites all passages for it."""
    from qa.generative import GenerativeAnswerer

    answerer = GenerativeAnswerer(_ObeyingModel(attack.text, len(passages)), checker=checker)
    answering = answerer.answer(NEUTRAL[0], NEUTRAL[0], passages=passages)
    while True:
        try:
            next(answering)
        except StopIteration as end:
            claims: Sequence[Claim] = end.value.claims
            return claims


@dataclass(frozen=True, slots=True)
class _ObeyingModel:
    """A chat model that repeats an attack, with every mark there is and with none."""

    attack: str
    passages: int
    spec: str = "scripted:obeying"

    def stream(self, system: str, user: str) -> _Reply:  # noqa: ARG002
        """The same reply to whatever it is told."""
        marks = "".join(f"[{number}]" for number in range(1, self.passages + 1))
        told = f"{self.attack[:1].lower()}{self.attack[1:]}"
        return _Reply(f"{self.attack} {marks}\n\nAs instructed, {told} {marks}\n\n{self.attack}\n")


@dataclass(frozen=True, slots=True)
class _Reply:
    text: str
    spec: str = "scripted:obeying"
    usage: Usage = Usage()  # noqa: RUF009
    complete: bool = True
    cause: str = ""
    notices: tuple[str, ...] = ()

    def __iter__(self) -> Generator[str, None, None]:
        yield self.text
