"""A file in SQuAD's form, 1.1 or 2.0: questions with the paragraph that answers them or does not, and the reader.

Source: https://rajpurkar.github.io/SQuAD-explorer (the form, and what its evaluation script measures).
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.benchmarks.measures import auc, exact_and_f1, normalised
from evals.benchmarks.results import Row
from evals.benchmarks.summary import Figure
from evals.estimates import bootstrap, estimate
from qa.reading import Reader, Window
from vectorstore.errors import DatasetError
from vectorstore.sentences import sentences
from vectorstore.types import Span

_WINDOW_CHARACTERS = 800
LEAST_MARGIN = -1_000.0
"""Of a text in which there is nothing to read."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Answer(_Part):
    text: str


class _Question(_Part):
    id: str = Field(min_length=1)
    question: str
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False


class _Paragraph(_Part):
    context: str
    qas: tuple[_Question, ...]


class _Article(_Part):
    title: str = ""
    paragraphs: tuple[_Paragraph, ...]


class _File(_Part):
    data: tuple[_Article, ...]


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question, its paragraph, and the accepted answers; none: the paragraph does not tell."""

    id: str
    question: str
    context: str
    title: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SquadSet:
    """All questions of a file."""

    fingerprint: str
    questions: tuple[SquadQuestion, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """The best span of a text, how far it beats "nothing here answers", and what it is worth against the truth."""

    margin: float
    exact: float
    f1: float
    answerable: bool

    def worth(self, metric: str, *, threshold: float) -> float:
        """`exact` or `f1` when margins below the threshold are abstentions, which are right where nothing answers."""
        if self.margin < threshold:
            return float(not self.answerable)
        return float(getattr(self, metric)) if self.answerable else 0.0


def load_squad(path: Path) -> SquadSet:
    """Read and check a file; raises DatasetError naming the place."""
    try:
        content = path.read_bytes()
        parsed = json.loads(content)
    except OSError as error:
        raise DatasetError(path, 0, f"cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise DatasetError(path, error.lineno, f"is not JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(path, 0, "is not UTF-8") from error
    if not isinstance(parsed, dict) or "data" not in parsed:
        raise DatasetError(path, 0, "is not in SQuAD's form: it has no `data`")
    try:
        questions = tuple(_questions(_File.model_validate(parsed)))
    except ValidationError as error:
        problem = error.errors()[0]
        raise DatasetError(path, 0, f"{_place(problem['loc'])}: {problem['msg']}") from error
    _refuse_repeated_ids(path, questions)
    return SquadSet(hashlib.sha256(content).hexdigest()[:12], questions)


def windows(text: str, title: str) -> list[Window]:
    """The text in windows of whole sentences, each as long as a chunk."""
    cut: list[Span] = []
    for span in sentences(text, Span(0, len(text))):
        if cut and span.end - cut[-1].start <= _WINDOW_CHARACTERS:
            cut[-1] = Span(cut[-1].start, span.end)
        else:
            cut.append(span)
    return [Window(span.of(text), title) for span in cut]


def best_span(reader: Reader, question: str, read: Sequence[Window]) -> tuple[str, float]:
    """The words that answer best in any of the windows, and their margin."""
    best, margin = "", LEAST_MARGIN
    for window, reading in zip(read, reader.read(question, read), strict=True):
        span = reading.best()
        if span and span.margin > margin:
            best, margin = window.text[span.start : span.end], span.margin
    return best, margin


def read_question(reader: Reader, asked: SquadQuestion) -> Row:
    """One question read in its paragraph."""
    started = time.perf_counter()
    told, margin = best_span(reader, asked.question, windows(asked.context, asked.title))
    seconds = time.perf_counter() - started
    exact, f1 = exact_and_f1(told, asked.answers)
    scores = {"margin": margin, "exact": exact, "f1": f1, "answerable": float(bool(asked.answers))}
    said = {"question": asked.question, "told": told, "answers": list(asked.answers)}
    return Row(asked.id, scores, seconds, told=said)


def best_threshold(read: Sequence[Read], metric: str) -> float:
    """The margin to answer from, so that the metric is highest over all: as in the script, best with all known.

    Infinite when it is best never to answer.
    """
    gained, highest, best = 0.0, 0.0, math.inf
    ordered = sorted(read, key=lambda one: -one.margin)
    for place, one in enumerate(ordered):
        gained += getattr(one, metric) if one.answerable else -1.0
        ends_tie = place + 1 == len(ordered) or ordered[place + 1].margin < one.margin
        if ends_tie and gained > highest:
            highest, best = gained, one.margin
    return best


def figures(rows: Sequence[Row]) -> list[Figure]:
    """EM and F1: overall and apart, at margin 0 and at the best; and how well the margin tells the two apart."""
    read = [read_of(row) for row in rows]
    able, unable = ([one for one in read if one.answerable is kind] for kind in (True, False))
    parts = {"": read, "_answerable": able, "_unanswerable": unable}
    names = {"exact": "exact_match", "f1": "f1"}
    found = [
        _at(part, metric, f"{name}{suffix}", 0.0) for suffix, part in parts.items() for metric, name in names.items()
    ]
    found += [_at(able, metric, f"{name}_never_abstaining", LEAST_MARGIN) for metric, name in names.items()]
    for metric, name in names.items():
        threshold = best_threshold(read, metric)
        shown = threshold if math.isfinite(threshold) else None
        found.append(_at(read, metric, f"best_{name}", threshold, shown=shown))
    found.append(Figure("auc", bootstrap(read, _auc) if able and unable else None))
    found.append(_at(read, "f1", "always_abstaining", math.inf))
    return found


def read_of(row: Row) -> Read:
    """The row of a question that was read."""
    values = {name: float(row.scores.get(name) or 0.0) for name in ("margin", "exact", "f1")}
    return Read(**values, answerable=bool(row.scores.get("answerable")))


def _at(read: Sequence[Read], metric: str, name: str, threshold: float, *, shown: float | None = None) -> Figure:
    return Figure(name, estimate([one.worth(metric, threshold=threshold) for one in read]), shown)


def _auc(read: Sequence[Read]) -> float:
    return auc([one.margin for one in read if one.answerable], [one.margin for one in read if not one.answerable])


def _questions(parsed: _File) -> Iterator[SquadQuestion]:
    for article in parsed.data:
        for paragraph in article.paragraphs:
            for one in paragraph.qas:
                given = () if one.is_impossible else one.answers
                # The script drops answers of which its normalisation leaves nothing.
                answers = tuple(answer.text for answer in given if normalised(answer.text))
                yield SquadQuestion(one.id, one.question, paragraph.context, article.title.replace("_", " "), answers)


def _refuse_repeated_ids(path: Path, questions: Sequence[SquadQuestion]) -> None:
    if not questions:
        raise DatasetError(path, 0, "holds no question")
    places: dict[str, int] = {}
    for number, one in enumerate(questions, 1):
        if places.setdefault(one.id, number) != number:
            raise DatasetError(path, 0, f"question {number}: the id {one.id!r} is taken by question {places[one.id]}")


def _place(parts: tuple[int | str, ...]) -> str:
    """Where in the file: `data 1, paragraphs 3, qas 2, question`, counted from 1."""
    words = [str(part + 1) if isinstance(part, int) else f", {part}" for part in parts]
    return " ".join(words).replace(" ,", ",").removeprefix(", ")
