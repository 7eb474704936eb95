"""What a reader can do on questions that it never saw: SQuAD 2.0 by paragraph, NewsQA by its gold article."""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from qa.reading import Reader, Window
from training.sets import Example, read_set
from vectorstore.sentences import sentences
from vectorstore.types import Span

_WINDOW_CHARACTERS = 800
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Read:
    """The best span of a text, how far it beats "nothing here answers", and what it is worth against the truth."""

    margin: float
    exact: float
    f1: float
    answerable: bool


def squad(reader: Reader, data: Path) -> dict[str, float]:
    """EM and F1 in percent on the held-out articles, with the best threshold on the margin, as SQuAD 2.0 reports it."""
    read = [_read(reader, example) for example in tqdm(read_set("squad2_held_out", data), desc="SQuAD", mininterval=5)]
    able = [one for one in read if one.answerable]
    best, threshold = max((_overall(read, one.margin), one.margin) for one in read)
    return {
        "questions": len(read),
        "answerable F1": 100 * sum(one.f1 for one in able) / len(able),
        "answerable EM": 100 * sum(one.exact for one in able) / len(able),
        "overall F1": 100 * best,
        "overall F1 at 0": 100 * _overall(read, 0.0),
        "always abstaining": 100 * (1 - len(able) / len(read)),
        "threshold": threshold,
        "AUC": auc([o.margin for o in able], [o.margin for o in read if not o.answerable]),
    }


def newsqa(reader: Reader, data: Path, *, most: int) -> dict[str, float]:
    """F1 in percent with the gold article in hand."""
    texts = {row["_id"]: row["text"] for row in _rows(data / "newsqa" / "corpus.jsonl")}
    gold = dict(line.split("\t")[:2] for line in (data / "newsqa" / "qrels.tsv").read_text().splitlines()[1:])
    queries = [row for row in _rows(data / "newsqa" / "queries.jsonl") if row["_id"] in gold][:most]
    worth = [
        _worth(reader, row["text"], texts[gold[row["_id"]]], row["answers"]) for row in tqdm(queries, desc="NewsQA")
    ]
    return {"questions": len(worth), "F1": 100 * sum(worth) / max(1, len(worth))}


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """How often one of `high` is above one of `low`."""
    wins = sum((h > other) + 0.5 * (h == other) for h in high for other in low)
    return wins / max(1, len(high) * len(low))


def windows(text: str, title: str) -> list[Window]:
    """The text in windows of whole sentences, each as long as a chunk."""
    cut: list[Span] = []
    for span in sentences(text, Span(0, len(text))):
        if cut and span.end - cut[-1].start <= _WINDOW_CHARACTERS:
            cut[-1] = Span(cut[-1].start, span.end)
        else:
            cut.append(span)
    return [Window(span.of(text), title) for span in cut]


def exact_and_f1(told: str, answers: Sequence[str]) -> tuple[float, float]:
    """As the SQuAD script has them, best over the answers."""
    best = [(float(_plain(told) == _plain(answer)), _f1(_plain(told), _plain(answer))) for answer in answers]
    return max((exact for exact, _ in best), default=0.0), max((f1 for _, f1 in best), default=0.0)


def _read(reader: Reader, example: Example) -> Read:
    told, margin = _best(reader, example.question, windows(example.context, example.title))
    exact, f1 = exact_and_f1(told, [example.context[start:end] for start, end in example.spans])
    return Read(margin, exact, f1, bool(example.spans))


def _best(reader: Reader, question: str, read: Sequence[Window]) -> tuple[str, float]:
    best, margin = "", float("-inf")
    for window, reading in zip(read, reader.read(question, read), strict=True):
        span = reading.best()
        if span and span.margin > margin:
            best, margin = window.text[span.start : span.end], span.margin
    return best, margin


def _overall(read: Sequence[Read], threshold: float) -> float:
    worth = ((one.f1 if one.margin >= threshold else 0.0) if one.answerable else one.margin < threshold for one in read)
    return sum(worth) / len(read)


def _worth(reader: Reader, question: str, text: str, answers: Sequence[str]) -> float:
    return exact_and_f1(_best(reader, question, windows(text, ""))[0], answers)[1]


def _plain(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _f1(told: list[str], answer: list[str]) -> float:
    shared = sum((Counter(told) & Counter(answer)).values())
    return 2 * shared / (len(told) + len(answer)) if shared else float(told == answer)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
