"""Rows of a table -> articles, each named by its id column or its number; rows that are none keep their reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vectorstore.formats.cells import text_of_cell
from vectorstore.formats.columns import LOOKED_FOR, Columns, columns_of, fields_of, plain, text_of
from vectorstore.formats.extracted import Extracted, UnreadableError

PROBLEM = "problem"
"""The field under which a row that is no article tells why; its text is empty."""

MOST_ROWS = 1_000_000

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by column, or why it could not be read."""

    number: int
    """1-based, as a reader counts: the header is not counted, in JSON lines it is the number of the line."""
    cells: Mapping[str, object] = field(default_factory=dict)
    problem: str = ""


def articles_of(rows: Sequence[Row]) -> list[Extracted]:
    """Every row in its order; one without text, or that cannot be read, has an empty text and fields["problem"].

    Raises UnreadableError where the table has no column of text, or no row holds any.
    """
    columns = [columns_of(tuple(row.cells)) for row in rows]
    if not any(each.text or each.weak_text for each in columns):
        raise UnreadableError(f"has no column of text ({LOOKED_FOR})")
    names = _names(rows, columns)
    articles = [article_of(row, each, name=name) for row, each, name in zip(rows, columns, names, strict=True)]
    if not any(article.text for article in articles):
        raise UnreadableError("holds no text")
    return articles


def need_room(rows: int) -> None:
    """Raise UnreadableError where a file holds more rows than memory is given to."""
    if rows > MOST_ROWS:
        raise UnreadableError(f"holds more than {MOST_ROWS:,} rows")


def article_of(row: Row, columns: Columns, *, name: str) -> Extracted:
    """One row as an article; a summary stands for the text only where the row has none."""
    text = text_of_cell(text_of(row.cells, (*columns.text, *columns.weak_text)))
    if not text.strip():
        return Extracted("", {PROBLEM: row.problem or "holds no text"}, name)
    return Extracted(text, fields_of(row.cells, columns), name)


def _names(rows: Sequence[Row], columns: Sequence[Columns]) -> list[str]:
    """The values of the first id column that names every row, and no two alike; else the rows' numbers."""
    numbers = [str(row.number) for row in rows]
    read = [each for row, each in zip(rows, columns, strict=True) if not row.problem]
    for key in dict.fromkeys(key for each in read[:1] for key in each.ids):
        ids = [number if row.problem else plain(row.cells.get(key)) for row, number in zip(rows, numbers, strict=True)]
        if len(set(ids)) == len(ids) and all(map(_is_name, ids)):
            return ids
    return numbers


def _is_name(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_NAME and value.isprintable() and not set(value) & set("#/\\")
