"""JSON and JSON lines -> rows: one article, a list of them, or an object that holds such a list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from vectorstore.decoding import decode
from vectorstore.formats.columns import columns_of, fields_of, text_of
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.tables import Row, article_of, articles_of, need_room

_LISTS = ("articles", "items", "data", "docs", "documents", "results", "stories", "news", "posts", "entries", "rows",
          "records", "hits", "@graph")  # fmt: skip
_WRAPPERS = ("_source", "fields", "attributes", "article")
_DEEPEST = 3
_LONGEST_NUMBER = 30
_MOST_BROKEN_LINES = 1_000
_NOT_READ = "not valid JSON"


class _NotJsonError(ValueError):
    """Text that is no JSON; `line` is 1-based."""

    def __init__(self, line: int) -> None:
        super().__init__(f"{_NOT_READ} (line {line})")
        self.line = line


def read_json(data: bytes) -> list[Extracted]:
    """The articles of a JSON file, or of JSON lines with its name; raises UnreadableError and NotTextError."""
    text = decode(data).lstrip("\ufeff")
    try:
        return _articles_in(_parsed(text))
    except _NotJsonError as error:
        rows = _lines(text)
        if len(rows) > 1 and not any(row.problem for row in rows[:2]):
            return articles_of(rows)
        raise UnreadableError(str(error)) from error


def read_jsonl(data: bytes) -> list[Extracted]:
    """The articles of JSON lines, or of a JSON file with such a name; raises UnreadableError and NotTextError."""
    text = decode(data).lstrip("\ufeff")
    if not text.strip():
        raise UnreadableError("holds no rows")
    rows = _lines(text)
    if any(not row.problem for row in rows):
        return articles_of(rows)
    try:
        return _articles_in(_parsed(text))
    except _NotJsonError as error:
        raise UnreadableError(str(error)) from error


def _lines(text: str) -> list[Row]:
    """A row for each line that is not blank; in JSON only "\n" ends one. None where most lines are no JSON."""
    need_room(text.count("\n"))
    rows: list[Row] = []
    broken = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(_line(number, line))
            broken += bool(rows[-1].problem)
        if broken > _MOST_BROKEN_LINES and broken * 2 > len(rows):
            return []
    return rows


def _line(number: int, line: str) -> Row:
    try:
        return _row(number, _parsed(line))
    except (_NotJsonError, UnreadableError):
        return Row(number, problem=_NOT_READ)


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _: None, parse_int=_number, strict=False)
    except json.JSONDecodeError as error:
        raise _NotJsonError(error.lineno) from error
    except RecursionError as error:
        raise UnreadableError("nested too deeply") from error


def _number(digits: str) -> int | str:
    """Python refuses to read integers of thousands of digits."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _row(number: int, value: object) -> Row:
    if not isinstance(value, dict):
        return Row(number, problem="not an object")
    for key in _WRAPPERS:
        inner = value.get(key)
        if isinstance(inner, dict) and not _has_text(value):
            return Row(number, {**inner, **{name: each for name, each in value.items() if name not in inner}})
    return Row(number, value)


def _articles_in(value: object) -> list[Extracted]:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return articles_of(_rows(value))
    if not isinstance(value, dict):
        raise UnreadableError("holds no articles")
    row = _row(1, value)
    if not _is_article(row.cells):
        rows = max(_tables(value), key=len, default=[])
        if not rows:
            raise UnreadableError("holds no articles")
        return articles_of(rows)
    return [article_of(row, columns_of(tuple(row.cells)), name="")]


def _rows(items: list[object]) -> list[Row]:
    need_room(len(items))
    return [_row(number, item) for number, item in enumerate(items, start=1)]


def _is_article(cells: Mapping[str, object]) -> bool:
    """Whether a lone object is an article; many a configuration has a title and a description, but no date."""
    columns = columns_of(tuple(cells))
    fields = fields_of(cells, columns)
    dated = {"title", "published"} <= set(fields)
    return bool(text_of(cells, columns.text) or (dated and text_of(cells, columns.weak_text)))


def _has_text(cells: Mapping[str, object]) -> bool:
    return bool(text_of(cells, columns_of(tuple(cells)).text))


def _tables(value: Mapping[str, object], depth: int = 1) -> Iterator[list[Row]]:
    """Lists of objects below an object, in which some have text; under a name of _LISTS a summary is enough."""
    for key, inner in value.items():
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from _tables(inner, depth + 1)
        elif isinstance(inner, list):
            rows = _rows(inner)
            if key == "@graph":
                # Beside its article a graph describes the page, the site and the people.
                rows = [row for row in rows if _has_text(row.cells)]
            if any(_counts(row, key) for row in rows):
                yield rows


def _counts(row: Row, key: str) -> bool:
    columns = columns_of(tuple(row.cells))
    return bool(text_of(row.cells, columns.text + columns.weak_text * (key.lower() in _LISTS)))
