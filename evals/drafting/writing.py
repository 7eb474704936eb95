"""Examples -> TOML files in the hand-written style: a field a line, evidence as inline tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from evals.drafting.choosing import Drafted
from evals.examples import SET_FILE, Example, Quote
from vectorstore.errors import UserError

_SET: Final = """\
# The corpus that the questions were written for; `python -m evals lint` tells when the articles are others.
corpus = {corpus}
corpus_fingerprint = {fingerprint}

# What the set promises, once it is large enough; the linter holds it to it.
# [quotas]
# per_type = 6
# unanswerable = 0.33
# both_splits = true
"""
RATED_UP: Final = "rated_up"
RATED_DOWN: Final = "rated_down"
"""Files of answers that readers rated."""
_HEADS: Final[Mapping[str, str]] = {
    "number": "Numbers, sums and ages.",
    "date": "Dates.",
    "place": "Places.",
    "person": "Persons and their offices.",
    "quote": "Quotes and who said them.",
    "reason": "Reasons.",
    "rare_string": "Rare strings.",
    "single_fact": "Single facts.",
    "unanswerable": "Questions that the articles do not answer; `answers` are what must not be found in them.",
    RATED_UP: "Answers that readers found good; shorten what is accepted.",
    RATED_DOWN: "Answers that readers found bad; say what would have been right, with its evidence.",
}
_DRAFTED: Final = "# Drafted, and not yet edited: put each into your own words, check it, and remove its `draft` line."


def refuse_what_is_there(folder: Path) -> None:
    """Raise UserError unless a folder is new or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already; name a new folder with --output")


def write_set(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a set into a new or empty folder; a UserError when something is there already."""
    refuse_what_is_there(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(content)
    except OSError as error:
        raise UserError(f"{folder} cannot be written: {error.strerror or error}") from error


def set_files(drafted: Sequence[Drafted], *, corpus_name: str, corpus_fingerprint: str) -> dict[str, str]:
    """File name -> content: the set file, and one file for each kind of question."""
    kinds = dict.fromkeys(one.kind for one in drafted)
    files = {SET_FILE: _SET.format(corpus=_string(corpus_name), fingerprint=_string(corpus_fingerprint))}
    for kind in kinds:
        rows = [_row(one) for one in drafted if one.kind == kind]
        files[f"{kind}.toml"] = "\n\n".join((f"# {_HEADS[kind]}\n{_DRAFTED}", *rows)) + "\n"
    return files


def _row(drafted: Drafted) -> str:
    comment = [f"# {line}" for line in drafted.note.split("\n") if line]
    return "\n".join([*comment, "[[example]]", *_fields(drafted.example)])


def _fields(example: Example) -> Iterator[str]:
    yield f"id = {_string(example.id)}"
    yield f"types = {_strings(example.types)}"
    yield f"split = {_string(example.split)}"
    yield f"turns = {_strings(example.turns)}" if example.turns else f"question = {_string(example.question)}"
    if not example.answerable:
        yield "answerable = false"
        yield f"abstain_reason = {_string(example.abstain_reason or '')}"
    if example.answers:
        yield f"answers = {_strings(example.answers)}"
    if example.numbers:
        yield "numbers = [" + ", ".join(f"{{ value = {_number(one.value)} }}" for one in example.numbers) + "]"
    if example.dates:
        yield f"dates = {_strings(example.dates)}"
    if example.evidence:
        yield f"evidence = {_groups(example.evidence)}"
    if example.derived:
        yield "derived = true"
    yield "draft = true"


def _groups(groups: Sequence[Sequence[Quote]]) -> str:
    rows = ["[" + ", ".join(map(_quote, group)) + "]" for group in groups]
    return f"[{rows[0]}]" if len(rows) == 1 else "\n".join(["[", *(f"  {row}," for row in rows), "]"])


def _quote(quote: Quote) -> str:
    return f"{{ source = {_string(quote.source)}, quote = {_string(quote.quote)} }}"


def _strings(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_string, values)) + "]"


def _string(value: str) -> str:
    """A TOML string on one line; with quotation marks in it in the form that needs no escapes."""
    escaped = value.replace("\\", "\\\\")
    escaped = re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", escaped)
    plain = escaped == value and "'''" not in value and not value.endswith("'") and not value.startswith("'")
    if '"' in value and plain:
        return f"'''{value}'''"
    return '"' + escaped.replace('"', '\\"').replace("\\u000a", "\\n").replace("\\u0009", "\\t") + '"'


def _number(value: float) -> str:
    return f"{int(value):_}" if value.is_integer() else str(value)
