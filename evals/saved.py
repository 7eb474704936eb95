"""A run as it is kept in a file: of a report, to compare; of the baseline, to hold later runs against."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.about import About
from evals.examples import Example
from evals.runner import Outcome, Row, Run
from vectorstore.errors import DatasetError, UserError

SCHEMA_VERSION = 2


class _Part(BaseModel):
    """Unknown fields are passed over: a report holds more than is needed here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SavedCitation(_Part):
    """A footnote of a saved answer."""

    number: int
    source: str
    start: int
    end: int
    quote: str


class SavedAnswer(_Part):
    """What was said, and with which footnotes."""

    query: str
    text: str
    abstained: bool
    reason: str
    confidence: float
    citations: tuple[SavedCitation, ...]

    @property
    def places(self) -> frozenset[tuple[str, int, int]]:
        """Where the footnotes stand, whatever their numbers."""
        return frozenset((one.source, one.start, one.end) for one in self.citations)


class SavedRow(_Part):
    """One example of a run."""

    id: str
    digest: str
    """Of the whole example: rows of edited examples are not compared."""
    split: str
    types: tuple[str, ...]
    asked: tuple[str, ...]
    """The turns of the conversation, the scored one last."""
    outcome: Outcome
    error: str
    scores: Mapping[str, float | None]
    answer: SavedAnswer | None

    @property
    def right(self) -> bool:
        """Answered rightly with a supporting citation, or abstained where the articles do not tell."""
        return self.outcome == "right"

    @property
    def said(self) -> str:
        """The answer in one line."""
        if self.answer is None:
            return f"failed: {self.error}"
        said = f"abstained ({self.answer.reason})" if self.answer.abstained else self.answer.text
        return " ".join(said.split())


class SavedRun(_Part):
    """All rows of a run, and what they were made with."""

    schema_version: int
    model: str
    revision: str
    """The commit, with a `+` when files differed from it; empty outside a repository."""
    settings_fingerprint: str
    corpus_fingerprint: str
    versions: Mapping[str, str]
    rows: tuple[SavedRow, ...]


def save(run: Run, about: About) -> SavedRun:
    """A run in the form that is kept."""
    fields = {name: getattr(about, name) for name in SavedRun.model_fields if hasattr(about, name)}
    rows = [row_fields(row) for row in run.rows]
    return SavedRun.model_validate({"schema_version": SCHEMA_VERSION, **fields, "rows": rows})


def row_fields(row: Row) -> dict[str, Any]:
    """The fields of a SavedRow, as JSON has them."""
    example, answer = row.example, row.answer
    return {
        "id": example.id,
        "digest": digest_of(example),
        "split": example.split,
        "types": list(example.types),
        "asked": [*example.earlier, example.asked],
        "outcome": row.outcome,
        "error": row.error,
        "scores": dict(row.scores),
        "answer": answer.to_dict() if answer else None,
    }


def digest_of(example: Example) -> str:
    """Changes with anything that is written of the example."""
    return hashlib.sha256(example.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:16]


def load_run(path: Path) -> SavedRun:
    """Read a report or a baseline; raises DatasetError naming the file and the row."""
    content = _read_json(path)
    if not isinstance(content, dict) or "rows" not in content:
        raise DatasetError(path, 0, "is no report; `python -m evals --json PATH` writes one")
    if content.get("schema_version") != SCHEMA_VERSION:
        version = content.get("schema_version")
        raise DatasetError(path, 0, f"has the schema version {version}, not {SCHEMA_VERSION}; write the report anew")
    try:
        run = SavedRun.model_validate(content)
    except ValidationError as error:
        raise DatasetError(path, 0, _problem(content, error)) from error
    repeated = [one for one, times in Counter(row.id for row in run.rows).items() if times > 1]
    if repeated:
        raise DatasetError(path, 0, f"holds the row {repeated[0]} more than once")
    return run


def write_run(run: SavedRun, path: Path) -> None:
    """Write a baseline, a row a line, so that a change of it can be read; raises UserError."""
    head = run.model_dump(mode="json", exclude={"rows"})
    rows = ",\n".join(_line(row.model_dump(mode="json")) for row in run.rows)
    text = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + f',\n "rows": [\n{rows}\n]}}\n'
    write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write a file, its folder first; raises UserError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; name another file") from error


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DatasetError(path, error.lineno, f"is not JSON: {error.msg}") from error
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise DatasetError(path, 0, f"cannot be read: {why}") from error


def _line(row: object) -> str:
    return json.dumps(row, ensure_ascii=False)


def _problem(content: Mapping[str, Any], error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(_named(content, first['loc']))}: {first['msg']}"


def _named(content: Mapping[str, Any], place: tuple[int | str, ...]) -> Iterator[str]:
    """The place of an error, with the row's id for its number."""
    if place[:1] == ("rows",) and len(place) > 1 and isinstance(place[1], int):
        row = content["rows"][place[1]]
        yield f"row {row.get('id', place[1]) if isinstance(row, dict) else place[1]}"
        place = place[2:]
    yield from map(str, place)
