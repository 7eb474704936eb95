"""The data sets, each by its own form, as examples of one form; none is research-only."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HELD_OUT_SQUAD = ("Normans", "Huguenot", "1973_oil_crisis")
"""Articles of `squad2/half.json` that measure and never train."""

SUPPORTS = {"refutes": 0, "neutral": 1, "supports": 2}


@dataclass(frozen=True, slots=True)
class Example:
    """A question (or a claim) with a text, and where the text answers it (or whether it supports it)."""

    question: str
    context: str
    spans: tuple[tuple[int, int], ...] = ()
    """Characters of the answers in the context; none: the context does not tell."""
    title: str = ""
    supports: int | None = None
    """For a claim: a value of `SUPPORTS`."""
    exact: bool = True
    """False where an answer is a whole sentence: it says where, and not which words."""


def read_set(name: str, data: Path) -> list[Example]:
    """Examples of one set below `data`; OSError where its file is missing, and so for an unknown name."""
    return list(_READERS.get(name, _train_file)(name, data))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _train_file(name: str, data: Path) -> Iterator[Example]:
    for row in _lines(data / "train" / f"{name}.jsonl.gz"):
        yield _answered(row)


def _answered(row: dict[str, Any]) -> Example:
    spans = tuple(_bare(start, answer) for start, answer in zip(row["answer_start"], row["answers"], strict=True))
    return Example(
        row["question"],
        row["context"],
        () if row["impossible"] else spans,
        (row.get("title") or "").replace("_", " "),
        exact=row.get("answer_type") != "sentence",
    )


def _bare(start: int, answer: str) -> tuple[int, int]:
    """Its characters without the blanks around it, which belong to no word piece."""
    start += len(answer) - len(answer.lstrip())
    return start, start + len(answer.strip())


def _claims(name: str, data: Path) -> Iterator[Example]:
    for row in _lines(data / "train" / f"{name}.jsonl.gz"):
        yield Example(row["claim"], row["evidence"], title=row.get("page") or "", supports=SUPPORTS[row["label"]])


def _squad2(name: str, data: Path) -> Iterator[Example]:
    for article in json.loads((data / "squad2" / "half.json").read_text(encoding="utf-8"))["data"]:
        if (article["title"] in HELD_OUT_SQUAD) == (name == "squad2_held_out"):
            yield from _squad_article(article)


def _squad_article(article: dict[str, Any]) -> Iterator[Example]:
    for paragraph in article["paragraphs"]:
        for question in paragraph["qas"]:
            answers = [] if question["is_impossible"] else question["answers"]
            spans = {(a["answer_start"], a["answer_start"] + len(a["text"])) for a in answers}
            title = article["title"].replace("_", " ")
            yield Example(question["question"], paragraph["context"], tuple(sorted(spans)), title)


def _joined(name: str, data: Path) -> Iterator[Example]:
    """Questions on single sentences, with the sentences before and after that the set also holds."""
    rows = list(_lines(data / "train" / f"{name}.jsonl.gz"))
    sentences = {row["id"]: row["context"] for row in rows}
    for row in rows:
        example = _answered(row)
        before, after = (sentences.get(_neighbour(row["id"], step), "") for step in (-1, 1))
        shift = len(before) + 1 if before else 0
        yield replace(
            example,
            context=" ".join(part for part in (before, example.context, after) if part),
            spans=tuple((start + shift, end + shift) for start, end in example.spans),
        )


def _neighbour(identifier: str, step: int) -> str:
    document, _, sentence = identifier.rpartition(":")
    return f"{document}:{int(sentence) + step}"


def _qamr(_name: str, data: Path) -> Iterator[Example]:
    with (data / "qamr" / "wiki-sentences.tsv").open(encoding="utf-8", newline="") as lines:
        sentences = dict(row[:2] for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for file in ("full_dev.tsv", "full_test.tsv"):
        with (data / "qamr" / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row[0] in sentences and row[6].strip():
                    yield _by_words(row[5], sentences[row[0]], [int(place) for place in row[6].split()])


def _by_words(question: str, sentence: str, places: list[int]) -> Example:
    words = sentence.split(" ")
    start = len(" ".join(words[: places[0]])) + bool(places[0])
    end = len(" ".join(words[: places[-1] + 1]))
    return Example(question, sentence, ((start, end),))


_READERS: dict[str, Callable[[str, Path], Iterator[Example]]] = {
    "vitaminc_real": _claims,
    "vitaminc_synthetic": _claims,
    "squad2": _squad2,
    "squad2_held_out": _squad2,
    "qasrl_bank": _joined,
    "qasrl_gs": _joined,
    "qanom": _joined,
    "qamr": _qamr,
}
