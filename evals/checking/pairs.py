"""Pairs of a claim and the article it is said to rest on, written by hand, half of them subtly wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from evals.corpus import Corpus
from evals.examples import SPLITS, Split
from evals.matching import tokens
from evals.toml_files import lines_of, read_toml, validated
from vectorstore.errors import DatasetError

PAIRS_DIR = Path(__file__).parent.parent / "pairs"
RULES_FILE = "thresholds.toml"

Fault = Literal["", "number", "name", "date", "negation", "role_swap", "attribution", "overreach", "quotation"]
FAULTS: tuple[Fault, ...] = get_args(Fault)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Pair(_Row):
    """A claim, the article it is checked against, and what is wrong with it: nothing, or one fault."""

    id: str = Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")
    fault: Fault
    claim: str = Field(min_length=1)
    source: str = Field(min_length=1)
    evidence: list[str] = Field(min_length=1)
    """Exact quotes that prove a right claim, or that a wrong one distorts."""
    why: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the article tells what the claim says."""
        return not self.fault


@dataclass(frozen=True, slots=True)
class PlacedPair:
    """A pair with its half of the set, and where it was read: the file and the 1-based line."""

    pair: Pair
    split: Split
    path: Path
    line: int


class Floors(_Row):
    """What a split must reach: shares of the wrong pairs caught, and of the right ones passed."""

    caught: float = Field(default=0.0, ge=0.0, le=1.0)
    passed: float = Field(default=0.0, ge=0.0, le=1.0)


NO_FLOORS = Floors()


class Rules(_Row):
    """What a set promises to hold, and what the checker must reach on it."""

    pairs: int = Field(default=0, ge=0)
    """In both splits together."""
    dev: Floors = NO_FLOORS
    test: Floors = NO_FLOORS

    def floors(self, split: Split) -> Floors:
        """Those of one split."""
        return self.dev if split == "dev" else self.test


def load_pairs(folder: Path, splits: Sequence[Split] = SPLITS) -> tuple[PlacedPair, ...]:
    """Read `dev.toml`, `test.toml` or both; raises DatasetError naming file and line."""
    if not folder.is_dir():
        raise DatasetError(folder, 0, "no such folder of pairs; name one with --pairs")
    return tuple(placed for split in splits for placed in _read_file(folder / f"{split}.toml", split))


def load_rules(folder: Path) -> Rules:
    """The set's `thresholds.toml`; without one nothing is demanded. Raises DatasetError."""
    path = folder / RULES_FILE
    return validated(Rules, read_toml(path), path, line=0) if path.exists() else Rules()


def require_clean(placed: Sequence[PlacedPair], corpus: Corpus, *, least: int = 0) -> None:
    """Refuse a set with a fault of its own; raises DatasetError for the first, naming file and line."""
    if len(placed) < least:
        path = placed[0].path.parent if placed else PAIRS_DIR
        raise DatasetError(path, 0, f"holds {len(placed)} pairs; at least {least} are promised")
    for split in dict.fromkeys(one.split for one in placed):
        _require_both_kinds([one for one in placed if one.split == split])
    _refuse_repeated(placed, [one.pair.id for one in placed], "the id")
    _refuse_repeated(placed, [(one.pair.source, *tokens(one.pair.claim)) for one in placed], "the claim")
    for one in placed:
        for why in _problems(one.pair, corpus.texts):
            raise DatasetError(one.path, one.line, f"{one.pair.id}: {why}")


def _problems(pair: Pair, texts: Mapping[str, str]) -> Iterator[str]:
    text = texts.get(pair.source)
    if text is None:
        yield f"there is no article {pair.source}"
        return
    yield from (f"{pair.source} does not hold {quote!r}" for quote in pair.evidence if not quote or quote not in text)


def _require_both_kinds(placed: Sequence[PlacedPair]) -> None:
    if {one.pair.is_right for one in placed} != {True, False}:
        raise DatasetError(placed[0].path, 0, 'needs both kinds: right claims (fault = "") and wrong ones')


def _refuse_repeated(placed: Sequence[PlacedPair], keys: Iterable[object], what: str) -> None:
    first: dict[object, PlacedPair] = {}
    for one, key in zip(placed, keys, strict=True):
        earlier = first.setdefault(key, one)
        if earlier is not one:
            shown = one.pair.id if what == "the id" else one.pair.claim
            raise DatasetError(one.path, one.line, f"{what} {shown!r} is taken by {earlier.path.name}:{earlier.line}")


def _read_file(path: Path, split: Split) -> Iterator[PlacedPair]:
    content = read_toml(path)
    rows = content.get("pair", [])
    unknown = sorted(set(content) - {"pair"})
    if unknown or not isinstance(rows, list):
        raise DatasetError(path, 1, f"only [[pair]] tables belong here, not {', '.join(unknown) or '[pair]'}")
    if not rows:
        raise DatasetError(path, 0, "holds no pair")
    for row, line in zip(rows, lines_of(path, "pair", len(rows)), strict=True):
        yield PlacedPair(validated(Pair, row, path, line=line), split, path, line)
