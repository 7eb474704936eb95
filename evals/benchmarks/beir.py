"""A folder in BEIR's form: articles, queries with or without answers, and which articles are relevant to which.

Source: https://github.com/beir-cellar/beir (corpus.jsonl, queries.jsonl, qrels/test.tsv or qrels.tsv).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.benchmarks.measures import Relevance, normalised
from vectorstore.errors import DatasetError

_QRELS = ("qrels.tsv", "qrels/test.tsv")


class ArticleRow(BaseModel):
    """A line of `corpus.jsonl`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(alias="_id", min_length=1)
    title: str | None = None
    text: str


class _QueryRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(alias="_id", min_length=1)
    text: str
    answers: tuple[str, ...] | None = None


_Line = TypeVar("_Line", ArticleRow, _QueryRow)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, the grades of the articles judged for it, and its accepted answers where the set has any."""

    id: str
    text: str
    relevance: Relevance
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeirSet:
    """The queries that somebody judged; the articles stay on disk."""

    path: Path
    fingerprint: str
    queries: tuple[Query, ...]
    articles: int
    not_judged: int
    """Queries that are left out, as BEIR leaves them out: of another split, mostly."""


def is_beir(path: Path) -> bool:
    """Whether a folder means to be a benchmark in BEIR's form."""
    return path.is_dir() and (path / "corpus.jsonl").exists()


def load_beir(path: Path) -> BeirSet:
    """Read and check a folder; raises DatasetError naming file and line."""
    files = (path / "corpus.jsonl", path / "queries.jsonl", _qrels_file(path))
    articles = _lines_by_id(files[0], ArticleRow)
    lines = _lines_by_id(files[1], _QueryRow)
    judged = _judgements(files[2], queries=lines, articles=articles)
    queries = tuple(
        Query(row.id, row.text, judged[row.id], tuple(answer for answer in row.answers or () if normalised(answer)))
        for _, row in _rows(files[1], _QueryRow)
        if row.id in judged
    )
    return BeirSet(path, _fingerprint(files), queries, len(articles), len(lines) - len(queries))


def rows_of(path: Path) -> Iterator[ArticleRow]:
    """The articles of a folder, in the order of the file; they are never all in memory."""
    for _, row in _rows(path / "corpus.jsonl", ArticleRow):
        yield row


def _qrels_file(path: Path) -> Path:
    found = next((path / name for name in _QRELS if (path / name).is_file()), None)
    if found is None:
        raise DatasetError(path, 0, f"holds no judgements: neither {' nor '.join(_QRELS)}")
    return found


def _lines_by_id(path: Path, model: type[_Line]) -> dict[str, int]:
    """The 1-based line of each id."""
    lines: dict[str, int] = {}
    for number, row in _rows(path, model):
        if row.id in lines:
            raise DatasetError(path, number, f"the id {row.id!r} is taken by line {lines[row.id]}")
        lines[row.id] = number
    if not lines:
        raise DatasetError(path, 0, "is empty")
    return lines


def _rows(path: Path, model: type[_Line]) -> Iterator[tuple[int, _Line]]:
    for number, line in _lines(path):
        try:
            content: Any = json.loads(line)
        except ValueError as error:
            raise DatasetError(path, number, f"is not JSON: {getattr(error, 'msg', error)}") from error
        try:
            yield number, model.model_validate(content)
        except ValidationError as error:
            problem = error.errors()[0]
            place = ".".join(str(part) for part in problem["loc"])
            raise DatasetError(path, number, f"{place}: {problem['msg']}" if place else problem["msg"]) from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their 1-based numbers; only a line feed ends a line."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                if text.strip():
                    yield number, text
    except FileNotFoundError as error:
        raise DatasetError(path, 0, "is missing; a folder in BEIR's form has it") from error
    except OSError as error:
        raise DatasetError(path, 0, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DatasetError(path, number, "is not UTF-8") from error


def _judgements(path: Path, *, queries: dict[str, int], articles: dict[str, int]) -> dict[str, dict[str, int]]:
    """The grades by query and article."""
    judged: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        columns = line.rstrip("\r\n").split("\t")
        if number == 1 and not _is_grade(columns[-1]):
            continue
        if len(columns) != 3 or not _is_grade(columns[2]):
            raise DatasetError(path, number, "is not query-id, corpus-id and a whole number, with tabs between them")
        query, article, grade = columns[0], columns[1], int(columns[2])
        for identity, known, what in ((query, queries, "query"), (article, articles, "article")):
            if identity not in known:
                raise DatasetError(path, number, f"there is no {what} {identity!r}")
        if judged.setdefault(query, {}).setdefault(article, grade) != grade:
            raise DatasetError(path, number, f"grades {article!r} for {query!r} anew and differently")
    if not judged:
        raise DatasetError(path, 0, "is empty: no query is judged")
    return judged


def _is_grade(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _fingerprint(files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
