"""Which suffix is read by what: plain formats in this process, the others in a worker with limits."""

from __future__ import annotations

from collections.abc import Callable

from vectorstore.decoding import NotTextError, decode
from vectorstore.formats.csv_rows import read_csv
from vectorstore.formats.extracted import Extracted, UnreadableError
from vectorstore.formats.json_rows import read_json, read_jsonl
from vectorstore.formats.packed import unpack
from vectorstore.formats.tidying import need_room
from vectorstore.formats.worker import SUFFIXES as IN_WORKER
from vectorstore.formats.worker import read_in_worker


def read_text(data: bytes) -> list[Extracted]:
    """A text file as the one article that it is; raises NotTextError."""
    return [Extracted(decode(data))]


PLAIN: dict[str, Callable[[bytes], list[Extracted]]] = {
    ".txt": read_text,
    ".md": read_text,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": read_csv,
    ".tsv": read_csv,
}
PACKED_SUFFIX = ".gz"
_PACKED = (*PLAIN, *(suffix for suffix in (".html", ".htm", ".xhtml", ".eml", ".rtf") if suffix in IN_WORKER))

SUFFIXES: frozenset[str] = frozenset({*PLAIN, *IN_WORKER, *(suffix + PACKED_SUFFIX for suffix in _PACKED)})
"""All that can be read, in lower case."""


def format_of(name: str) -> str:
    """The suffix of a file's name that decides how it is read, in lower case: `.html.gz` for `a.HTML.gz`."""
    stem, dot, last = name.lower().strip(".").rpartition(".")
    if not dot:
        return ""
    both = f".{stem.rpartition('.')[2]}.{last}" if "." in stem else ""
    return both if both in SUFFIXES else f".{last}"


def read(suffix: str, data: bytes, *, max_mb: float) -> list[Extracted]:
    """The articles of a file, one or as many as it has rows, of `max_mb` million characters at most.

    A row that is no article comes with an empty text, and why in fields["problem"]. Raises UnreadableError.
    """
    most = int(max_mb * 1_000_000)
    if suffix not in SUFFIXES:
        raise UnreadableError(f"no reader for {suffix} files")
    if suffix.endswith(PACKED_SUFFIX):
        data = unpack(data, max_bytes=most)
    kind = suffix.removesuffix(PACKED_SUFFIX)
    try:
        articles = PLAIN[kind](data) if kind in PLAIN else read_in_worker(kind, data, max_chars=most)
    except NotTextError as error:
        raise UnreadableError(str(error)) from error
    need_room(sum(len(article.text) for article in articles), max_chars=most)
    return articles
