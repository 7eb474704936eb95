"""What is stated of an article beside its text, by sidecar, front matter or its format, brought to one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from vectorstore.facts.headlines import one_line, shortened
from vectorstore.furniture import BLANKS, front_matter_end
from vectorstore.types import UNKNOWN

T = TypeVar("T")

_NAMES: Mapping[str, str] = {
    "title": "title headline",
    "outlet": "outlet source publisher publication site sitename newspaper sourcename",
    "author": "author authors byline by creator writer",
    "published": "published date publishedat publicationdate publishdate pubdate datepublished publisheddate"
    " publishedon publishedtime articlepublishedtime",
    "language": "language lang locale inlanguage",
    "url": "url link canonical canonicalurl permalink sourceurl originalurl source",
}
"""For each fact the names that it goes by, without their blanks, dashes and capitals; the first understood counts."""

_EMPTY_VALUES = frozenset(
    ("", "null", "none", "nil", "n/a", "nan", "unknown", "undefined", "~", "-", "|", ">", "|-", ">-")
)
_JUNK_TITLE = re.compile(
    r"untitled(?: document)?[ \d()-]*|(?:new )?document ?\d*|no title|index|home ?page|page ?\d*|slide ?\d+"
    r"|(?:microsoft )?(?:word|powerpoint|excel) - .*|powerpoint presentation|[^\w]*|\S*_\S*"
    r"|.*\.(?:docx?|pdf|html?|txt|md|rtf|odt|indd|qxd|pages|wpd|tex|dvi|ps|eml|pptx?|epub)",
    re.IGNORECASE,
)
_NO_AUTHOR = frozenset(("admin", "administrator", "author", "user", "webmaster", "microsoft office user"))
_E_MAIL = re.compile(r"[<(]?(?:mailto:)?[^\s<>(),;]+@[^\s<>(),;]+\.[^\s<>(),;]+[>)]?")
_ADDRESS = re.compile(r"https?://[^\s/].*", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S*|(?<!\S)@\w+", re.IGNORECASE)
_LONGEST_NAME = 200
_LONGEST_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Declared:
    """Statements from one place; their names are folded, as `folded` does it."""

    origin: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A fact, and where it was read; a false value means that it is not known."""

    value: T
    origin: str = UNKNOWN


def first_known(candidates: Iterable[Known[T]], nothing: T) -> Known[T]:
    """The first candidate that holds something."""
    return next((known for known in candidates if known.value), Known(nothing))


def told(places: Sequence[Declared], fact: str, understood: Callable[[str], T]) -> Iterator[Known[T]]:
    """What each place says of a fact, under any of its names, as far as it is understood."""
    for place in places:
        for name in _NAMES[fact].split():
            value = place.fields.get(name, "")
            if value and one_line(value).lower() not in _EMPTY_VALUES:
                yield Known(understood(value), place.origin)


def folded(origin: str, fields: Mapping[str, str]) -> Declared:
    """Statements under whatever names their writer liked: `pubDate`, `pub_date` and `Pub date` are one."""
    kept: dict[str, str] = {}
    for name, value in fields.items():
        kept.setdefault(re.sub(r"[-_:\s]+", "", name).lower(), value[:_LONGEST_VALUE])
    return Declared(origin, kept)


def front_matter(text: str) -> Declared:
    """The block between `---` lines that a text may begin with; the items of a list are joined by commas."""
    fields: dict[str, str] = {}
    name = ""
    for line in text[: front_matter_end(text)].splitlines()[1:-1]:
        if line.startswith((" ", "\t", "- ")):
            item = line.strip(BLANKS)
            joint = ", " if item.startswith("- ") else " "
            fields[name] = joint.join(filter(None, (fields.get(name, ""), _plain(item.removeprefix("- ")))))
            continue
        before, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            name = before
            fields.setdefault(name, _plain(value))
    return folded("front matter", fields)


def title_of(value: str) -> str:
    """A title on one line; empty for what a program writes when nobody gave one, such as a file's name."""
    title = one_line(value)
    return "" if _JUNK_TITLE.fullmatch(title) else shortened(title)


def outlet_of(value: str) -> str:
    """The name, or the host where an address is given; an account on a network (`@bbc`) is no outlet."""
    name = one_line(value)
    if name.startswith("@") or len(name) > _LONGEST_NAME:
        return ""
    return host_of(name) if _ADDRESS.fullmatch(name) else name.removeprefix("www.")


def author_of(value: str) -> str:
    """The names as they were written, without `By`, addresses and accounts."""
    names = re.sub(r"^(?:written )?by:?\s+", "", one_line(value), flags=re.IGNORECASE)
    bare = _LINK.sub("", _E_MAIL.sub("", names))
    if bare != names:
        bare = re.sub(r"\s*([,;])(?:\s*[,;])+", r"\1", bare).strip(" ,;|\"'<>")
        bare = re.sub(r"^\((.*)\)$", r"\1", bare)
    return "" if bare.lower() in _NO_AUTHOR | _EMPTY_VALUES else shortened(one_line(bare), _LONGEST_NAME)


def url_of(value: str) -> str:
    """A web address; empty for anything else."""
    address = value.strip(BLANKS)
    return address if _ADDRESS.fullmatch(address) and address.isprintable() and " " not in address else ""


def host_of(url: str) -> str:
    """The host of an address, without `www.`."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _plain(raw: str) -> str:
    """A value of front matter without quotation marks; a bracketed list with commas."""
    value = raw[:_LONGEST_VALUE].strip(BLANKS)
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(filter(None, map(_unquoted, value[1:-1].split(","))))
    return _unquoted(value)


def _unquoted(raw: str) -> str:
    value = raw.strip(BLANKS)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return "" if value in _EMPTY_VALUES else one_line(value)
