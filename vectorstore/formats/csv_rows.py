"""CSV and its kin -> rows: the delimiter is the one under which the header names most known columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from vectorstore.decoding import decode
from vectorstore.formats.columns import LOOKED_FOR, columns_of
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.tables import MOST_ROWS, Row, articles_of, need_room

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 2**31 - 1
_LONGEST_HEADER = 100_000


def read_csv(data: bytes) -> list[Extracted]:
    """The articles of a table with a header and a row for each; raises UnreadableError and NotTextError."""
    text = decode(data).lstrip("\ufeff\r\n")
    delimiter = _delimiter(text)
    rows = list(islice(_rows(text, delimiter), MOST_ROWS + 1))
    need_room(len(rows))
    if not rows:
        raise UnreadableError("holds no rows")
    return articles_of(rows)


def _delimiter(text: str) -> str:
    """Raises UnreadableError where no delimiter makes the first line a header with a column of text."""
    best = max(_DELIMITERS, key=lambda delimiter: columns_of(_header(text, delimiter)).known)
    columns = columns_of(_header(text, best))
    if not columns.text and not columns.weak_text:
        raise UnreadableError(f"has no column of text ({LOOKED_FOR})")
    return best


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    return tuple(next(_records(text[:_LONGEST_HEADER], delimiter), []))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records with their cells; empty lines are none. Where the header has blanks after it, so has every row."""
    csv.field_size_limit(_LONGEST_CELL)
    spaced = f"{delimiter} " in text[:_LONGEST_HEADER].partition("\n")[0]
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced):
            if any(map(str.strip, record)):
                yield record
    except csv.Error as error:
        raise UnreadableError(f"not a valid table ({error})") from error


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    records = _records(text, delimiter)
    header = next(records)
    texts = columns_of(tuple(header)).text
    for number, record in enumerate(records, start=1):
        if len(record) > len(header) and header[-1] in texts:
            # An unquoted text that holds the delimiter, in the last column.
            record[len(header) - 1 :] = [delimiter.join(record[len(header) - 1 :])]
        if any(record[len(header) :]):
            yield Row(number, problem=f"has {len(record)} cells for {len(header)} columns")
        else:
            yield Row(number, dict(zip(header, record, strict=False)))
