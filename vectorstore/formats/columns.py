"""The columns of a table of articles, found by their names, and the plain value of a cell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from vectorstore.formats.extracted import FIELDS
from vectorstore.formats.tidying import one_line

_NAMES = {
    "text": "text body content article articlebody articletext fulltext story storytext bodytext maintext contenttext",
    "weak text": "description summary abstract lead excerpt snippet",
    "id": "id uuid guid key slug",
    "title": "title headline heading subject webtitle name",
    "outlet": "outlet source publisher publication site sitename newspaper",
    "author": "author authors byline by creator writer",
    "published": "published publishedat datepublished publishdate publisheddate pubdate publicationdate publishedon"
    " publishtime publishedtime publishedtimestamp webpublicationdate date issued",
    "language": "language lang inlanguage locale",
    "url": "url link permalink canonical canonicalurl weburl articleurl mainentityofpage",
}
"""What a column holds -> names of it, the best first; the day a record was created or changed is no publication."""
_VALUES = ("name", "rendered", "text", "value", "#text", "@value", "$date", "$oid", "@id", "url")
_SURROGATES_AND_NUL = re.compile("[\ud800-\udfff\0]")
_EPOCH = re.compile(r"\d{9,14}(?:\.\d+)?")
_LONGEST_FIELD = 1_000
_DEEPEST = 4

LOOKED_FOR = "looked for text, body, content, article, story, description, …"


_ROLES = {
    name: (role, rank) for role, names in _NAMES.items() for rank, name in enumerate(names.split())
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """The keys under which rows hold what; each tuple in the order in which they are tried."""

    text: tuple[str, ...]
    weak_text: tuple[str, ...]
    ids: tuple[str, ...]
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    """Only the fields that have a column, each with its keys."""

    @property
    def known(self) -> int:
        """How many columns are recognised."""
        return len(self.text) + len(self.weak_text) + sum(len(keys) for _, keys in self.fields)


@lru_cache(maxsize=1024)
def columns_of(keys: tuple[str, ...]) -> Columns:
    """The columns among the keys of a row or the cells of a header."""
    ranked: dict[str, list[tuple[int, str]]] = {role: [] for role in _NAMES}
    for key in keys:
        role, rank = _ROLES.get(_bare(key), ("", 0))
        if role:
            ranked[role].append((rank, key))
    found = {role: tuple(key for _, key in sorted(each)) for role, each in ranked.items()}
    fields = tuple((field, found[field]) for field in FIELDS if found[field])
    return Columns(found["text"], found["weak text"], found["id"], fields)


def _bare(key: str) -> str:
    """A column's name without case, punctuation and namespace: `dc:Title` is `title`, `full_text` is `fulltext`."""
    return re.sub(r"[\W_]+", "", key.rpartition(":")[2].lower())


def text_of(row: Mapping[str, object], keys: Iterable[str]) -> str:
    """The first cell that holds text, exactly; a list of paragraphs is joined by blank lines."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, Mapping):
            value = next((value[name] for name in ("rendered", "text", "value", "#text") if name in value), "")
        if isinstance(value, list) and any(" " in item for item in value if isinstance(item, str)):
            value = "\n\n".join(item for item in value if isinstance(item, str))
        if isinstance(value, str) and value.strip():
            return _SURROGATES_AND_NUL.sub("\ufffd", value)
    return ""


def fields_of(row: Mapping[str, object], columns: Columns) -> dict[str, str]:
    """What the columns tell beside the text."""
    found = {field: _first(row, keys) for field, keys in columns.fields}
    if columns.ids and "url" not in found:
        found["url"] = next((link for link in map(plain, map(row.get, columns.ids)) if link.startswith("http")), "")
    if found.get("published"):
        found["published"] = _day(found["published"])
    return {field: value for field, value in found.items() if value}


def _first(row: Mapping[str, object], keys: Iterable[str]) -> str:
    return next(filter(None, (plain(row.get(key))[:_LONGEST_FIELD] for key in keys)), "")


def plain(value: object, depth: int = 0) -> str:
    """A cell as one line: a list's items joined by commas, of an object its name."""
    if value is None or isinstance(value, bool) or depth > _DEEPEST:
        return ""
    if isinstance(value, Mapping):
        return next(filter(None, (plain(value.get(name), depth + 1) for name in _VALUES)), "")
    if isinstance(value, list):
        return ", ".join(filter(None, (plain(item, depth + 1) for item in value[:100])))
    if isinstance(value, float):
        return f"{value:.15g}" if math.isfinite(value) else ""
    return one_line(_SURROGATES_AND_NUL.sub("\ufffd", str(value)))


def _day(value: str) -> str:
    """Seconds or milliseconds since 1970 as an ISO day in UTC; anything else as it stands."""
    if not _EPOCH.fullmatch(value):
        return value
    seconds = float(value)
    seconds = seconds / 1000 if seconds >= 1e11 else seconds
    return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds < 1e11 else value
