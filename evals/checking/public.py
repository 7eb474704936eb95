"""Files of public sets, known by what their lines hold: QAGS, FEVER-symmetric, VitaminC and SICK.

Sources: https://github.com/W4ngatang/qags, https://github.com/TalSchuster/FeverSymmetric,
https://github.com/TalSchuster/VitaminC, https://alt.qcri.org/semeval2014/task1
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from evals.checking.rows import json_rows, lines
from evals.toml_files import validated
from vectorstore.errors import DatasetError

FORMS = (
    "lines of JSON with article and summary_sentences (QAGS), or with claim, evidence and label (FEVER-symmetric, "
    "VitaminC); or a table with sentence_A, sentence_B and entailment_judgment (SICK)"
)
Label = Literal["supports", "refutes", "neutral"]
_LABELS: dict[object, Label] = {
    "supports": "supports", "refutes": "refutes", "neutral": "neutral", "not enough info": "neutral",
    "entailment": "supports", "contradiction": "refutes",
}  # fmt: skip
_SUFFIXES = (".jsonl", ".jsonl.gz", ".txt", ".tsv")
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "``": '"', "''": '"'}
_BRACKET = re.compile("|".join(map(re.escape, _BRACKETS)))
_GAP = re.compile(r"(?<=[(\[]) +| +(?=[)\].,;:!?%](?:\s|$)|'s\b|n't\b)")

_Item = TypeVar("_Item")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Response(_Row):
    response: Literal["yes", "no"]


class _SummarySentence(_Row):
    sentence: str
    responses: tuple[_Response, ...] = Field(min_length=1)


class _SummaryRow(_Row):
    article: str = Field(min_length=1)
    summary_sentences: tuple[_SummarySentence, ...] = Field(min_length=1)


def _label(value: object) -> object:
    return _LABELS.get(value.lower(), value) if isinstance(value, str) else value


class _ClaimRow(_Row):
    claim: str = Field(min_length=1)
    evidence: str = Field(min_length=1, validation_alias=AliasChoices("evidence", "evidence_sentence"))
    label: Annotated[Label, BeforeValidator(_label)] = Field(validation_alias=AliasChoices("gold_label", "label"))
    page: str = ""


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """A sentence of a summary, and whether each of several people found that its article tells it."""

    text: str
    votes: tuple[bool, ...]

    @property
    def is_consistent(self) -> bool:
        """What most of them found."""
        return 2 * sum(self.votes) > len(self.votes)


@dataclass(frozen=True, slots=True)
class Summary:
    """An article and the judged sentences of its summary."""

    article: str
    sentences: tuple[JudgedSentence, ...]


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim and whether its evidence supports it, refutes it, or does neither; the title of its page where known."""

    claim: str
    evidence: str
    label: Label
    title: str = ""


@dataclass(frozen=True, slots=True)
class SummarySet:
    """A file of QAGS."""

    path: Path
    items: tuple[Summary, ...]
    of: int
    """Items of the file, of which some may be left out."""


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """A file of claims with labels."""

    path: Path
    items: tuple[LabelledClaim, ...]
    of: int


PublicSet = SummarySet | ClaimSet


def load_public(path: Path, *, limit: int | None = None) -> list[PublicSet]:
    """A file, or each file of a folder that is in a known form; of each `limit` items, spread evenly.

    Raises DatasetError where there is none, naming file and line where one is malformed.
    """
    if not path.exists():
        raise DatasetError(path, 0, "there is no such path")
    files = sorted(one for one in path.rglob("*") if one.name.endswith(_SUFFIXES)) if path.is_dir() else [path]
    found = [(file, form) for file in files if (form := _form(file))]
    if not found:
        raise DatasetError(path, 0, f"is no set of judged claims: name {FORMS}")
    return [_load(file, form, limit) for file, form in found]


def spread(items: Sequence[_Item], limit: int | None) -> tuple[_Item, ...]:
    """At most `limit` of the items, evenly from the first to the last; all of them without a limit."""
    if limit is None or limit >= len(items):
        return tuple(items)
    return tuple(items[at * len(items) // limit] for at in range(limit))


def plain(text: str) -> str:
    """Tokens of a treebank as people write them: `-LRB- 1912 -RRB- .` becomes `(1912).`"""
    return _GAP.sub("", _BRACKET.sub(lambda match: _BRACKETS[match[0]], text))


def _form(path: Path) -> Literal["summaries", "claims", "table", ""]:
    first = next((line for _, line in lines(path)), "")
    if "sentence_A\tsentence_B" in first and "entailment_judgment" in first.split("\t"):
        return "table"
    try:
        names = set(json.loads(first))
    except (ValueError, TypeError):
        return ""
    if {"article", "summary_sentences"} <= names:
        return "summaries"
    is_claims = "claim" in names and names & {"evidence", "evidence_sentence"} and names & {"gold_label", "label"}
    return "claims" if is_claims else ""


def _load(path: Path, form: str, limit: int | None) -> PublicSet:
    if form == "summaries":
        summaries = [_summary(row) for row in json_rows(path, _SummaryRow)]
        return SummarySet(path, spread(summaries, limit), len(summaries))
    rows = json_rows(path, _ClaimRow) if form == "claims" else _table_rows(path)
    claims = [LabelledClaim(plain(row.claim), plain(row.evidence), row.label, plain(row.page)) for row in rows]
    if not claims:
        raise DatasetError(path, 0, "has a header, and no row")
    return ClaimSet(path, spread(claims, limit), len(claims))


def _summary(row: _SummaryRow) -> Summary:
    sentences = [
        JudgedSentence(one.sentence, tuple(each.response == "yes" for each in one.responses))
        for one in row.summary_sentences
    ]
    return Summary(row.article, tuple(sentences))


def _table_rows(path: Path) -> Iterator[_ClaimRow]:
    header: list[str] = []
    for number, line in lines(path):
        cells = line.split("\t")
        if not header:
            header = cells
            continue
        if len(cells) != len(header):
            raise DatasetError(path, number, f"has {len(cells)} columns, the header {len(header)}")
        row = dict(zip(header, cells, strict=True))
        content = {"claim": row["sentence_B"], "evidence": row["sentence_A"], "label": row["entailment_judgment"]}
        yield validated(_ClaimRow, content, path, line=number)
