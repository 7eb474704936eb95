"""Rows of a benchmark in a file, a line each as soon as it is done; opened again, the run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from vectorstore.errors import DatasetError, UserError

SCHEMA_VERSION = 1
_ADVICE = "name another file with --results, or start over with --fresh"
_CODE = ("vectorstore", "qa", "prompts", "evals/benchmarks", "evals/matching.py", "evals/metrics.py")
_SUFFIXES = (".py", ".md", ".onnx")


@dataclass(frozen=True, slots=True)
class Header:
    """What the rows of a file were made with: rows of different headers are never mixed."""

    kind: str
    """`beir` or `squad`."""
    dataset: str
    """Fingerprint of the data."""
    settings: str
    versions: Mapping[str, str]
    """Of the program and its models."""
    schema_version: int = SCHEMA_VERSION

    @property
    def fingerprint(self) -> str:
        """12 hex digits over all of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Row:
    """One question that was asked."""

    id: str
    scores: Mapping[str, float | None]
    """By metric; None: does not apply."""
    seconds: float
    error: str = ""
    """Why it could not be asked; such a question is asked again when the run goes on."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """The question and what was said, for who reads the file; not kept in memory."""


class _SavedRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str
    scores: dict[str, float | None]
    seconds: float
    error: str = ""


class Results:
    """The rows of one run, on disk and, without what was said, in memory; use it in a `with` block."""

    def __init__(self, path: Path, header: Header, *, fresh: bool = False) -> None:
        """Open a file or begin one; raises DatasetError when it holds anything but rows of this header."""
        self.path = path
        self.rows: dict[str, Row] = {}
        self._header = header
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            length = self._read(fresh=fresh) if path.exists() else 0
            # No buffer: each row is one write, so a killed process leaves at most one half of a line.
            self._file = path.open("ab", buffering=0)
            os.truncate(path, length)
            if not length:
                self._write(asdict(header))
        except OSError as error:
            raise UserError(f"the results cannot be kept in {path}: {error.strerror}; name another file") from error

    def add(self, row: Row) -> None:
        """Put a row on disk."""
        fields = {"id": row.id, "seconds": row.seconds, "scores": dict(row.scores), "error": row.error, **row.told}
        try:
            self._write(fields)
        except OSError as error:
            raise UserError(f"{self.path} cannot be written: {error.strerror}; the rows so far are kept") from error
        self.rows[row.id] = Row(row.id, row.scores, row.seconds, row.error)

    def is_done(self, identity: str) -> bool:
        """Whether a question need not be asked again."""
        return identity in self.rows and not self.rows[identity].error

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, fields: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(fields, ensure_ascii=True).encode() + b"\n")

    def _read(self, *, fresh: bool) -> int:
        """Take in the rows of the file; how many of its bytes are whole lines to keep."""
        length = 0
        for number, line in enumerate(_whole_lines(self.path), 1):
            length += len(line)
            if number == 1:
                self._check_header(line, fresh=fresh)
                if fresh:
                    return 0
            else:
                row = self._row(line, number)
                self.rows[row.id] = row
        if not length and self.path.stat().st_size:
            raise DatasetError(self.path, 1, f"is no results file of a benchmark; {_ADVICE.partition(',')[0]}")
        return length

    def _check_header(self, line: bytes, *, fresh: bool) -> None:
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        wanted = asdict(self._header)
        if not isinstance(found, dict) or not wanted.keys() <= found.keys():
            raise DatasetError(self.path, 1, f"is no results file of a benchmark; {_ADVICE.partition(',')[0]}")
        names = {"kind": "another data set", "dataset": "another data set", "settings": "other settings"}
        differs = [name for name in wanted if found[name] != wanted[name]]
        if differs and not fresh:
            what = names.get(differs[0], "another version of the program or of its models")
            raise DatasetError(self.path, 1, f"holds results of {what}; {_ADVICE}")

    def _row(self, line: bytes, number: int) -> Row:
        try:
            saved = _SavedRow.model_validate(json.loads(line))
        except ValueError as error:
            why = "is no row of results; delete the line, and its question is asked again"
            raise DatasetError(self.path, number, why) from error
        return Row(saved.id, saved.scores, saved.seconds, saved.error)


def program_versions() -> dict[str, str]:
    """The version of Footnote and a fingerprint of the code that answers and scores, its prompts and its reader."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(path for part in _CODE for path in _files(root / part)):
        digest.update(hashlib.sha256(path.relative_to(root).as_posix().encode()).digest())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {"footnote": version("footnote"), "code": digest.hexdigest()[:12]}


def _files(part: Path) -> list[Path]:
    return [path for path in part.rglob("*") if path.suffix in _SUFFIXES] if part.is_dir() else [part]


def _whole_lines(path: Path) -> Iterator[bytes]:
    """The lines that end; what a killed process left behind the last of them is not one."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line
