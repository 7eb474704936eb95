"""Examples: hand-written questions with their accepted answers and evidence, read from TOML files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from evals.matching import PartialDate, parse_partial_date
from evals.toml_files import lines_of, read_toml, validated
from vectorstore.errors import DatasetError

QUESTIONS_DIR = Path(__file__).parent / "questions"
SET_FILE = "set.toml"
"""Beside the questions: which corpus they were written for, and the quotas of the set."""
RULES_FILE = "thresholds.toml"
"""Beside the questions: what a run over them must reach."""

Split = Literal["dev", "test"]
AbstainReason = Literal["out_of_domain", "near_miss", "false_premise", "outside_dates"]
AnswerableType = Literal[
    "single_fact", "number", "date", "place", "person", "quote", "reported_claim", "reason", "list", "comparison",
    "several_articles", "conflict", "source_restricted", "follow_up", "twin", "other_language", "rare_string",
]  # fmt: skip
QuestionType = AnswerableType | AbstainReason
SPLITS: tuple[Split, ...] = get_args(Split)
QUESTION_TYPES: tuple[str, ...] = get_args(AnswerableType) + get_args(AbstainReason)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class Quote(_Row):
    """A passage of a source that proves an answer, exactly as it stands there."""

    source: str
    quote: str


class Number(_Row):
    """A number that counts as the answer; `tolerance` is absolute."""

    value: float = Field(strict=True, allow_inf_nan=False)
    tolerance: float = Field(default=0.0, ge=0.0, strict=True, allow_inf_nan=False)


class SourceValue(_Row):
    """What one of several disagreeing articles says."""

    source: str
    value: str


class Example(_Row):
    """One question, or a conversation whose last turn is scored, and what a right answer is.

    Right: an accepted answer, number, or date occurs in the text (when any is given), so does one of
    each `must_include`, and no `must_not_include` does. Any one group of `evidence` suffices; all
    quotes of a group are needed. For a question that is not answerable, `answers` are strings that
    the corpus must not hold.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    types: tuple[QuestionType, ...] = Field(min_length=1)
    split: Split
    question: str = ""
    turns: tuple[str, ...] = ()
    answerable: bool = Field(default=True, strict=True)
    abstain_reason: AbstainReason | None = None
    answers: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    dates: tuple[str, ...] = ()
    must_include: tuple[tuple[str, ...], ...] = ()
    must_not_include: tuple[str, ...] = ()
    evidence: tuple[tuple[Quote, ...], ...] = ()
    conflict: tuple[SourceValue, ...] = ()
    twin: str | None = None
    derived: bool = Field(default=False, strict=True)
    """An accepted answer does not occur in the evidence word by word."""
    draft: bool = Field(default=False, strict=True)
    """Written by `python -m evals new`, and not yet by a person."""

    @field_validator("must_include", mode="before")
    @classmethod
    def _one_alternative(cls, value: object) -> object:
        return [[item] if isinstance(item, str) else item for item in value] if isinstance(value, list) else value

    @field_validator("dates")
    @classmethod
    def _real_dates(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            parse_partial_date(value)
        return values

    @model_validator(mode="after")
    def _one_way_to_ask(self) -> Example:
        if bool(self.question) == bool(self.turns):
            raise ValueError("give either a question or turns")
        if self.turns and len(self.turns) < 2:
            raise ValueError("turns are the earlier ones and the last: at least two")
        return self

    @model_validator(mode="after")
    def _reason_to_abstain(self) -> Example:
        if self.answerable == (self.abstain_reason is not None):
            raise ValueError("abstain_reason belongs to examples with answerable = false, and to each of them")
        if self.abstain_reason and self.abstain_reason not in self.types:
            raise ValueError("abstain_reason must be one of the types")
        return self

    @property
    def asked(self) -> str:
        """The question that is scored."""
        return self.turns[-1] if self.turns else self.question

    @property
    def earlier(self) -> tuple[str, ...]:
        """The questions of the conversation before it."""
        return self.turns[:-1]

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every quote of every group, each once."""
        return tuple(dict.fromkeys(quote for group in self.evidence for quote in group))

    @property
    def partial_dates(self) -> tuple[PartialDate, ...]:
        """The accepted dates, parsed."""
        return tuple(parse_partial_date(value) for value in self.dates)


class Quotas(_Row):
    """What a set promises to hold; without a promise nothing is demanded."""

    per_type: int = Field(default=0, ge=0, strict=True)
    """Examples of each type."""
    unanswerable: float = Field(default=0.0, ge=0.0, le=1.0, strict=True)
    """Share of the examples, at least."""
    both_splits: bool = Field(default=False, strict=True)
    """Each type is in the dev and in the test split."""


NO_QUOTAS = Quotas()


class _SetFile(_Row):
    corpus: str = ""
    corpus_fingerprint: str
    quotas: Quotas = NO_QUOTAS


@dataclass(frozen=True, slots=True)
class Placed:
    """An example, and where it was read: the file and the 1-based line."""

    example: Example
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """All examples of a folder, in order, the fingerprint of their corpus, and what the set promises."""

    placed: tuple[Placed, ...]
    corpus_fingerprint: str
    path: Path
    quotas: Quotas = NO_QUOTAS

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples alone."""
        return tuple(placed.example for placed in self.placed)


def load_questions(folder: Path = QUESTIONS_DIR) -> QuestionSet:
    """Read every `.toml` of a folder; raises DatasetError naming file and line."""
    if not folder.is_dir():
        raise DatasetError(folder, 0, "no such folder of questions; name one with --questions")
    files = [path for path in sorted(folder.glob("*.toml")) if path.name not in {SET_FILE, RULES_FILE}]
    placed = tuple(item for path in files for item in _read_file(path))
    if not placed:
        raise DatasetError(folder, 0, "holds no question; add a .toml file with [[example]] tables")
    _refuse_repeated_ids(placed)
    about = _read_set_file(folder / SET_FILE)
    return QuestionSet(placed, about.corpus_fingerprint, folder, about.quotas)


def _read_set_file(path: Path) -> _SetFile:
    content = read_toml(path) if path.exists() else {}
    if not isinstance(content.get("corpus_fingerprint"), str):
        raise DatasetError(path, 0, 'does not name the corpus; write corpus_fingerprint = "…" (the linter tells it)')
    return validated(_SetFile, content, path, line=0)


def _read_file(path: Path) -> Iterator[Placed]:
    content = read_toml(path)
    unknown = sorted(set(content) - {"example"})
    rows = content.get("example", [])
    if unknown or not isinstance(rows, list):
        raise DatasetError(path, 1, f"only [[example]] tables belong here, not {', '.join(unknown) or '[example]'}")
    for row, line in zip(rows, lines_of(path, "example", len(rows)), strict=True):
        yield Placed(validated(Example, row, path, line=line), path, line)


def _refuse_repeated_ids(placed: Iterable[Placed]) -> None:
    first: dict[str, Placed] = {}
    for item in placed:
        earlier = first.setdefault(item.example.id, item)
        if earlier is not item:
            taken = f"id {item.example.id!r} is taken by {earlier.path.name}:{earlier.line}"
            raise DatasetError(item.path, item.line, taken)
