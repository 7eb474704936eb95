"""What a reader can do on questions that it never saw: SQuAD 2.0 by paragraph, NewsQA by its gold article."""

from __future__ import annotations

from pathlib import Path

from tqdm import tqdm

from evals.benchmarks.beir import load_beir, rows_of
from evals.benchmarks.measures import auc, exact_and_f1
from evals.benchmarks.squad import LEAST_MARGIN, Read, best_span, best_threshold, windows
from qa.reading import Reader
from training.sets import Example, read_set


def squad(reader: Reader, data: Path) -> dict[str, float]:
    """EM and F1 in percent on the held-out articles, with the best threshold on the margin, as SQuAD 2.0 reports it."""
    read = [_read(reader, example) for example in tqdm(read_set("squad2_held_out", data), desc="SQuAD", mininterval=5)]
    able = [one for one in read if one.answerable]
    threshold = best_threshold(read, "f1")
    return {
        "questions": len(read),
        "answerable F1": _percent(able, "f1", threshold=LEAST_MARGIN),
        "answerable EM": _percent(able, "exact", threshold=LEAST_MARGIN),
        "overall F1": _percent(read, "f1", threshold=threshold),
        "overall F1 at 0": _percent(read, "f1", threshold=0.0),
        "always abstaining": 100 * (1 - len(able) / len(read)),
        "threshold": threshold,
        "AUC": auc([o.margin for o in able], [o.margin for o in read if not o.answerable]),
    }


def newsqa(reader: Reader, data: Path, *, most: int) -> dict[str, float]:
    """F1 in percent with the gold article in hand."""
    found = load_beir(data / "newsqa")
    texts = {row.id: row.text for row in rows_of(data / "newsqa")}
    worth = [
        _worth(reader, query.text, texts[next(iter(query.relevance))], query.answers)
        for query in tqdm(found.queries[:most], desc="NewsQA")
    ]
    return {"questions": len(worth), "F1": 100 * sum(worth) / max(1, len(worth))}


def _read(reader: Reader, example: Example) -> Read:
    told, margin = best_span(reader, example.question, windows(example.context, example.title))
    exact, f1 = exact_and_f1(told, [example.context[start:end] for start, end in example.spans])
    return Read(margin, exact, f1, bool(example.spans))


def _percent(read: list[Read], metric: str, *, threshold: float) -> float:
    return 100 * sum(one.worth(metric, threshold=threshold) for one in read) / max(1, len(read))


def _worth(reader: Reader, question: str, text: str, answers: tuple[str, ...]) -> float:
    return exact_and_f1(best_span(reader, question, windows(text, ""))[0], answers)[1]
